using System.Globalization;

namespace IdentityServer.Protocol;

/// <summary>
/// Redirect addresses are plain strings, compared character by character (RFC 6749 §3.1.2.3, RFC 9700 §2.1). One thing may
/// differ: the port of an <c>http</c> address on a loopback literal, which a native client learns only when it starts
/// (RFC 8252 §7.3). The name <c>localhost</c> has no such freedom (RFC 8252 §8.3).
/// </summary>
public static class RedirectUriMatcher
{
    private static readonly string[] LoopbackLiterals = ["http://127.0.0.1", "http://[::1]"];

    public static bool Matches(string requested, IReadOnlyList<string> registered)
    {
        foreach (var uri in registered)
        {
            if (string.Equals(requested, uri, StringComparison.Ordinal) || MatchesLoopback(requested, uri))
                return true;
        }

        return false;
    }

    private static bool MatchesLoopback(string requested, string registered)
    {
        foreach (var literal in LoopbackLiterals)
        {
            if (TryGetRest(requested, literal, out var requestedRest) && TryGetRest(registered, literal, out var registeredRest))
                return requestedRest.SequenceEqual(registeredRest);
        }

        return false;
    }

    // What follows host and port; it must begin a path or a query, or else the literal was only the start of another host.
    private static bool TryGetRest(string uri, string literal, out ReadOnlySpan<char> rest)
    {
        rest = default;
        if (!uri.StartsWith(literal, StringComparison.Ordinal))
            return false;

        rest = uri.AsSpan(literal.Length);
        if (rest is [':', ..])
        {
            rest = rest[1..];
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            var port = digits < 0 ? rest : rest[..digits];
            if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
                return false;
            rest = rest[port.Length..];
        }

        return rest is [] or ['/' or '?', ..];
    }
}
