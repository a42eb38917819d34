using System.Text.Json.Nodes;
using IdentityServer.Authorizations;
using IdentityServer.Registrations;
using IdentityServer.Tokens;

namespace IdentityServer.Api;

/// <summary><c>/api/jwt/refresh</c> (§10.2): which refresh tokens there are, and their end. Their values are never shown: nobody has them.</summary>
internal sealed class RefreshTokensApi(RefreshTokens refreshTokens, RefreshTokenFamilies families, Registrar registrar)
{
    private const string Route = "/api/jwt/refresh";
    private const string TokenId = "tokenId";
    private const string Token = "token";
    private const string UserId = "userId";
    private const string ApplicationId = "applicationId";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<RefreshTokensApi>(routes.ServiceProvider);
        routes.MapApi("GET", Route, JwtShape.ListTokens, api.ListAsync);
        routes.MapApi("GET", Route + "/{tokenId}", JwtShape.GetToken, api.GetAsync);
        routes.MapPersonalApi("DELETE", Route + "/{tokenId?}", JwtShape.RevokeTokens, api.RevokeAsync);
    }

    private async Task<ApiResult> ListAsync(ApiRequest request, CancellationToken cancellation)
    {
        var userId = request.QueryId(UserId);
        if (userId is null && !request.Errors.Any)
        {
            request.Errors.Add(UserId, "missing", "Say whose.");
        }

        return request.Errors.Any
            ? ApiResult.Refused(request.Errors)
            : ApiResult.Ok(new JsonObject
            {
                ["refreshTokens"] = ApiJson.List((await families.ListAsync(new(UserId: userId), cancellation)).Select(Show)),
            });
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation) =>
        request.PathId(TokenId) is not { } id ? ApiResult.Refused(request.Errors)
        : await families.ListAsync(new(Id: id), cancellation) is [var family] ? ApiResult.Ok(new JsonObject { ["refreshToken"] = Show(family) })
        : ApiResult.Missing;

    private async Task<ApiResult> RevokeAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var (id, value) = (request.PathId(TokenId), request.Query(Token) ?? body.Text(Token, JsonFields.Any));
        var (userId, applicationId) = (request.QueryId(UserId) ?? body.Id(UserId), request.QueryId(ApplicationId) ?? body.Id(ApplicationId));
        if (id is null && value is null && userId is null && applicationId is null && !request.Errors.Any)
        {
            request.Errors.Add(Token, "missing", "Say which: by id, token, user or application.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (id is not null || value is not null)
        {
            id ??= (await refreshTokens.FindAsync(value!, cancellation))?.Authorization.Id;
            return id is not null && await RevokeAsync(request, new(id, request.Caller.Self?.Id), cancellation) > 0 ? ApiResult.Empty : ApiResult.Missing;
        }

        if (request.Caller.Self is not null
            || AdminGuard.Denies(request, applicationId)
            || (userId is { } person && AdminGuard.Denies(request, await registrar.ListAsync(person, cancellation))))
        {
            return ApiResult.Denied;
        }

        await RevokeAsync(request, new(null, userId, applicationId), cancellation);
        return ApiResult.Empty;
    }

    private Task<int> RevokeAsync(ApiRequest request, RefreshTokenFilter filter, CancellationToken cancellation) =>
        families.RevokeAsync(filter, request.Caller.Self is not null || request.Caller.MayTouchAdministration, request.Caller.Actor, cancellation);

    private static JsonObject Show(Authorization family) => new()
    {
        ["id"] = family.Id,
        ["applicationId"] = family.ApplicationId,
        ["userId"] = family.UserId,
        ["tenantId"] = family.TenantId,
        ["startInstant"] = family.AuthenticatedAt.ToUnixTimeMilliseconds(),
        ["insertInstant"] = family.CreatedAt.ToUnixTimeMilliseconds(),
        ["metaData"] = new JsonObject
        {
            ["device"] = new JsonObject(),
            ["scopes"] = ApiJson.List(family.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(scope => JsonValue.Create(scope))),
        },
        ["data"] = new JsonObject(),
    };
}
