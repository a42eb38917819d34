using System.Net;
using IdentityServer.Quotas;
using Microsoft.Extensions.Options;

namespace IdentityServer.Logins;

/// <summary>
/// Slows down an address that fails too often, whatever accounts it tries: some failures at once, then one every few seconds.
/// A network's IPv6 addresses are one (/64). Kept in memory by each node, which is enough for a brake; what counts exactly is the
/// account's own counter. An attempt is charged before it is checked and paid back if it succeeds, so that parallel ones count.
/// </summary>
public sealed class AddressBrake(IOptions<ServerOptions> options, TimeProvider clock, int burst, TimeSpan perFailure)
{
    private const int MaxAddresses = 100_000;

    private readonly Lock gate = new();

    /// <summary>The brake of sign-ins: thirty failures at once, then one every six seconds.</summary>
    public AddressBrake(IOptions<ServerOptions> options, TimeProvider clock)
        : this(options, clock, 30, TimeSpan.FromSeconds(6))
    {
    }

    // Address to the moment at which all its failures are forgiven.
    private readonly Dictionary<IPAddress, TimeSpan> forgivenAt = [];

    // Durations are measured monotonically.
    private TimeSpan Now => clock.GetElapsedTime(0);

    /// <summary>Charges an attempt to the address, or says when to come back.</summary>
    public bool TryCharge(IPAddress? address, out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (!options.Value.RateLimits.Enabled)
        {
            return true;
        }

        var network = Network.Of(address);
        lock (gate)
        {
            var now = Now;
            var end = forgivenAt.TryGetValue(network, out var stored) && stored > now ? stored : now;
            retryAfter = end + perFailure - (now + (perFailure * burst));
            if (retryAfter > TimeSpan.Zero)
            {
                return false;
            }

            retryAfter = TimeSpan.Zero;
            MakeRoom(now);
            forgivenAt[network] = end + perFailure;
            return true;
        }
    }

    /// <summary>Takes the charge back after a success.</summary>
    public void PayBack(IPAddress? address)
    {
        var network = Network.Of(address);
        lock (gate)
        {
            if (forgivenAt.TryGetValue(network, out var end))
            {
                forgivenAt[network] = end - perFailure;
            }
        }
    }

    private void MakeRoom(TimeSpan now)
    {
        if (forgivenAt.Count < MaxAddresses)
        {
            return;
        }

        foreach (var (network, end) in forgivenAt)
        {
            if (end <= now)
            {
                forgivenAt.Remove(network);
            }
        }

        if (forgivenAt.Count >= MaxAddresses)
        {
            forgivenAt.Clear(); // So many at once are no single attacker's; the accounts' own counters go on.
        }
    }
}
