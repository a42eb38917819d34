using System.Security.Cryptography;

namespace IdentityServer.Sessions;

/// <summary>
/// The cookie by which a browser is known again, whoever signs in in it and long after their sessions: a random secret that says
/// nothing by itself.
/// </summary>
public sealed class BrowserCookie(PublicAddress address)
{
    private const int MaxLength = 128;
    private const int SecretBytes = 32;

    // The longest that browsers keep a cookie (RFC 6265bis §5.5).
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(400);

    private string Name => address.IsSecure ? "__Host-browser" : "browser";

    /// <summary>The browser's secret, if it has one.</summary>
    public string? Read(HttpContext http) =>
        http.Items.TryGetValue(typeof(BrowserCookie), out var just) ? (string?)just
        : http.Request.Cookies[Name] is { Length: > 0 and <= MaxLength } sent ? sent
        : null;

    /// <summary>The browser's secret; it gets one if it has none, and keeps it for another while.</summary>
    public string Ensure(HttpContext http)
    {
        var secret = Read(http) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
        http.Items[typeof(BrowserCookie)] = secret;
        http.Response.Cookies.Append(Name, secret, new CookieOptions
        {
            HttpOnly = true,
            Secure = address.IsSecure,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            IsEssential = true,
            MaxAge = Lifetime,
        });
        return secret;
    }
}
