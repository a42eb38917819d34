using System.Text.Json.Nodes;
using IdentityServer.Factors;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary><c>/api/user/two-factor</c> (§11): people's second factors.</summary>
internal sealed class UserTwoFactorApi(
    People people, Registrar registrar, FactorStore store, SecondFactors factors, MailedCodes mailed, PendingLogins pending, TimeProvider clock)
{
    private const string UserId = "userId";
    private const string Route = "/api/user/two-factor/{userId}";
    private const string OwnRoute = "/api/user/two-factor/{userId?}";

    // A factor is added by who proved a moment ago who they are, not by who found a token: it could shut the owner out.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    /// <summary>What mailed codes count for that confirm a new factor; see <see cref="MailedCodes"/>.</summary>
    public const string SetUp = "api:set-up";

    /// <summary>The same for the removal of one.</summary>
    public const string Removal = "api:removal";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<UserTwoFactorApi>(routes.ServiceProvider);
        routes.MapPersonalApi("POST", OwnRoute, TwoFactorShape.Enable, api.ForUser(api.EnableAsync));
        routes.MapApi("PUT", Route, TwoFactorShape.Rename, api.ForUser(api.RenameAsync));
        routes.MapPersonalApi("DELETE", OwnRoute, TwoFactorShape.Disable, api.ForUser(api.DisableAsync));
        routes.MapApi("POST", "/api/user/two-factor/recovery-code/{userId}", TwoFactorShape.RecoveryCodes, api.ForUser(api.RegenerateAsync));
    }

    // Whose factors: one's own, or, with a key, anybody's; those of administrators are for keys that may do everything.
    private ApiHandler ForUser(Func<ApiRequest, User, CancellationToken, Task<ApiResult>> handler) => async (request, cancellation) =>
        request.Caller.Self is { } self ? request.PathText(UserId) is null ? await handler(request, self, cancellation) : ApiResult.Denied
        : FindId(request) is not { } id ? ApiResult.Refused(request.Errors)
        : AdminGuard.Denies(request, await registrar.ListAsync(id, cancellation)) ? ApiResult.Denied
        : await people.FindAsync(id, cancellation) is { } user ? await handler(request, user, cancellation)
        : ApiResult.Missing;

    private static Guid? FindId(ApiRequest request)
    {
        var id = request.PathId(UserId);
        if (id is null && !request.Errors.Any)
        {
            request.Errors.Add(UserId, "missing", "Say whose factors.");
        }

        return id;
    }

    private async Task<ApiResult> EnableAsync(ApiRequest request, User user, CancellationToken cancellation)
    {
        var body = request.Beside();
        var (method, code, name) = (body.Text("method"), body.Text("code"), body.Text("name"));
        var byMail = method == TwoFactorMethodWire.Email;
        if (!byMail && method != TwoFactorMethodWire.Authenticator && !request.Errors.Has("method"))
        {
            request.Errors.Add("method", method is null ? "missing" : "invalid", "This server knows authenticator and email.");
        }

        var secret = byMail ? null : ReadSecret(request, body);
        if (string.IsNullOrWhiteSpace(code) && !request.Errors.Has("code"))
        {
            request.Errors.Add("code", "blank", "The app's code is needed.");
        }

        var waitingId = body.Text("twoFactorId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (request.Caller.Token is { Authorization: { } authorization } && clock.GetUtcNow() - authorization.AuthenticatedAt >= Fresh)
        {
            return ApiResult.Denied;
        }

        var waiting = await pending.FindAsync(waitingId, cancellation);
        var added = byMail && !mailed.CanReach(user) ? null
            : byMail ? await store.AddEmailAsync(user, SetUp, code, request.Caller.Actor, cancellation)
            : await store.AddAuthenticatorAsync(user, secret!, code, name, request.Caller.Actor, cancellation);
        if (added is null)
        {
            return ApiResult.Of(TwoFactorShape.WrongCode);
        }

        if (waiting?.Proof.User.Id == user.Id)
        {
            await pending.RenewAsync(waitingId!, waiting, added.User, cancellation);
        }

        return ApiResult.Ok(added.RecoveryCodes is { } codes ? ShowCodes(codes) : []);
    }

    private static byte[]? ReadSecret(ApiRequest request, JsonFields body)
    {
        var (base64, base32) = (body.Text("secret"), body.Text("secretBase32Encoded"));
        if (base64 is null && base32 is null)
        {
            request.Errors.Add("secret", "missing", "The secret that the app got is needed.");
            return null;
        }

        var buffer = new byte[base64?.Length ?? 0];
        var secret = base32 is not null ? Base32.Decode(base32)
            : Convert.TryFromBase64String(base64!, buffer, out var length) ? buffer[..length]
            : null;
        if (secret is not { Length: >= Totp.MinSecretBytes and <= Totp.MaxSecretBytes })
        {
            request.Errors.Add(
                base32 is not null ? "secretBase32Encoded" : "secret", "invalid", $"A secret has {Totp.MinSecretBytes} to {Totp.MaxSecretBytes} bytes.");
            return null;
        }

        return secret;
    }

    private async Task<ApiResult> RenameAsync(ApiRequest request, User user, CancellationToken cancellation)
    {
        var body = request.Beside();
        var (id, name) = (body.Text("methodId"), body.Text("name"));
        if (id is null && !request.Errors.Any)
        {
            request.Errors.Add("methodId", "missing", "Say which factor.");
        }

        return request.Errors.Any ? ApiResult.Refused(request.Errors)
            : await store.RenameAsync(user.Id, id!, name, request.Caller.Actor, cancellation) ? ApiResult.Empty
            : ApiResult.Missing;
    }

    private async Task<ApiResult> DisableAsync(ApiRequest request, User user, CancellationToken cancellation)
    {
        var body = request.Beside();
        var id = request.Query("methodId") ?? body.Text("methodId");
        var code = request.Query("code") ?? body.Text("code");
        if (id is null && !request.Errors.Any)
        {
            request.Errors.Add("methodId", "missing", "Say which factor.");
        }

        // A key decides alone, a person proves the factor.
        if (code is null && request.Caller.Self is not null && !request.Errors.Any)
        {
            request.Errors.Add("code", "blank", "A code is needed.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (code is null)
        {
            return await store.RemoveAsync(user.Id, id!, request.Caller.Actor, cancellation) is null ? ApiResult.Missing : ApiResult.Empty;
        }

        return await store.RemoveAsync(user, id!, code, request.Caller.Actor, cancellation, Removal) switch
        {
            (_, Found: false) => ApiResult.Missing,
            (FactorOutcome.Right, _) => ApiResult.Empty,
            (FactorOutcome.Wait wait, _) => LoginApi.Later(wait.RetryAfter),
            (FactorOutcome.Stale, _) => ApiResult.Missing,
            _ => ApiResult.Of(TwoFactorShape.WrongCode),
        };
    }

    private async Task<ApiResult> RegenerateAsync(ApiRequest request, User user, CancellationToken cancellation) =>
        (await factors.ListAsync(user.Id, cancellation)).Count > 0
        && await store.RegenerateAsync(user.Id, request.Caller.Actor, cancellation) is { } codes
            ? ApiResult.Ok(ShowCodes(codes))
            : ApiResult.Missing;

    private static JsonObject ShowCodes(IReadOnlyList<string> codes) => new() { ["recoveryCodes"] = ApiJson.List(codes.Select(code => JsonValue.Create(code))) };
}
