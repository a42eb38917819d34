using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace IdentityServer.Steps;

/// <summary>
/// Slows down who creates accounts in bulk, or tries addresses to learn which are taken: so many registrations an hour from one
/// address, counted whether they succeed or not.
/// </summary>
internal sealed class RegistrationBrake(IOptions<ServerOptions> options) : IDisposable
{
    private const int PerHour = 60;

    private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetSlidingWindowLimiter(
            address,
            _ => new SlidingWindowRateLimiterOptions { PermitLimit = PerHour, Window = TimeSpan.FromHours(1), SegmentsPerWindow = 6, QueueLimit = 0 }));

    /// <summary>Counts a try; false if it is one too many.</summary>
    public bool Allows(HttpContext http)
    {
        if (!options.Value.RateLimits.Enabled)
        {
            return true;
        }

        using var lease = limiter.AttemptAcquire(http.Connection.RemoteIpAddress?.ToString() ?? string.Empty);
        return lease.IsAcquired;
    }

    /// <inheritdoc/>
    public void Dispose() => limiter.Dispose();
}
