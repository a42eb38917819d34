using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace IdentityServer;

/// <summary>
/// The address under which the server is known: the issuer and the start of every link. From configuration, or, while the server
/// listens on loopback alone, the first address that it listens on. Never from a request.
/// </summary>
public sealed class PublicAddress(IOptions<ServerOptions> options, IServer server)
{
    /// <summary>The default address to listen on.</summary>
    public const string Default = "http://localhost:9011";

    private string? value = options.Value.PublicUrl?.TrimEnd('/');

    /// <summary>The address without a slash at its end: the issuer (OIDC Discovery §3).</summary>
    public string Value => value ??= Listening() ?? throw new InvalidOperationException("The public address is not known before the server listens.");

    /// <summary>Whether people reach the server over TLS, so that cookies are for TLS only.</summary>
    public bool IsSecure => Value.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>An absolute URL of ours.</summary>
    public string Url(string path) => Value + path;

    private string? Listening() =>
        server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } address
            ? address.TrimEnd('/').Replace("127.0.0.1", "localhost", StringComparison.Ordinal).Replace("[::1]", "localhost", StringComparison.Ordinal)
            : null;
}
