using System.Buffers.Text;
using System.Security.Cryptography;

namespace IdentityServer.Sessions;

/// <summary>
/// The cookie by which a browser that asked for a mailed link is known again: one random secret for all links that it asks for. It
/// says nothing about who uses the browser.
/// </summary>
public sealed class LinkCookie(PublicAddress address)
{
    private const int Bytes = 32;
    private static readonly TimeSpan Life = TimeSpan.FromDays(1);
    private static readonly int Length = Base64Url.GetEncodedLength(Bytes);

    // The prefix makes browsers refuse the cookie from anywhere but this host over TLS (RFC 6265bis §4.1.3.2).
    private string Name => address.IsSecure ? "__Host-link" : "link";

    /// <summary>The secret that the browser holds from now on: what was just set, or else what it sent.</summary>
    public string? Read(HttpContext http) =>
        http.Items.TryGetValue(typeof(LinkCookie), out var just) ? (string?)just
        : http.Request.Cookies[Name] is { } sent && sent.Length == Length ? sent
        : null;

    /// <summary>The secret of this browser, which gets one if it has none; only ever in answer to a post.</summary>
    public string Take(HttpContext http)
    {
        var secret = Read(http) ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        http.Items[typeof(LinkCookie)] = secret;
        http.Response.Cookies.Append(Name, secret, new CookieOptions
        {
            HttpOnly = true,
            Secure = address.IsSecure,
            SameSite = SameSiteMode.Lax, // Strict would be lost on the way from a mail that is read in the browser.
            Path = "/",
            IsEssential = true,
            MaxAge = Life,
        });
        return secret;
    }
}
