using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Protocol;
using IdentityServer.Sessions;

namespace IdentityServer.Tokens;

/// <summary>A refresh token that is to be used.</summary>
/// <param name="Value">The token as it was presented.</param>
/// <param name="Grant">What was found under it.</param>
/// <param name="Application">Who presents it.</param>
internal sealed record RefreshUse(string Value, StoredGrant Grant, Application Application)
{
    /// <summary>The scopes of the new access token; null: all that were granted.</summary>
    public ScopeSet? Scope { get; init; }

    /// <summary>The resources of the new access token; none: all that were granted.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>The longest life of the new access token, where that is less than the application's.</summary>
    public TimeSpan? MaxLifetime { get; init; }

    /// <summary>The token never appears in a log.</summary>
    public override string ToString() => nameof(RefreshUse);
}

/// <summary>
/// Decides whether a refresh token still gives tokens, and spends it, whichever door it was presented at (RFC 6749 §6). How the
/// caller proved to be the application is that door's to know.
/// </summary>
internal sealed class RefreshRedemption(RefreshTokens refreshTokens, TimeProvider clock, ILogger<RefreshRedemption> log)
{
    /// <summary>What it gives, or why nothing.</summary>
    public async Task<OAuthResult<GrantedAccess>> RedeemAsync(RefreshUse use, CancellationToken cancellation)
    {
        var (grant, application) = (use.Grant, use.Application);
        if (Check(grant, application) is { } refusal)
        {
            return refusal;
        }

        var granted = ScopeSet.Parse(grant.Authorization.Scopes).Failed(out _, out var parsed) ? ScopeSet.Empty : parsed;
        if (use.Scope is { } asked && !asked.IsSubsetOf(granted))
        {
            return OAuthError.ScopeExceedsGrant;
        }

        if (GrantedResources.Narrow(use.Resources, grant.Authorization.Resources, application).Failed(out var error, out var resources))
        {
            return error;
        }

        var value = use.Value;
        if (application.RotatesRefreshTokens || grant.Token.Status is not TokenStatus.Valid)
        {
            var successor = refreshTokens.New(application, grant.Authorization, grant.Token.Id, out value);
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
            Scopes = use.Scope ?? granted,
            Resources = resources,
            AuthenticationType = "REFRESH_TOKEN",
            User = grant.User,
            Registration = grant.Registration,
            Authorization = grant.Authorization,
            RefreshToken = value,
            MaxLifetime = use.MaxLifetime,
        };
    }

    // An application that wants people back after a time wants so of refresh tokens too; they are used when it is.
    private bool HasRunOut(StoredGrant grant, Application application)
    {
        var (idle, absolute) = SessionLimits.Of(application);
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
