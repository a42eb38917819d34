using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Factors;
using IdentityServer.Links;
using IdentityServer.Logins;
using IdentityServer.Recovery;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/user/forgot-password</c> and <c>/api/user/change-password</c> (§7). Without a key they are pages without a face: the same
/// brakes, and one answer whoever is asked about, except to who calls with a token of their own. An id is one that this API handed out or mailed; those of pages count there only.
/// </summary>
internal sealed class PasswordsApi(
    Database database,
    People people,
    Registrar registrar,
    UserSearch search,
    PasswordReset reset,
    DirectPasswordChange changes,
    TrustTokens trustTokens,
    PasswordLogin logins,
    TokenCookies cookies,
    LinkBrake brake,
    MailAvailability mail,
    ApplicationCatalog applications)
{
    private const string Forgot = "/api/user/forgot-password";
    private const string Change = "/api/user/change-password";
    private const string PathIdName = "changePasswordId";
    private const string CurrentPassword = "currentPassword";

    private static readonly string[] AnyLoginId = ["email", "username"];

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<PasswordsApi>(routes.ServiceProvider);
        routes.MapPublicApi("POST", Forgot, PasswordsShape.Forgot, api.ForgotAsync);
        routes.MapPublicApi("GET", Change + "/{changePasswordId}", PasswordsShape.Check, api.CheckAsync);
        routes.MapPersonalApi("GET", Change, PasswordsShape.CheckPerson, api.CheckPersonAsync);
        routes.MapPublicPersonalApi("POST", Change + "/{changePasswordId?}", PasswordsShape.Change, api.ChangeAsync);
    }

    private async Task<ApiResult> ForgotAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var loginId = (body.Text("loginId", JsonFields.Any) ?? body.Text("email", JsonFields.Any) ?? body.Text("username", JsonFields.Any))?.Trim();
        var (types, sends) = (body.Texts("loginIdTypes") ?? AnyLoginId, body.Flag("sendForgotPasswordEmail", otherwise: true));
        var (application, state) = (LoginFacts.FindApplication(request, applications), LoginFacts.ReadState(request));
        if (string.IsNullOrEmpty(loginId) && !request.Errors.Any)
        {
            request.Errors.Add("loginId", "blank", "Name the person by e-mail address or user name.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (!mail.IsOn && (sends || !request.HasKeyFor(Forgot)))
        {
            return ApiResult.Of(StatusCodes.Status403Forbidden);
        }

        if (request.HasKeyFor(Forgot))
        {
            return await ForgotByKeyAsync(request, loginId!, types, new RecoveryWish { Application = application, State = state }, sends, cancellation);
        }

        if (!brake.TryCharge(request.RemoteAddress, out var retryAfter))
        {
            return LoginApi.Later(retryAfter);
        }

        await reset.AskAsync(loginId!, new RecoveryWish { Application = application, Address = request.RemoteAddress, State = state }, cancellation);
        return ApiResult.Empty;
    }

    private async Task<ApiResult> ForgotByKeyAsync(
        ApiRequest request, string loginId, IReadOnlyList<string> types, RecoveryWish wish, bool sends, CancellationToken cancellation)
    {
        if (await search.FindAsync(loginId, types, cancellation) is not { Active: true } user)
        {
            return ApiResult.Missing;
        }

        if (AdminGuard.Denies(request, await registrar.ListAsync(user.Id, cancellation)))
        {
            return ApiResult.Denied;
        }

        if (sends && user.Email is null)
        {
            return ApiResult.Of(StatusCodes.Status422UnprocessableEntity);
        }

        // An id that is handed out and not mailed proves no address.
        var made = await database.WriteAsync(
            (db, token) => reset.MakeAsync(
                db, LinkPurpose.ChangePassword, user, sends ? user.EmailKey : null, loginId, wish, token, sends),
            cancellation);
        return ApiResult.Ok(new JsonObject { ["changePasswordId"] = made.Secret });
    }

    private async Task<ApiResult> CheckAsync(ApiRequest request, CancellationToken cancellation) =>
        Checked((await reset.FindAsync(request.PathText(PathIdName) ?? string.Empty, cancellation))?.User);

    private async Task<ApiResult> CheckPersonAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (request.Caller.Self is { } self)
        {
            return Checked(self);
        }

        var loginId = request.Query("loginId")?.Trim();
        if (string.IsNullOrEmpty(loginId) && !request.Errors.Any)
        {
            request.Errors.Add("loginId", "blank", "Name the person by e-mail address or user name.");
        }

        return request.Errors.Any ? ApiResult.Refused(request.Errors) : Checked(await search.FindAsync(loginId!, AnyLoginId, cancellation));
    }

    private static ApiResult Checked(User? user) =>
        user is null ? ApiResult.Missing
        : TrustTokens.IsNeeded(user) ? ApiResult.Refused(DirectPasswordChange.TrustRequired())
        : ApiResult.Empty;

    private async Task<ApiResult> ChangeAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var id = body.Text(PathIdName) ?? request.PathText(PathIdName);
        var (password, loginId) = (body.Text("password", JsonFields.Any), body.Text("loginId", JsonFields.Any)?.Trim());
        var proof = new TrustProof(body.Text("trustToken"), body.Text("trustChallenge", JsonFields.Any));
        if (password is null && !request.Errors.Any)
        {
            request.Errors.Add("password", "blank", "Say which password.");
        }

        return request.Errors.Any ? ApiResult.Refused(request.Errors)
            : id is not null ? Changed(await changes.ByIdAsync(id, password!, proof, cancellation))
            : request.Caller.Self is { } self ? await ChangeOwnAsync(request, self, password!, proof, cancellation)
            : !request.HasKeyFor(Change) ? ApiResult.Denied
            : await ChangeByKeyAsync(request, loginId, password!, cancellation);
    }

    private static ApiResult Changed(FieldResult<ChangedPassword>? outcome) => ApiResult.From(outcome, changed => ApiJson.WithoutNulls(new()
    {
        ["oneTimePassword"] = changed.OneTimePassword,
        ["state"] = changed.State is { } state ? JsonNode.Parse(state) : null,
    }));

    // What is in them is worth nothing any more.
    private ApiResult WithoutCookies(ApiRequest request, ApiResult changed) =>
        changed.Status is StatusCodes.Status200OK && request.Cookie(TokenCookies.AccessToken) is not null ? cookies.Clear(changed) : changed;

    // The old password is counted like at any sign-in, so a stolen token is no place to guess it.
    private async Task<ApiResult> ChangeOwnAsync(ApiRequest request, User self, string password, TrustProof proof, CancellationToken cancellation)
    {
        var current = request.Beside().Text(CurrentPassword, JsonFields.Any);
        if (string.IsNullOrEmpty(current) && !request.Errors.Any)
        {
            request.Errors.Add(CurrentPassword, "blank", "The current password is needed.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (TrustTokens.IsNeeded(self) && !await trustTokens.CountsAsync(self, proof, cancellation))
        {
            return ApiResult.Refused(DirectPasswordChange.TrustRequired());
        }

        var outcome = await logins.AttemptAsync(new LoginAttempt(self.Email ?? self.Username!, current!, null, request.RemoteAddress), cancellation);
        return outcome switch
        {
            LoginOutcome.Busy busy => LoginApi.Later(busy.RetryAfter),
            LoginOutcome.Throttled throttled => LoginApi.Later(throttled.RetryAfter),
            _ when LoginOutcome.WhoIsIn(outcome) is { } user && user.Id == self.Id =>
                WithoutCookies(request, Changed(await changes.OfAsync(user, password, proof, cancellation))),
            _ => ApiResult.Missing,
        };
    }

    private async Task<ApiResult> ChangeByKeyAsync(ApiRequest request, string? loginId, string password, CancellationToken cancellation)
    {
        var current = request.Beside().Text(CurrentPassword, JsonFields.Any);
        if (string.IsNullOrEmpty(loginId))
        {
            request.Errors.Add("loginId", "blank", "Name the person by e-mail address or user name, or send an id.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (await search.FindAsync(loginId!, AnyLoginId, cancellation) is not { } user)
        {
            return ApiResult.Missing;
        }

        if (AdminGuard.Denies(request, await registrar.ListAsync(user.Id, cancellation)))
        {
            return ApiResult.Denied;
        }

        // The same counting of failures as at any sign-in.
        if (current is not null
            && LoginOutcome.WhoIsIn(await logins.AttemptAsync(new LoginAttempt(loginId!, current, null, request.RemoteAddress), cancellation)) is null)
        {
            return ApiResult.Refused(new FieldErrors().Add(CurrentPassword, "invalid", "This is not the current password."));
        }

        return ApiResult.From(await people.UpdateAsync(
            user.Id, known => UserDetails.Of(known) with { PasswordChangeRequired = false }, password, request.Caller.Actor, cancellation));
    }
}
