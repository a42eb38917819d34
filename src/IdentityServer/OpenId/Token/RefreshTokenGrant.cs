using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>grant_type=refresh_token (RFC 6749 §6).</summary>
internal sealed class RefreshTokenGrant(RefreshTokens refreshTokens, RefreshRedemption redemption)
{
    /// <summary>New tokens for an old one.</summary>
    public async Task<OAuthResult<GrantedAccess>> RedeemAsync(TokenRequest request, Application application, CancellationToken cancellation)
    {
        if (request.RefreshToken is not { } value)
        {
            return OAuthError.Missing(Parameters.RefreshToken);
        }

        return await refreshTokens.FindAsync(value, cancellation) is { } grant
            ? await redemption.RedeemAsync(
                new RefreshUse(value, grant, application) { Scope = request.Scope, Resources = request.Resources }, cancellation)
            : OAuthError.RefreshTokenNotRedeemable;
    }
}
