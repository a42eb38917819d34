using System.Net;
using IdentityServer.Logins;
using Microsoft.Extensions.Options;

namespace IdentityServer.Steps;

/// <summary>
/// Slows down who creates accounts in bulk, or tries addresses to learn which are taken: so many registrations at once from one
/// address and then one a minute, counted whether they succeed or not.
/// </summary>
internal sealed class RegistrationBrake(IOptions<ServerOptions> options, TimeProvider clock)
{
    private const int Burst = 60;

    private readonly AddressBrake brake = new(options, clock, Burst, TimeSpan.FromMinutes(1));

    /// <summary>Counts a try, or says when to come back.</summary>
    public bool TryCharge(IPAddress? address, out TimeSpan retryAfter) => brake.TryCharge(address, out retryAfter);
}
