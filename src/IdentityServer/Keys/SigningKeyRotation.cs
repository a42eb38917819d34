using IdentityServer.Data;

namespace IdentityServer.Keys;

/// <summary>Looks every hour whether a signing key is due for its successor.</summary>
internal sealed partial class SigningKeyRotation(
    SigningKeyRing keys, CatalogRefresh catalogs, TimeProvider clock, ILogger<SigningKeyRotation> log) : BackgroundService
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
                await keys.EnsureKeysAsync(stoppingToken);
                await catalogs.RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
            {
                LogRotationFailed(exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Signing keys could not be looked after; trying again in an hour.")]
    private partial void LogRotationFailed(Exception exception);
}
