using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Sessions;

/// <summary>
/// The cookies that hold the secrets of a browser's sessions; the only code that knows where a browser keeps them. One session is
/// the current one; a second cookie, gone when the browser is closed, holds those of other people who signed in in it before.
/// </summary>
public sealed class SessionCookie(PublicAddress address)
{
    /// <summary>How many others than the current one a browser holds.</summary>
    public const int MostOthers = 4;

    private const int MaxLength = 128;
    private const char Separator = '.';

    private static readonly object OthersItem = new();

    // The prefix makes browsers refuse the cookie from anywhere but this host over TLS (RFC 6265bis §4.1.3.2).
    private string Name => address.IsSecure ? "__Host-session" : "session";

    private string OthersName => address.IsSecure ? "__Host-sessions" : "sessions";

    /// <summary>The secret that the browser holds from now on: what was just set, or else what it sent.</summary>
    public string? Read(HttpContext http)
    {
        if (http.Items.TryGetValue(typeof(SessionCookie), out var just))
        {
            return (string?)just;
        }

        return http.Request.Cookies[Name] is { Length: > 0 and <= MaxLength } sent ? sent : null;
    }

    /// <summary>The secrets of the other sessions, the last used first.</summary>
    public IReadOnlyList<string> ReadOthers(HttpContext http) =>
        http.Items.TryGetValue(OthersItem, out var just) ? (IReadOnlyList<string>)just!
        : http.Request.Cookies[OthersName] is { Length: > 0 and <= MaxLength * MostOthers } sent
            ? [.. sent.Split(Separator, StringSplitOptions.RemoveEmptyEntries).Distinct().Take(MostOthers)]
            : [];

    /// <summary>Gives the browser the secret: until it is closed, or, "keep me signed in", until the session's end.</summary>
    public void Write(HttpContext http, StartedSession started)
    {
        WriteCurrent(http, started.Secret, started.Session);
        WriteOthers(http, started.Others);
    }

    /// <summary>Makes one of the others the current one.</summary>
    public void Switch(HttpContext http, Session chosen)
    {
        if (SecretOf(http, chosen) is not { } secret)
        {
            return;
        }

        var rest = ReadOthers(http).Where(other => other != secret);
        WriteOthers(http, [.. Read(http) is { } before ? rest.Prepend(before) : rest]);
        WriteCurrent(http, secret, chosen);
    }

    /// <summary>The secret of one of the other sessions.</summary>
    public string? SecretOf(HttpContext http, Session session) => ReadOthers(http).FirstOrDefault(secret => Holds(secret, session));

    /// <summary>Takes the secret of a session that has ended from the browser, the current one's or another's.</summary>
    public void Forget(HttpContext http, Session ended)
    {
        if (Read(http) is { } current && Holds(current, ended))
        {
            http.Items[typeof(SessionCookie)] = null;
            http.Response.Cookies.Delete(Name, Options(null));
        }

        WriteOthers(http, [.. ReadOthers(http).Where(secret => !Holds(secret, ended))]);
    }

    /// <summary>Tells sessions apart without telling their secret: what an anti-forgery token is bound to.</summary>
    internal string Fingerprint(HttpContext http) =>
        Read(http) is { } secret ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("csrf:" + secret)).AsSpan(0, 16)) : string.Empty;

    private void WriteCurrent(HttpContext http, string secret, Session session)
    {
        http.Items[typeof(SessionCookie)] = secret;
        http.Response.Cookies.Append(Name, secret, Options(session.Persistent ? session.ExpiresAt : null));
    }

    private void WriteOthers(HttpContext http, IReadOnlyList<string> secrets)
    {
        if (secrets.SequenceEqual(ReadOthers(http)))
        {
            return;
        }

        http.Items[OthersItem] = secrets = [.. secrets.Take(MostOthers)];
        if (secrets.Count == 0)
        {
            http.Response.Cookies.Delete(OthersName, Options(null));
        }
        else
        {
            http.Response.Cookies.Append(OthersName, string.Join(Separator, secrets), Options(null));
        }
    }

    private static bool Holds(string secret, Session session) =>
        CryptographicOperations.FixedTimeEquals(BrowserSessions.Hash(secret), session.SecretHash);

    private CookieOptions Options(DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        Secure = address.IsSecure,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
        Expires = expires,
    };
}
