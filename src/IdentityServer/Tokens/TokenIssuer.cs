using System.Buffers.Text;
using System.Security.Cryptography;
using IdentityServer.Applications;
using IdentityServer.Groups;
using IdentityServer.Keys;
using IdentityServer.Protocol;

namespace IdentityServer.Tokens;

/// <summary>Mints access and ID tokens for whatever a grant proved.</summary>
internal sealed class TokenIssuer(SigningKeyRing keys, GroupCatalog groups, PublicAddress address, TimeProvider clock)
{
    /// <summary>The token response (RFC 6749 §5.1).</summary>
    public TokenResponse Issue(GrantedAccess access)
    {
        var now = clock.GetUtcNow();
        var accessToken = JsonWebToken.Sign(keys.Signer(access.Application.AccessTokenKey, access.Application.AccessTokenAlgorithm), TokenTypes.AccessToken, AccessClaims(access, now));
        return new TokenResponse(accessToken, (int)Lifetime(access).TotalSeconds)
        {
            ExpiresAt = now + Lifetime(access),
            IdToken = access.User is not null && access.Scopes.Contains(Scopes.OpenId) ? IdToken(access, accessToken, now) : null,
            RefreshToken = access.RefreshToken,
            RefreshTokenId = access.RefreshToken is null ? null : access.Authorization?.Id, // The family's: rotation changes the value alone.
            Scope = access.Scopes,
            UserId = access.User?.Id,
        };
    }

    private static TimeSpan Lifetime(GrantedAccess access) =>
        access.MaxLifetime is { } max && max < access.Application.TokenLifetime ? max : access.Application.TokenLifetime;

    private AccessTokenClaims AccessClaims(GrantedAccess access, DateTimeOffset now) => new()
    {
        Issuer = address.Value,
        Audience = access.Resources.Count > 0 ? access.Resources : [access.Application.ClientId],
        Subject = access.User?.Id.ToString() ?? access.Application.ClientId,
        ClientId = access.Application.ClientId,
        JwtId = Guid.CreateVersion7(now).ToString(),
        IssuedAt = now,
        ExpiresAt = now + Lifetime(access),
        Scope = access.Scopes,
        AuthenticatedAt = access.Authorization?.AuthenticatedAt,
        AuthenticationContext = access.Authorization?.Acr,
        AuthenticationMethods = Words(access.Authorization?.Amr),
        Roles = access is { User: { } person, Registration: { } registration } ? groups.RolesOf(person, registration) : null,
        ApplicationId = access.Registration?.ApplicationId,
        TenantId = access.Application.TenantId,
        AuthenticationType = access.AuthenticationType,
        AuthorizationId = access.Authorization?.Id,
        User = access.User is { } user ? UserClaims.Select(user, access.Registration, CompatibilityClaims(access)) : null,
    };

    private string IdToken(GrantedAccess access, string accessToken, DateTimeOffset now)
    {
        var user = access.User!;
        var key = keys.Signer(access.Application.IdTokenKey, access.Application.IdTokenAlgorithm);
        var requested = ClaimsRequest.Parse(access.Authorization!.Claims).Failed(out _, out var claims) ? ClaimsRequest.Empty : claims;

        // OpenID Connect Core §5.4: with an access token at hand, the claims of scopes come from userinfo; those that the claims
        // parameter asks for in the ID token are in it.
        return JsonWebToken.Sign(key, TokenTypes.IdToken, new IdTokenClaims
        {
            Issuer = address.Value,
            Subject = user.Id.ToString(),
            ClientId = access.Application.ClientId,
            IssuedAt = now,
            ExpiresAt = now + access.Application.TokenLifetime,
            JwtId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
            AuthenticatedAt = access.Authorization.AuthenticatedAt,
            Nonce = access.Nonce,
            AuthenticationContext = access.Authorization.Acr,
            AuthenticationMethods = Words(access.Authorization.Amr),
            AccessTokenHash = AtHash.Compute(accessToken, key.Algorithm),
            SessionId = access.Authorization.SessionId?.ToString(),
            TenantId = access.Application.TenantId,
            AuthenticationType = access.AuthenticationType,
            User = UserClaims.Select(
                user, access.Registration, ClaimsByScope.Select(ScopeSet.Empty, requested.IdToken).Union(CompatibilityClaims(access))),
        });
    }

    // §3.4 of the compatibility notes: under this policy a token tells who the person is, whatever the scope.
    private static string[] CompatibilityClaims(GrantedAccess access) =>
        access.Application.Settings.OauthConfiguration.ScopeHandlingPolicy is ScopeHandlingPolicy.Compatibility ? Compatibility : [];

    private static readonly string[] Compatibility = [Claims.Email, Claims.EmailVerified, Claims.PreferredUsername];

    private static string[] Words(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
