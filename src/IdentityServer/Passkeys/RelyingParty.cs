using System.Globalization;
using System.Net;

namespace IdentityServer.Passkeys;

/// <summary>
/// Who we are to authenticators (WebAuthn §5.4.2): the host of the public address, and its origin. Never from a request: neither
/// a Host header nor a body says where a passkey is good.
/// </summary>
public sealed class RelyingParty(PublicAddress address)
{
    private readonly Lazy<Uri> uri = new(() => new Uri(address.Value));

    /// <summary>The relying party's id: a domain.</summary>
    public string Id => uri.Value.IdnHost;

    /// <summary>The origin of our pages (RFC 6454 §6.2).</summary>
    public string Origin => uri.Value.IsDefaultPort
        ? $"{uri.Value.Scheme}://{Id}"
        : string.Create(CultureInfo.InvariantCulture, $"{uri.Value.Scheme}://{Id}:{uri.Value.Port}");

    /// <summary>Whether browsers know passkeys here at all: under a name, not a number, and over TLS or on this machine alone.</summary>
    public bool IsUsable => !IPAddress.TryParse(Id.Trim('[', ']'), out _) && (address.IsSecure || Id == "localhost");
}
