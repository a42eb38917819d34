using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace IdentityServer.OpenId;

/// <summary>
/// Slows down guessing at client secrets: after so many failures of one client from one address in a minute, that pair is refused
/// until the minute is over. Others are not disturbed, so a stranger can't shut a client out.
/// </summary>
internal sealed class FailureBrake(IOptions<ServerOptions> options) : IDisposable
{
    private const int Failures = 20;

    private readonly bool enabled = options.Value.RateLimits.Enabled;
    private readonly PartitionedRateLimiter<(string Address, string Client)> limiter =
        PartitionedRateLimiter.Create<(string Address, string Client), (string, string)>(key => RateLimitPartition.GetFixedWindowLimiter(
            key,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = Failures, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    /// <summary>Whether the pair has used up its failures. Costs none.</summary>
    public bool Refuses(HttpContext http, string clientId) =>
        enabled && limiter.GetStatistics(Key(http, clientId)) is { CurrentAvailablePermits: 0 };

    /// <summary>Counts a failure.</summary>
    public void Count(HttpContext http, string clientId)
    {
        if (enabled)
        {
            limiter.AttemptAcquire(Key(http, clientId)).Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => limiter.Dispose();

    private static (string Address, string Client) Key(HttpContext http, string clientId) =>
        (http.Connection.RemoteIpAddress?.ToString() ?? string.Empty, clientId.Length <= 191 ? clientId : clientId[..191]);
}
