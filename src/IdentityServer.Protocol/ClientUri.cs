using System.Buffers;

namespace IdentityServer.Protocol;

/// <summary>
/// The one validator for every URI that a client registers: <c>https</c>, <c>http</c> on this machine (loopback, for native
/// clients and development), or a private-use scheme in reverse-domain form (RFC 8252 §7.1); absolute, printable ASCII,
/// without user information, fragment (RFC 6749 §3.1.2) or wildcard. What passes is compared as it stands.
/// </summary>
public static class ClientUri
{
    public const int MaxLength = 2048;

    // Never part of a URI (RFC 3986 §2); browsers would encode or rewrite them.
    private static readonly SearchValues<char> NotInUris = SearchValues.Create("\"<>\\^`{|}");

    public static OAuthError? Check(string uri)
    {
        if (uri.Length > MaxLength)
            return Refused($"A URI is at most {MaxLength} characters long.");
        if (uri.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e') || uri.AsSpan().ContainsAny(NotInUris))
            return Refused("A URI consists of printable ASCII characters; anything else is percent-encoded.");
        if (uri.Contains('#', StringComparison.Ordinal))
            return Refused("A URI must not have a fragment.");
        if (uri.Contains('*', StringComparison.Ordinal))
            return Refused("A URI must not contain a wildcard.");
        if (!Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || !uri.StartsWith(parsed.Scheme + ":", StringComparison.OrdinalIgnoreCase))
            return Refused("A URI must be absolute and well-formed.");

        var authority = Authority(uri);
        if (authority.Contains('@'))
            return Refused("A URI must not contain user information.");

        return parsed.Scheme switch
        {
            "https" => CheckHost(authority, parsed),
            "http" => Host(authority) is "127.0.0.1" or "[::1]" or "localhost"
                ? null
                : Refused("A URI with http must be one of 127.0.0.1, [::1] or localhost; others use https."),
            var scheme when scheme.Contains('.', StringComparison.Ordinal) => null,
            _ => Refused("A URI uses https, http on this machine, or a private-use scheme that contains a dot."),
        };
    }

    // The text between // and the path, as it stands: System.Uri would already have rewritten it.
    private static ReadOnlySpan<char> Authority(string uri)
    {
        var rest = uri.AsSpan(uri.IndexOf(':', StringComparison.Ordinal) + 1);
        if (!rest.StartsWith("//"))
            return default;

        rest = rest[2..];
        var end = rest.IndexOfAny('/', '?');
        return end < 0 ? rest : rest[..end];
    }

    private static ReadOnlySpan<char> Host(ReadOnlySpan<char> authority)
    {
        var port = authority.LastIndexOf(':');
        return port < 0 || authority[^1] == ']' ? authority : authority[..port];
    }

    // https://2130706433 leads to 127.0.0.1, and nobody who reads the list of addresses would know.
    private static OAuthError? CheckHost(ReadOnlySpan<char> authority, Uri parsed) =>
        Host(authority).Equals(parsed.Host, StringComparison.OrdinalIgnoreCase)
            ? null
            : Refused("The host of a URI must be written in its usual form.");

    // RFC 7591 §3.2.2.
    private static OAuthError Refused(string description) => new(Errors.InvalidRedirectUri, "invalid_redirect_uri", description);
}
