using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>
/// Contexts for reading, each on a connection that stays open. Opening one anew for each query costs tens of times what the query
/// does: EF Core registers its functions with SQLite at every opening.
/// </summary>
internal sealed class SqliteReaders(DbContextOptions<SqliteDbContext> options, string connectionString) : IDisposable
{
    private const int MostIdle = 32;

    private readonly ConcurrentBag<SqliteDbContext> idle = [];
    private volatile bool disposed;

    /// <summary>A context that comes back here when it is disposed.</summary>
    public SqliteDbContext Take()
    {
        if (!idle.TryTake(out var db))
        {
            db = SqliteDbContext.OnOwnConnection(options, connectionString);
            db.Database.OpenConnection();
        }

        db.Lend(GiveBack);
        return db;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        disposed = true;
        while (idle.TryTake(out var db))
        {
            db.Dispose();
        }
    }

    private void GiveBack(SqliteDbContext db)
    {
        if (disposed || idle.Count >= MostIdle || db.Database.CurrentTransaction is not null)
        {
            db.Dispose();
            return;
        }

        db.Database.SetCommandTimeout(null);
        db.ChangeTracker.Clear();
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        idle.Add(db);
    }
}
