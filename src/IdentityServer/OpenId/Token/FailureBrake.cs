using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace IdentityServer.OpenId;

/// <summary>
/// Slows down guessing at client secrets: after so many failures of one client from one network in a minute, that pair is refused
/// until the minute is over. Others are not disturbed, so a stranger can't shut a client out.
/// </summary>
internal sealed class FailureBrake(IOptions<ServerOptions> options) : IDisposable
{
    private const int Failures = 20;

    // Names that somebody makes up must not fill the memory, so clients share so many counters for each network.
    private const int CountersPerNetwork = 256;

    private readonly bool enabled = options.Value.RateLimits.Enabled;
    private readonly PartitionedRateLimiter<(string Network, int Counter)> limiter =
        PartitionedRateLimiter.Create<(string Network, int Counter), (string, int)>(key => RateLimitPartition.GetFixedWindowLimiter(
            key,
            _ => new FixedWindowRateLimiterOptions { PermitLimit = Failures, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    /// <summary>Whether the pair has used up its failures. Costs none.</summary>
    public bool Refuses(IPAddress? address, string clientId) =>
        enabled && limiter.GetStatistics(Key(address, clientId)) is { CurrentAvailablePermits: 0 };

    /// <summary>Counts a failure.</summary>
    public void Count(IPAddress? address, string clientId)
    {
        if (enabled)
        {
            limiter.AttemptAcquire(Key(address, clientId)).Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => limiter.Dispose();

    // The framework's string hashes are keyed anew at each start, so nobody can aim at another client's counter.
    private static (string Network, int Counter) Key(IPAddress? address, string clientId) =>
        (Network(address), (int)((uint)string.GetHashCode(clientId, StringComparison.Ordinal) % CountersPerNetwork));

    // One holder has a whole /64 of IPv6 addresses.
    private static string Network(IPAddress? address) =>
        address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
            ? Convert.ToHexString(address.GetAddressBytes(), 0, 8)
            : address?.MapToIPv4().ToString() ?? string.Empty;
}
