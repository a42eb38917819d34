using System.Buffers.Text;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Keys;
using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/jwt</c> (§10.2): tokens of a sign-in by this API are refreshed and looked at. What a refresh token is worth is decided where
/// the token endpoint has it decided.
/// </summary>
internal sealed class JwtApi(
    RefreshTokens refreshTokens, RefreshRedemption redemption, TokenIssuer issuer, TokenCookies cookies, SigningKeyRing keys, ApplicationCatalog applications)
{
    private const string Refresh = "/api/jwt/refresh";
    private const string RefreshToken = "refreshToken";
    private const string TimeToLive = "timeToLiveInSeconds";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<JwtApi>(routes.ServiceProvider);
        routes.MapPublicApi("POST", Refresh, JwtShape.Refresh, api.RefreshAsync);
        routes.MapTokenApi("GET", "/api/jwt/validate", JwtShape.Validate, Validate);
        routes.MapPublicApi("GET", "/api/jwt/public-key", JwtShape.PublicKey, (request, _) => Task.FromResult(api.ShowKeys(request)));
    }

    private async Task<ApiResult> RefreshAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var cookie = request.Cookie(TokenCookies.RefreshToken);
        var (value, seconds) = (cookie ?? body.Text(RefreshToken, JsonFields.Any), body.Number(TimeToLive));
        if (seconds is < 1)
        {
            request.Errors.Add(TimeToLive, "invalid", "A token lives for a second at least.");
        }

        if (string.IsNullOrEmpty(value) && !request.Errors.Has(RefreshToken))
        {
            request.Errors.Add(RefreshToken, "blank", "The refresh token is missing.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (await refreshTokens.FindAsync(value!, cancellation) is not { } grant
            || FindApplication(request, grant) is not { } application
            || (await redemption.RedeemAsync(
                new RefreshUse(value!, grant, application) { MaxLifetime = seconds is { } given ? TimeSpan.FromSeconds(given) : null }, cancellation))
                .Failed(out _, out var access))
        {
            var refused = ApiResult.Refused(new FieldErrors().Add(RefreshToken, "invalid", "The refresh token is unknown, expired or revoked, or must not be used here."));
            return cookie is null ? refused : cookies.Clear(refused);
        }

        var issued = issuer.Issue(access);
        var answer = ApiResult.Ok(new JsonObject
        {
            ["token"] = issued.AccessToken,
            [RefreshToken] = issued.RefreshToken,
            ["refreshTokenId"] = issued.RefreshTokenId,
        });
        return cookie is null ? answer : cookies.Give(answer, issued, grant.Token.ExpiresAt);
    }

    // A token that an application got by its own secret stays with that application (RFC 6749 §6); who holds a key for this call is
    // trusted with it.
    private Application? FindApplication(ApiRequest request, StoredGrant grant) =>
        applications.Find(grant.Authorization.ApplicationId) is { Active: true } application
        && application.Settings.LoginConfiguration.AllowTokenRefresh
        && application.Client.AllowedGrantTypes.Contains(GrantTypes.RefreshToken)
        && (DirectTokens.Gave(grant.Authorization) || application.Client.IsPublic || request.HasKeyFor(Refresh))
            ? application
            : null;

    // The token was verified before it came here.
    private static ApiResult Validate(string token) =>
        ApiResult.Ok(new JsonObject { ["jwt"] = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1])) });

    private ApiResult ShowKeys(ApiRequest request)
    {
        var (kid, applicationId) = (request.Query("kid"), request.QueryId("applicationId"));
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (applicationId is { } id)
        {
            return applications.Find(id) is { } application
                ? ApiResult.Ok(One(keys.Signer(application.AccessTokenKey, application.AccessTokenAlgorithm).PublicKey))
                : ApiResult.Missing;
        }

        if (kid is not null)
        {
            return keys.PublicKeys.Keys.FirstOrDefault(key => key.KeyId == kid) is { } named ? ApiResult.Ok(One(named)) : ApiResult.Missing;
        }

        return ApiResult.Ok(new JsonObject
        {
            ["publicKeys"] = new JsonObject(keys.PublicKeys.Keys.Where(key => key.KeyId is not null).DistinctBy(key => key.KeyId)
                .Select(key => KeyValuePair.Create(key.KeyId!, (JsonNode?)key.ToPem()))),
        });
    }

    private static JsonObject One(JsonWebKey key) => new() { ["publicKey"] = key.ToPem() };
}
