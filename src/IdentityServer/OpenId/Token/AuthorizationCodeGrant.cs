using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>grant_type=authorization_code (RFC 6749 §4.1.3).</summary>
internal sealed class AuthorizationCodeGrant(
    AuthorizationCodes codes, RefreshTokens refreshTokens, TimeProvider clock, ILogger<AuthorizationCodeGrant> log)
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

        if (CheckBinding(grant, request, application) is { } wrong)
        {
            return wrong;
        }

        // RFC 6749 §4.1.2: a code used twice takes back what it gave, however late the second use comes.
        if (grant.Token.Status is TokenStatus.Redeemed)
        {
            return await TakeBackAsync(grant, cancellation);
        }

        if (CheckState(grant, application) is { } refusal)
        {
            return refusal;
        }

        var scopes = ScopeSet.Parse(grant.Authorization.Scopes).Failed(out _, out var granted) ? ScopeSet.Empty : granted;
        if (GrantedResources.Narrow(request.Resources, grant.Authorization.Resources, application).Failed(out var error, out var resources))
        {
            return error;
        }

        string? value = null;
        var refreshToken = RefreshTokens.MayIssue(application, scopes) ? refreshTokens.New(application, grant.Authorization, null, out value) : null;
        if (!await codes.RedeemAsync(grant, refreshToken, cancellation))
        {
            // Two requests came with the same code at once: the other one won, and nobody can tell which of them was honest.
            return await TakeBackAsync(grant, cancellation);
        }

        return new GrantedAccess
        {
            Application = application,
            Scopes = scopes,
            Resources = resources,
            AuthenticationType = grant.Authorization.AuthenticationType,
            User = grant.User,
            Registration = grant.Registration,
            Authorization = grant.Authorization,
            RefreshToken = value,
            Nonce = grant.Authorization.Nonce,
        };
    }

    // Whose code it is, then what else it is bound to. Who can't prove both learns nothing and changes nothing.
    private static OAuthError? CheckBinding(StoredGrant grant, TokenRequest request, Application application) =>
        grant.Authorization.ApplicationId != application.Id
            ? OAuthError.CodeNotRedeemable.Because("another client's code")
            : CheckRedirectUri(grant, request) ?? CodeChallenge.Check(grant.Token.CodeChallenge, CodeChallengeMethods.S256, request.CodeVerifier);

    // Whether it is still good, and whether its owner may still have tokens.
    private OAuthError? CheckState(StoredGrant grant, Application application) =>
        grant.Authorization.Status is not AuthorizationStatus.Valid ? OAuthError.CodeNotRedeemable.Because("revoked")
        : grant.Token.ExpiresAt <= clock.GetUtcNow() ? OAuthError.CodeNotRedeemable.Because("expired")
        : Admission.Check(application, grant.User, grant.Registration, clock.GetUtcNow()) is { } refusal
            ? OAuthError.LoginPrevented.Because(refusal.Description)
            : null;

    // RFC 6749 §4.1.3: required, and identical. OAuth 2.1 §4.1.3 drops it where PKCE binds the code, so there it may be left out.
    private static OAuthError? CheckRedirectUri(StoredGrant grant, TokenRequest request) =>
        request.RedirectUri is null
            ? grant.Token.CodeChallenge is null ? OAuthError.Missing(Parameters.RedirectUri) : null
            : request.RedirectUri == grant.Token.RedirectUri ? null : OAuthError.RedirectUriMismatch;

    private async Task<OAuthError> TakeBackAsync(StoredGrant grant, CancellationToken cancellation)
    {
        await refreshTokens.RevokeFamilyAsync(grant.Authorization.Id, cancellation);
        log.CodeReused(grant.Authorization.Id, grant.Authorization.ApplicationId);
        return OAuthError.CodeNotRedeemable.Because("used twice; what it gave is revoked");
    }
}
