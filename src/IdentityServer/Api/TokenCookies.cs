using IdentityServer.Protocol;

namespace IdentityServer.Api;

/// <summary>
/// The cookies of a sign-in by this API (§10.1), for pages that are served from our own origin: only this host gets them, only for
/// these calls, and never from another site's page.
/// </summary>
internal sealed class TokenCookies(PublicAddress address)
{
    /// <summary>Holds the access token, until the browser is closed.</summary>
    public const string AccessToken = "access_token";

    /// <summary>Holds the refresh token, as long as that lives.</summary>
    public const string RefreshToken = "refresh_token";

    /// <summary>Holds what a trusted device is known by.</summary>
    public const string Trust = "fusionauth.trust";

    private const string Path = "/api";

    /// <summary>Adds the cookies to the answer that holds the tokens. One of somebody who was signed in before does not stay.</summary>
    public ApiResult Give(ApiResult answer, TokenResponse issued, DateTimeOffset refreshEnds) => answer
        .With(AccessToken, issued.AccessToken, Options(null))
        .With(RefreshToken, issued.RefreshToken, Options(refreshEnds));

    /// <summary>Adds what the device is known by.</summary>
    public ApiResult GiveTrust(ApiResult answer, string trustId, DateTimeOffset ends) => answer.With(Trust, trustId, Options(ends));

    /// <summary>Takes the tokens from the browser.</summary>
    public ApiResult Clear(ApiResult answer) => answer.With(AccessToken, null, Options(null)).With(RefreshToken, null, Options(null));

    private CookieOptions Options(DateTimeOffset? expires) => new()
    {
        HttpOnly = true,
        Secure = address.IsSecure,
        SameSite = SameSiteMode.Strict,
        Path = Path,
        IsEssential = true,
        Expires = expires,
    };
}
