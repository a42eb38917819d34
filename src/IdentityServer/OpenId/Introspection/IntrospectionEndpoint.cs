using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>
/// The introspection endpoint (RFC 7662). A client sees tokens issued to it or meant for it; about any other token it learns what
/// it would learn about nonsense: that it is not active.
/// </summary>
internal sealed class IntrospectionEndpoint(
    ClientAuthentication clients, AccessTokens accessTokens, RefreshTokens refreshTokens, PublicAddress address, TimeProvider clock)
{
    /// <summary>Answers POST.</summary>
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await FormParameters.ParseAsync(http.Request, cancellation)).Failed(out var error, out var parameters)
            || (await clients.AuthenticateAsync(http, parameters, provesByCode: false, cancellation)).Failed(out error, out var client))
        {
            return Responses.Error(error);
        }

        var application = client.Application;

        // RFC 7662 §2.1: against scanning for tokens the caller must be authorized; naming a public client proves nothing.
        if (!client.Proven)
        {
            return Responses.Error(OAuthError.InvalidClient.Because("a public client may not introspect"), application);
        }

        if (parameters[Parameters.Token] is not { } token)
        {
            return Responses.Error(OAuthError.Missing(Parameters.Token), application);
        }

        // The kinds can't be mistaken for one another: one is a JWT, the other has no dot. The hint is not needed.
        return Responses.Claims(token.Contains('.', StringComparison.Ordinal)
            ? await IntrospectAccessTokenAsync(token, application, cancellation)
            : await IntrospectRefreshTokenAsync(token, application, cancellation));
    }

    private async Task<ClaimSet> IntrospectAccessTokenAsync(string accessToken, Application caller, CancellationToken cancellation)
    {
        if ((await accessTokens.CheckAsync(accessToken, cancellation)).Failed(out _, out var token)
            || (token.Claims.ClientId != caller.ClientId && !token.Claims.Audience.Contains(caller.ClientId)))
        {
            return Inactive();
        }

        var claims = token.Claims;
        var answer = Active(claims.Scope.ToString(), claims.ClientId, claims.Subject, claims.IssuedAt, claims.ExpiresAt);
        answer = claims.Audience is [var only] ? answer.Add(Protocol.Claims.Audience, only) : answer.Add(Protocol.Claims.Audience, claims.Audience);
        return answer
            .Add(Protocol.Claims.TokenType, TokenTypes.Bearer)
            .Add(Protocol.Claims.Username, token.User?.Email ?? token.User?.Username)
            .Add(Protocol.Claims.JwtId, claims.JwtId)
            .Add(Protocol.Claims.AuthenticationTime, claims.AuthenticatedAt)
            .Add(Protocol.Claims.AuthenticationContext, claims.AuthenticationContext)
            .Add(Protocol.Claims.ApplicationId, claims.ApplicationId?.ToString())
            .Add(Protocol.Claims.Roles, claims.Roles)
            .Add(Protocol.Claims.TenantId, claims.TenantId?.ToString());
    }

    private async Task<ClaimSet> IntrospectRefreshTokenAsync(string refreshToken, Application caller, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return await refreshTokens.FindAsync(refreshToken, cancellation) is
            { Token: { Status: TokenStatus.Valid } token, Authorization: { Status: AuthorizationStatus.Valid } authorization } grant
            && token.ExpiresAt > now
            && authorization.ApplicationId == caller.Id
            && Admission.Check(caller, grant.User, grant.Registration, now) is null
                ? Active(authorization.Scopes, caller.ClientId, authorization.UserId.ToString(), token.CreatedAt, token.ExpiresAt)
                : Inactive();
    }

    private ClaimSet Active(string scope, string clientId, string subject, DateTimeOffset issuedAt, DateTimeOffset expiresAt) => new ClaimSet()
        .Add(Protocol.Claims.Active, true)
        .Add(Protocol.Claims.Issuer, address.Value)
        .Add(Protocol.Claims.Scope, scope)
        .Add(Protocol.Claims.ClientId, clientId)
        .Add(Protocol.Claims.Subject, subject)
        .Add(Protocol.Claims.IssuedAt, issuedAt)
        .Add(Protocol.Claims.ExpiresAt, expiresAt);

    // RFC 7662 §2.2: nothing else about a token that is not active.
    private static ClaimSet Inactive() => new ClaimSet().Add(Protocol.Claims.Active, false);
}
