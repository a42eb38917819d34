using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>Rows that decide nothing any more once they have expired. Rooms that have some implement this, and they go once an hour.</summary>
public interface IExpiring
{
    /// <summary>Deletes what expired before <paramref name="due"/>; returns how many rows.</summary>
    Task<int> PruneAsync(ExpiredRows expired, DateTimeOffset due, CancellationToken cancellation);
}

/// <summary>Deletes rows a few at a time: nobody who wants to write waits long.</summary>
public sealed class ExpiredRows(Database database)
{
    private const int AtOnce = 200;

    /// <summary>Deletes the rows that are due. Found by a read, then deleted by key: the search holds no lock.</summary>
    public async Task<int> DeleteAsync<TRow, TKey>(
        Func<ServerDbContext, IQueryable<TRow>> rows, Expression<Func<TRow, bool>> isDue, Expression<Func<TRow, TKey>> key, CancellationToken cancellation)
    {
        for (var total = 0; ;)
        {
            var keys = await database.ReadAsync((db, token) => rows(db).Where(isDue).Select(key).Take(AtOnce).ToListAsync(token), cancellation);
            if (keys.Count > 0)
            {
                Expression<Func<TKey, bool>> isFound = value => keys.Contains(value);
                var match = Expression.Lambda<Func<TRow, bool>>(Expression.Invoke(isFound, key.Body), key.Parameters);
                total += await database.WriteAsync((db, token) => rows(db).Where(match).ExecuteDeleteAsync(token), cancellation);
            }

            if (keys.Count < AtOnce)
            {
                return total;
            }
        }
    }
}
