using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Logins;
using IdentityServer.Recovery;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/user/forgot-password</c> and <c>/api/user/change-password</c> (§7). Without a key they are pages without a face: the same
/// brakes, and one answer whoever is asked about. An id is one that this API handed out or mailed; those of pages count there only.
/// </summary>
internal sealed class PasswordsApi(
    Database database,
    People people,
    Registrar registrar,
    UserSearch search,
    PasswordReset reset,
    PasswordChange passwords,
    PasswordLogin logins,
    LinkBrake brake,
    LinkStore links,
    MailAvailability mail,
    ApplicationCatalog applications)
{
    private const string Forgot = "/api/user/forgot-password";
    private const string Change = "/api/user/change-password";
    private const string PathIdName = "changePasswordId";

    private static readonly string[] AnyLoginId = ["email", "username"];

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<PasswordsApi>(routes.ServiceProvider);
        routes.MapPublicApi("POST", Forgot, PasswordsShape.Forgot, api.ForgotAsync);
        routes.MapPublicApi("GET", Change + "/{changePasswordId}", PasswordsShape.Check, api.CheckAsync);
        routes.MapPublicApi("POST", Change + "/{changePasswordId?}", PasswordsShape.Change, api.ChangeAsync);
    }

    private async Task<ApiResult> ForgotAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var loginId = (body.Text("loginId", JsonFields.Any) ?? body.Text("email", JsonFields.Any) ?? body.Text("username", JsonFields.Any))?.Trim();
        var (types, sends) = (body.Texts("loginIdTypes") ?? AnyLoginId, body.Flag("sendForgotPasswordEmail", otherwise: true));
        var application = LoginFacts.FindApplication(request, applications);
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
            return await ForgotByKeyAsync(request, loginId!, types, application, sends, cancellation);
        }

        if (!brake.TryCharge(request.RemoteAddress, out var retryAfter))
        {
            return LoginApi.Later(retryAfter);
        }

        await reset.AskAsync(loginId!, new RecoveryWish { Application = application, Address = request.RemoteAddress }, cancellation);
        return ApiResult.Empty;
    }

    private async Task<ApiResult> ForgotByKeyAsync(
        ApiRequest request, string loginId, IReadOnlyList<string> types, Application? application, bool sends, CancellationToken cancellation)
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
                db, LinkPurpose.ChangePassword, user, sends ? user.EmailKey : null, loginId, new RecoveryWish { Application = application }, token, sends),
            cancellation);
        return ApiResult.Ok(new JsonObject { ["changePasswordId"] = made.Secret });
    }

    private async Task<ApiResult> CheckAsync(ApiRequest request, CancellationToken cancellation) =>
        await reset.FindAsync(request.PathText(PathIdName) ?? string.Empty, cancellation) is null ? ApiResult.Missing : ApiResult.Empty;

    private async Task<ApiResult> ChangeAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var id = body.Text("changePasswordId") ?? request.PathText(PathIdName);
        var (password, loginId) = (body.Text("password", JsonFields.Any), body.Text("loginId", JsonFields.Any)?.Trim());
        if (password is null && !request.Errors.Any)
        {
            request.Errors.Add("password", "blank", "Say which password.");
        }

        return request.Errors.Any ? ApiResult.Refused(request.Errors)
            : id is not null ? await ChangeByIdAsync(id, password!, cancellation)
            : !request.HasKeyFor(Change) ? ApiResult.Denied
            : await ChangeByKeyAsync(request, loginId, password!, cancellation);
    }

    private async Task<ApiResult> ChangeByIdAsync(string id, string password, CancellationToken cancellation)
    {
        if (await reset.FindAsync(id, cancellation) is not var (link, user))
        {
            return ApiResult.Missing;
        }

        if ((await passwords.PrepareAsync(user, password, await reset.MinLengthAsync(user, cancellation), cancellation)).Failed(out var errors, out var hash))
        {
            return ApiResult.Refused(errors);
        }

        var made = await database.WriteAsync(
            async (db, token) => await links.SpendAsync(db, id, link.Purpose, token) && await reset.SetAsync(db, link, hash, endAccess: true, token) is { } changed
                ? await links.MakeAsync(
                    db,
                    new NewLink { Purpose = LinkPurpose.OneTimePassword, TenantId = changed.TenantId, UserId = changed.Id, WithCode = false },
                    token)
                : null,
            cancellation);
        return made is null ? ApiResult.Missing : ApiResult.Ok(new JsonObject { ["oneTimePassword"] = made.Secret });
    }

    private async Task<ApiResult> ChangeByKeyAsync(ApiRequest request, string? loginId, string password, CancellationToken cancellation)
    {
        var current = request.Beside().Text("currentPassword", JsonFields.Any);
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
            return ApiResult.Refused(new FieldErrors().Add("currentPassword", "invalid", "This is not the current password."));
        }

        return ApiResult.From(await people.UpdateAsync(
            user.Id, known => UserDetails.Of(known) with { PasswordChangeRequired = false }, password, request.Caller.Actor, cancellation));
    }
}
