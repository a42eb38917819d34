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
    /// <exception cref="InvalidOperationException">It is not configured, and others than this machine could reach the server.</exception>
    public string Value => value ??= Listening();

    /// <summary>Whether people reach the server over TLS, so that cookies are for TLS only.</summary>
    public bool IsSecure => Value.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>An absolute URL of ours.</summary>
    public string Url(string path) => Value + path;

    private string Listening()
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (addresses.FirstOrDefault(address => !IsLoopback(address)) is { } open)
        {
            throw new InvalidOperationException(
                $"The server listens on {open}, where others can reach it, but does not know its public address. Set IdentityServer:PublicUrl "
                + "(IdentityServer__PublicUrl=https://login.example.com), or listen on a loopback address only.");
        }

        return addresses.FirstOrDefault() is { } first
            ? first.TrimEnd('/').Replace("127.0.0.1", "localhost", StringComparison.Ordinal).Replace("[::1]", "localhost", StringComparison.Ordinal)
            : throw new InvalidOperationException("The public address is not known before the server listens.");
    }

    // What can't be read as an address of this machine alone, such as http://+:80 or a socket file, is open.
    private static bool IsLoopback(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && uri.IsLoopback;
}
