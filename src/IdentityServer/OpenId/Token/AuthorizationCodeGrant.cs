using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>grant_type=authorization_code (RFC 6749 §4.1.3).</summary>
internal sealed class AuthorizationCodeGrant(AuthorizationCodes codes, RefreshTokens refreshTokens, TimeProvider clock)
{
    /// <summary>What the code is worth, once.</summary>
    public async Task<OAuthResult<GrantedAccess>> RedeemAsync(TokenRequest request, Application application, CancellationToken cancellation)
    {
        if (request.Code is null)
        {
            return OAuthError.Missing(Parameters.Code);
        }

        if (await codes.FindAsync(request.Code, cancellation) is not { } grant)
        {
            return OAuthError.CodeNotRedeemable;
        }

        if (Check(grant, request, application) is { } refusal)
        {
            return refusal;
        }

        // RFC 6749 §4.1.2: a code used twice takes back what it gave.
        if (grant.Token.Status is TokenStatus.Redeemed)
        {
            await refreshTokens.RevokeFamilyAsync(grant.Authorization.Id, cancellation);
            return OAuthError.CodeNotRedeemable.Because("used before; what it gave is revoked");
        }

        var scopes = ScopeSet.Parse(grant.Authorization.Scopes).Failed(out _, out var granted) ? ScopeSet.Empty : granted;
        if (GrantedResources.Narrow(request.Resources, grant.Authorization.Resources, application).Failed(out var error, out var resources))
        {
            return error;
        }

        string? value = null;
        var refreshToken = MayRefresh(application, scopes) ? refreshTokens.New(grant.Authorization, null, out value) : null;
        if (!await codes.RedeemAsync(grant, refreshToken, cancellation))
        {
            return await LostRaceAsync(grant, cancellation);
        }

        return new GrantedAccess
        {
            Application = application,
            Scopes = scopes,
            Resources = resources,
            AuthenticationType = "PASSWORD",
            User = grant.User,
            Registration = grant.Registration,
            Authorization = grant.Authorization,
            RefreshToken = value,
            RefreshTokenId = refreshToken?.Id,
            Nonce = grant.Authorization.Nonce,
        };
    }

    // The order: whose code it is, then what it is bound to, then whether its owner may still have tokens.
    private OAuthError? Check(StoredGrant grant, TokenRequest request, Application application) =>
        grant.Authorization.ApplicationId != application.Id ? OAuthError.CodeNotRedeemable.Because("another client's code")
        : grant.Authorization.Status is not AuthorizationStatus.Valid || grant.Token.ExpiresAt <= clock.GetUtcNow() ? OAuthError.CodeNotRedeemable
        : CheckRedirectUri(grant, request)
        ?? CodeChallenge.Check(grant.Token.CodeChallenge, CodeChallengeMethods.S256, request.CodeVerifier)
        ?? (Admission.Check(application, grant.User, grant.Registration, clock.GetUtcNow()) is { } refusal
            ? OAuthError.LoginPrevented.Because(refusal.Description)
            : null);

    // RFC 6749 §4.1.3: required, and identical. OAuth 2.1 §4.1.3 drops it where PKCE binds the code, so there it may be left out.
    private static OAuthError? CheckRedirectUri(StoredGrant grant, TokenRequest request) =>
        request.RedirectUri is null
            ? grant.Token.CodeChallenge is null ? OAuthError.Missing(Parameters.RedirectUri) : null
            : request.RedirectUri == grant.Token.RedirectUri ? null : OAuthError.RedirectUriMismatch;

    // Two requests came with the same code at once: the other one won, and it can't be told which of them was honest.
    private async Task<OAuthError> LostRaceAsync(StoredGrant grant, CancellationToken cancellation)
    {
        await refreshTokens.RevokeFamilyAsync(grant.Authorization.Id, cancellation);
        return OAuthError.CodeNotRedeemable.Because("redeemed at the same moment by another request; what it gave is revoked");
    }

    // OpenID Connect Core §11: a refresh token is for offline_access.
    private static bool MayRefresh(Application application, ScopeSet scopes) =>
        scopes.Contains(Scopes.OfflineAccess)
        && application.Settings.OauthConfiguration.GenerateRefreshTokens
        && application.Client.AllowedGrantTypes.Contains(GrantTypes.RefreshToken);
}
