using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>The token endpoint (RFC 6749 §3.2).</summary>
internal sealed class TokenEndpoint(
    ClientAuthentication clients, AuthorizationCodeGrant codes, RefreshTokenGrant refreshTokens, TokenIssuer issuer)
{
    /// <summary>Answers with tokens or with what is wrong.</summary>
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await FormParameters.ParseAsync(http.Request, cancellation)).Failed(out var error, out var parameters)
            || TokenRequest.Parse(parameters).Failed(out error, out var request))
        {
            return Responses.Error(error);
        }

        var provesByCode = request is { GrantType: GrantTypes.AuthorizationCode, CodeVerifier: not null };
        if ((await clients.AuthenticateAsync(http, parameters, provesByCode, cancellation)).Failed(out error, out var client))
        {
            return Responses.Error(error);
        }

        var application = client.Application;

        // RFC 6749 §5.2: unauthorized_client, where the grant exists but not for this client.
        OAuthResult<GrantedAccess> granted = request.GrantType switch
        {
            null => OAuthError.Missing(Parameters.GrantType),
            GrantTypes.AuthorizationCode or GrantTypes.RefreshToken or GrantTypes.ClientCredentials
                when !application.Client.AllowedGrantTypes.Contains(request.GrantType) => OAuthError.GrantTypeDisabled,
            GrantTypes.AuthorizationCode => await codes.RedeemAsync(request, application, cancellation),
            GrantTypes.RefreshToken => await refreshTokens.RedeemAsync(request, application, cancellation),
            GrantTypes.ClientCredentials => ClientCredentialsGrant.Redeem(request, client),
            _ => OAuthError.UnsupportedGrantType,
        };

        return granted.Failed(out error, out var access) ? Responses.Error(error, application) : Responses.Token(issuer.Issue(access));
    }
}
