using IdentityServer.Data;

namespace IdentityServer.Registrations;

/// <summary>Deletes once an hour the accounts whose time has come.</summary>
internal sealed partial class DueDeletions(AccountDeletion deletion, TimeProvider clock, ILogger<DueDeletions> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await deletion.DeleteDueAsync(stoppingToken);
            }
            catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
            {
                LogDeletionFailed(exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Accounts that are due could not be deleted; trying again in an hour.")]
    private partial void LogDeletionFailed(Exception exception);
}
