using System.Net;
using Microsoft.Extensions.Options;

namespace IdentityServer.Logins;

/// <summary>
/// Slows down who asks for links in bulk, for whatever accounts: so many at once from one address and then one in twenty seconds.
/// What an account or an address gets is counted elsewhere and told to nobody.
/// </summary>
public sealed class LinkBrake(IOptions<ServerOptions> options, TimeProvider clock)
{
    private const int Burst = 30;

    private readonly AddressBrake brake = new(options, clock, Burst, TimeSpan.FromSeconds(20));

    /// <summary>Counts a wish, or says when to come back.</summary>
    public bool TryCharge(IPAddress? address, out TimeSpan retryAfter) => brake.TryCharge(address, out retryAfter);
}
