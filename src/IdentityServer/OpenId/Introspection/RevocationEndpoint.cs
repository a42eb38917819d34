using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>
/// The revocation endpoint (RFC 7009). A refresh token takes its whole family with it, access tokens included (§2.1); an access
/// token goes alone.
/// </summary>
internal sealed class RevocationEndpoint(ClientAuthentication clients, AccessTokens accessTokens, RefreshTokens refreshTokens)
{
    private static readonly OAuthError ForeignToken = new(Errors.InvalidGrant, "client_id_mismatch", "The token was not issued to this client.");

    /// <summary>Answers POST.</summary>
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await FormParameters.ParseAsync(http.Request, cancellation)).Failed(out var error, out var parameters)
            || (await clients.AuthenticateAsync(http, parameters, provesByCode: false, cancellation)).Failed(out error, out var client))
        {
            return Responses.Error(error);
        }

        var application = client.Application;

        if (parameters[Parameters.Token] is not { } token)
        {
            return Responses.Error(OAuthError.Missing(Parameters.Token), application);
        }

        if (token.Contains('.', StringComparison.Ordinal))
        {
            if ((await accessTokens.CheckAsync(token, cancellation)).Succeeded(out var live, out _))
            {
                // RFC 7009 §2.1: a token of another client is refused, and the client is told.
                if (live.Application.Id != application.Id)
                {
                    return Responses.Error(ForeignToken, application);
                }

                await accessTokens.RevokeAsync(live.Claims, cancellation);
            }
        }
        else if (await refreshTokens.FindAsync(token, cancellation) is { } grant)
        {
            if (grant.Authorization.ApplicationId != application.Id)
            {
                return Responses.Error(ForeignToken, application);
            }

            await refreshTokens.RevokeFamilyAsync(grant.Authorization.Id, cancellation);
        }

        // RFC 7009 §2.2: also for a token that is unknown or dead already, for then it is as the client wants it.
        Responses.NoStore(http.Response);
        return Results.Ok();
    }
}
