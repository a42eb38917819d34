using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Sessions;

namespace IdentityServer.Tokens;

/// <summary>
/// Deletes once an hour what has expired and decides nothing any more, so that the database grows with people and not with time.
/// </summary>
internal sealed partial class Pruning(Database database, IEnumerable<IExpiring> others, TimeProvider clock, ILogger<Pruning> log) : BackgroundService
{
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
        var expired = new ExpiredRows(database);
        var total = await expired.DeleteAsync(db => db.Sessions, row => row.ExpiresAt < due || row.EndedAt < due, row => row.Id, cancellation)
            + await expired.DeleteAsync(db => db.Tokens, row => row.ExpiresAt < due, row => row.Id, cancellation)
            + await expired.DeleteAsync(db => db.Authorizations, row => row.ExpiresAt < due, row => row.Id, cancellation)
            + await expired.DeleteAsync(db => db.RevokedAccessTokens, row => row.ExpiresAt < due, row => row.Id, cancellation)
            + await expired.DeleteAsync(db => db.SpentAssertions, row => row.ExpiresAt < due, row => row.Hash, cancellation)
            + await expired.DeleteAsync(db => db.Outbox, row => (row.Status == MailStatus.Sent && row.FinishedAt < sent) || row.FinishedAt < dead, row => row.Id, cancellation)
            + await expired.DeleteAsync(db => db.Quotas, row => row.ResetsAt < due, row => row.Key, cancellation)
            + await expired.DeleteAsync(db => db.LoginRecords, row => row.Instant < forgotten, row => row.Id, cancellation);
        foreach (var kind in others)
        {
            total += await kind.PruneAsync(expired, due, cancellation);
        }

        return total;
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Expired rows could not be deleted; trying again in an hour.")]
    private partial void LogPruningFailed(Exception exception);
}
