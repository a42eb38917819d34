using System.Text.Json;
using IdentityServer.Audit;
using IdentityServer.Authorizations;
using IdentityServer.Tokens;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/logout</c> (§10.2): ends what a sign-in by this API gave, and takes its cookies from the browser. Whatever is sent, the answer
/// is the same: then it is as the caller wants it.
/// </summary>
internal sealed class LogoutApi(RefreshTokens refreshTokens, AccessTokens accessTokens, RefreshTokenFamilies families, TokenCookies cookies, TimeProvider clock)
{
    private const string RefreshToken = "refreshToken";
    private const string Global = "global";

    /// <summary>Maps the call.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<LogoutApi>(routes.ServiceProvider);
        routes.MapPublicApi("POST", "/api/logout", JwtShape.Logout, api.LogoutAsync);
    }

    private async Task<ApiResult> LogoutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var everywhere = request.Query(Global) == "true" || body.Anything(Global)?.GetValueKind() is JsonValueKind.True;
        var value = request.Query(RefreshToken) ?? body.Text(RefreshToken, JsonFields.Any) ?? request.Cookie(TokenCookies.RefreshToken);
        if (value is not null && await refreshTokens.FindAsync(value, cancellation) is { } grant)
        {
            await EndAsync(grant.Authorization, grant.User, everywhere && IsLive(grant), cancellation);
        }

        if (request.Cookie(TokenCookies.AccessToken) is { } accessToken
            && (await accessTokens.CheckAsync(accessToken, cancellation)).Succeeded(out var live, out _)
            && live is { Authorization: { } authorization, User: { } user })
        {
            await EndAsync(authorization, user, everywhere, cancellation);
        }

        // Another site may not sign anybody out, either.
        return request.Source is RequestSource.Foreign ? ApiResult.Empty : cookies.Clear(ApiResult.Empty);
    }

    private async Task EndAsync(Authorization authorization, User user, bool everywhere, CancellationToken cancellation)
    {
        await families.SignOutAsync(authorization.Id, user, cancellation);
        if (everywhere)
        {
            await families.RevokeAsync(new(UserId: user.Id), administrators: true, AuditLog.User(user.Id), cancellation);
        }
    }

    // Who finds an old token ends nothing with it but what it belonged to.
    private bool IsLive(StoredGrant grant) =>
        grant is { Token.Status: TokenStatus.Valid, Authorization.Status: AuthorizationStatus.Valid, User.Active: true } && grant.Token.ExpiresAt > clock.GetUtcNow();
}
