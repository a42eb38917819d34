using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>grant_type=refresh_token (RFC 6749 §6).</summary>
internal sealed class RefreshTokenGrant(RefreshTokens refreshTokens, TimeProvider clock, ILogger<RefreshTokenGrant> log)
{
    /// <summary>New tokens for an old one.</summary>
    public async Task<OAuthResult<GrantedAccess>> RedeemAsync(TokenRequest request, Application application, CancellationToken cancellation)
    {
        if (request.RefreshToken is null)
        {
            return OAuthError.Missing(Parameters.RefreshToken);
        }

        if (await refreshTokens.FindAsync(request.RefreshToken, cancellation) is not { } grant)
        {
            return OAuthError.RefreshTokenNotRedeemable;
        }

        if (Check(grant, application) is { } refusal)
        {
            return refusal;
        }

        var granted = ScopeSet.Parse(grant.Authorization.Scopes).Failed(out _, out var parsed) ? ScopeSet.Empty : parsed;
        if (request.Scope is { } asked && !asked.IsSubsetOf(granted))
        {
            return OAuthError.ScopeExceedsGrant;
        }

        if (GrantedResources.Narrow(request.Resources, grant.Authorization.Resources, application).Failed(out var error, out var resources))
        {
            return error;
        }

        var (value, id) = (request.RefreshToken, grant.Token.Id);
        if (application.RotatesRefreshTokens || grant.Token.Status is not TokenStatus.Valid)
        {
            var successor = refreshTokens.New(application, grant.Authorization, grant.Token.Id, out value);
            id = successor.Id;
            var outcome = await refreshTokens.RotateAsync(grant, successor, cancellation);
            if (outcome is not RotationOutcome.Rotated)
            {
                if (outcome is RotationOutcome.Reused)
                {
                    log.RefreshTokenReused(grant.Authorization.Id, application.Id);
                }

                return OAuthError.RefreshTokenNotRedeemable.Because(outcome.ToString());
            }
        }

        return new GrantedAccess
        {
            Application = application,
            Scopes = request.Scope ?? granted,
            Resources = resources,
            AuthenticationType = "REFRESH_TOKEN",
            User = grant.User,
            Registration = grant.Registration,
            Authorization = grant.Authorization,
            RefreshToken = value,
            RefreshTokenId = id,
        };
    }

    // An application that wants people back after a time wants so of refresh tokens too; they are used when it is.
    private bool HasRunOut(StoredGrant grant, Application application)
    {
        var (idle, absolute) = SessionLimits.Of(application, new SessionOptions(), persistent: false);
        var now = clock.GetUtcNow();
        return now - grant.Authorization.AuthenticatedAt >= absolute
            || (grant.Token.Status is TokenStatus.Valid && now - grant.Token.CreatedAt > idle);
    }

    private OAuthError? Check(StoredGrant grant, Application application) =>
        grant.Authorization.ApplicationId != application.Id ? OAuthError.RefreshTokenNotRedeemable.Because("another client's token")
        : grant.Authorization.Status is not AuthorizationStatus.Valid ? OAuthError.RefreshTokenNotRedeemable.Because("its family is revoked")
        : grant.Token.ExpiresAt <= clock.GetUtcNow() ? OAuthError.RefreshTokenNotRedeemable.Because("expired")
        : HasRunOut(grant, application) ? OAuthError.RefreshTokenNotRedeemable.Because("the application's session has run out")
        : Admission.Check(application, grant.User, grant.Registration, clock.GetUtcNow()) is { } refusal
            ? OAuthError.LoginPrevented.Because(refusal.Description)
            : null;
}
