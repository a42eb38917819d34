using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Sessions;

/// <summary>The cookie that holds a session's secret; the only code that knows where a browser keeps it.</summary>
public sealed class SessionCookie(PublicAddress address)
{
    private const int MaxLength = 128;

    // The prefix makes browsers refuse the cookie from anywhere but this host over TLS (RFC 6265bis §4.1.3.2).
    private string Name => address.IsSecure ? "__Host-session" : "session";

    /// <summary>The secret that the browser holds from now on: what was just set, or else what it sent.</summary>
    public string? Read(HttpContext http)
    {
        if (http.Items.TryGetValue(typeof(SessionCookie), out var just))
        {
            return (string?)just;
        }

        return http.Request.Cookies[Name] is { Length: > 0 and <= MaxLength } sent ? sent : null;
    }

    /// <summary>Gives the browser the secret: until it is closed, or, "keep me signed in", until the session's end.</summary>
    public void Write(HttpContext http, StartedSession started)
    {
        http.Items[typeof(SessionCookie)] = started.Secret;
        http.Response.Cookies.Append(Name, started.Secret, Options(started.Session.Persistent ? started.Session.ExpiresAt : null));
    }

    /// <summary>Takes the secret from the browser.</summary>
    public void Delete(HttpContext http)
    {
        http.Items[typeof(SessionCookie)] = null;
        http.Response.Cookies.Delete(Name, Options(null));
    }

    /// <summary>Tells sessions apart without telling their secret: what an anti-forgery token is bound to.</summary>
    internal string Fingerprint(HttpContext http) =>
        Read(http) is { } secret ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("csrf:" + secret)).AsSpan(0, 16)) : string.Empty;

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
