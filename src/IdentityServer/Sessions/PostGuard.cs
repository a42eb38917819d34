using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;

namespace IdentityServer.Sessions;

/// <summary>
/// Tells a post that the person made on a page of ours from one that another site made their browser send. Both must hold: it
/// comes from our origin, and carries a token that is bound to this browser and its session.
/// </summary>
public sealed class PostGuard(IAntiforgery antiforgery, PublicAddress address)
{
    /// <summary>
    /// Whether the post is the person's own. If not, the page shows itself again with a fresh token and what was typed: the
    /// session may have changed in another tab meanwhile.
    /// </summary>
    public async Task<bool> AllowsAsync(HttpContext http)
    {
        if (!ComesFromHere(http))
        {
            return false;
        }

        try
        {
            return await antiforgery.IsRequestValidAsync(http);
        }
        catch (AntiforgeryValidationException)
        {
            return false; // The form can't be read, so there is no token in it.
        }
    }

    /// <summary>
    /// What was posted, whether or not it is the person's own: for pages that show again what was typed. What can't be read as a form
    /// holds nothing.
    /// </summary>
    public static async Task<IFormCollection> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return request.HasFormContentType ? await request.ReadFormAsync(cancellation) : FormCollection.Empty;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException and not BadHttpRequestException)
        {
            return FormCollection.Empty; // Nor is there an anti-forgery token in it.
        }
    }

    /// <summary>
    /// Whether a page of ours sent it, as far as the browser says. Not enough to act; enough to show what was typed on a page where
    /// nobody else may have filled in anything.
    /// </summary>
    public bool ComesFromHere(HttpContext http) => IsSameOrigin(http.Request.Headers);

    /// <summary>
    /// Tells browsers apart, without telling a secret: what is sealed for one is worthless in another. It is the token's own cookie,
    /// which every page with a form sets.
    /// </summary>
    public string Browser(HttpContext http)
    {
        // Where there is a cookie already, no token is made: it would be bound to the session before a sign-in in this very request.
        var cookie = http.Request.Cookies[address.IsSecure ? "__Host-csrf" : "csrf"] ?? antiforgery.GetAndStoreTokens(http).CookieToken ?? string.Empty;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("browser:" + cookie)).AsSpan(0, 16));
    }

    // Our pages set Referrer-Policy: no-referrer, with which browsers send "Origin: null" from our own forms too (Fetch §3.2);
    // then Sec-Fetch-Site tells, and in browsers without it the token alone.
    private bool IsSameOrigin(IHeaderDictionary headers)
    {
        if (headers.Origin.ToString() is { Length: > 0 } origin && origin != "null" && origin != address.Value)
        {
            return false;
        }

        return headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }
}

/// <summary>Binds anti-forgery tokens to the session, so that one from before a sign-in is worthless after it.</summary>
internal sealed class SessionBinding(SessionCookie cookie) : IAntiforgeryAdditionalDataProvider
{
    /// <inheritdoc/>
    public string GetAdditionalData(HttpContext context) => cookie.Fingerprint(context);

    /// <inheritdoc/>
    public bool ValidateAdditionalData(HttpContext context, string additionalData) =>
        string.Equals(additionalData, cookie.Fingerprint(context), StringComparison.Ordinal);
}
