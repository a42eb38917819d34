using IdentityServer.Applications;
using IdentityServer.Groups;
using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>The userinfo endpoint (OpenID Connect Core §5.3): claims about the person behind an access token.</summary>
internal sealed class UserInfoEndpoint(AccessTokens accessTokens, GroupCatalog groups)
{
    private static readonly OAuthError SeveralTokens = new(
        Errors.InvalidRequest, "access_token_required", "Send the access token once: in the Authorization header or in the form.");

    /// <summary>Answers GET and POST.</summary>
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await ReadTokenAsync(http.Request, cancellation)).Failed(out var error, out var accessToken))
        {
            return new BearerError(error);
        }

        if ((await accessTokens.CheckAsync(accessToken, cancellation)).Failed(out error, out var token))
        {
            return new BearerError(error);
        }

        if (token.User is not { } user || token.Authorization is not { } authorization)
        {
            return new BearerError(OAuthError.InsufficientScope.Because("no person stands behind the token"));
        }

        var compatible = token.Application.Settings.OauthConfiguration.ScopeHandlingPolicy is ScopeHandlingPolicy.Compatibility;
        if (!compatible && !token.Claims.Scope.Contains(Scopes.OpenId))
        {
            return new BearerError(OAuthError.InsufficientScope);
        }

        var requested = ClaimsRequest.Parse(authorization.Claims).Failed(out _, out var parsed) ? ClaimsRequest.Empty : parsed;
        var names = compatible ? ClaimsByScope.All : ClaimsByScope.Select(token.Claims.Scope, requested.UserInfo);

        // OpenID Connect Core §5.3.2: sub is always there.
        var claims = new ClaimSet().Add(Claims.Subject, user.Id.ToString());
        if (compatible && token.Registration is { } registration)
        {
            claims.Add(Claims.ApplicationId, token.Application.IdText).Add(Claims.Roles, groups.RolesOf(user, registration));
        }

        return Responses.Claims(UserClaims.AddTo(claims, user, token.Registration, names));
    }

    // RFC 6750 §2: header or form body, one of them; never the query.
    private static async Task<OAuthResult<string>> ReadTokenAsync(HttpRequest request, CancellationToken cancellation)
    {
        const string Scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        string? fromForm = null;
        if (HttpMethods.IsPost(request.Method) && request.HasFormContentType)
        {
            if ((await FormParameters.ParseAsync(request, cancellation)).Failed(out var error, out var form))
            {
                return error;
            }

            fromForm = form["access_token"];
        }

        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return fromForm is null ? header[Scheme.Length..].Trim() : SeveralTokens;
        }

        return fromForm is null ? OAuthError.AccessTokenRequired : fromForm;
    }
}
