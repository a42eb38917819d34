using System.Linq.Expressions;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Sessions;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tokens;

/// <summary>
/// Deletes once an hour what has expired and decides nothing any more, so that the database grows with people and not with time.
/// A few rows at a time: nobody who wants to write waits long.
/// </summary>
internal sealed partial class Pruning(Database database, TimeProvider clock, ILogger<Pruning> log) : BackgroundService
{
    private const int AtOnce = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // Later than the end, so that a client that is late, or another node's clock, still hears "expired" and not "unknown".
    private static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    // What became of a mail is asked for when somebody misses it.
    private static readonly TimeSpan SentMails = TimeSpan.FromDays(7);
    private static readonly TimeSpan DeadMails = TimeSpan.FromDays(30);

    /// <summary>Deletes everything that is due; returns how many rows.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellation)
    {
        var due = clock.GetUtcNow() - Grace;
        var (sent, dead) = (clock.GetUtcNow() - SentMails, clock.GetUtcNow() - DeadMails);
        var forgotten = clock.GetUtcNow() - LoginRecord.Life;
        return await PruneAsync(db => db.Sessions, row => row.ExpiresAt < due || row.EndedAt < due, row => row.Id, cancellation)
            + await PruneAsync(db => db.Tokens, row => row.ExpiresAt < due, row => row.Id, cancellation)
            + await PruneAsync(db => db.Authorizations, row => row.ExpiresAt < due, row => row.Id, cancellation)
            + await PruneAsync(db => db.RevokedAccessTokens, row => row.ExpiresAt < due, row => row.Id, cancellation)
            + await PruneAsync(db => db.SpentAssertions, row => row.ExpiresAt < due, row => row.Hash, cancellation)
            + await PruneAsync(db => db.Outbox, row => (row.Status == MailStatus.Sent && row.FinishedAt < sent) || row.FinishedAt < dead, row => row.Id, cancellation)
            + await PruneAsync(db => db.Quotas, row => row.ResetsAt < due, row => row.Key, cancellation)
            + await PruneAsync(db => db.LoginRecords, row => row.Instant < forgotten, row => row.Id, cancellation);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PruneAsync(stoppingToken);
            }
            catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
            {
                LogPruningFailed(exception);
            }
        }
    }

    // Found by a read, then deleted by key: the search holds no lock.
    private async Task<int> PruneAsync<TRow, TKey>(
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Expired rows could not be deleted; trying again in an hour.")]
    private partial void LogPruningFailed(Exception exception);
}
