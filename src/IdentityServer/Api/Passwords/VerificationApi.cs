using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Logins;
using IdentityServer.Recovery;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/user/verify-email</c> and <c>/api/user/verify-registration</c> (§7): proves addresses by ids that were mailed or handed
/// out, and mails them again. Without a key the answer is one for all.
/// </summary>
internal sealed class VerificationApi(
    Registrar registrar, UserSearch search, AddressVerification verification, DirectVerification direct, LinkBrake brake, MailAvailability mail, ApplicationCatalog applications)
{
    private const string Email = "/api/user/verify-email";
    private const string Registration = "/api/user/verify-registration";
    private const string PathIdName = "verificationId";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<VerificationApi>(routes.ServiceProvider);
        routes.MapPublicApi("POST", Email + "/{verificationId?}", PasswordsShape.VerifyEmail, api.VerifyEmailAsync);
        routes.MapPublicApi("PUT", Email, PasswordsShape.ResendEmail, (request, cancellation) => api.ResendAsync(request, Email, LinkPurpose.VerifyEmail, cancellation));
        routes.MapPublicApi("POST", Registration + "/{verificationId?}", PasswordsShape.VerifyRegistration, api.VerifyRegistrationAsync);
        routes.MapPublicApi("PUT", Registration, PasswordsShape.ResendRegistration, (request, cancellation) =>
            api.ResendAsync(request, Registration, LinkPurpose.VerifyRegistration, cancellation));
    }

    private async Task<ApiResult> VerifyEmailAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (request.Beside().Id("userId") is not { } userId)
        {
            return await CompleteAsync(request, LinkPurpose.VerifyEmail, cancellation);
        }

        return request.Errors.Any ? ApiResult.Refused(request.Errors)
            : !request.HasKeyFor(Email) ? ApiResult.Denied
            : await verification.MarkAsync(userId, request.Caller.Actor, cancellation) ? ApiResult.Empty : ApiResult.Missing;
    }

    private Task<ApiResult> VerifyRegistrationAsync(ApiRequest request, CancellationToken cancellation) =>
        CompleteAsync(request, LinkPurpose.VerifyRegistration, cancellation);

    private async Task<ApiResult> CompleteAsync(ApiRequest request, LinkPurpose purpose, CancellationToken cancellation)
    {
        var id = request.Beside().Text(PathIdName) ?? request.PathText(PathIdName);
        if (id is null && !request.Errors.Any)
        {
            request.Errors.Add(PathIdName, "blank", "Send the id that was mailed.");
        }

        var typed = request.Beside().Text("oneTimeCode");
        return request.Errors.Any ? ApiResult.Refused(request.Errors)
            : await direct.CompleteAsync(id!, typed, purpose, cancellation) ? ApiResult.Empty
            : ApiResult.Missing;
    }

    private async Task<ApiResult> ResendAsync(ApiRequest request, string route, LinkPurpose purpose, CancellationToken cancellation)
    {
        var (email, applicationId) = (request.Query("email"), request.QueryId("applicationId"));
        var sends = request.Query(purpose is LinkPurpose.VerifyEmail ? "sendVerifyEmail" : "sendVerifyRegistrationEmail") is not "false";
        var application = applicationId is { } id ? applications.Find(id) : null;
        if (email is null && !request.Errors.Any)
        {
            request.Errors.Add("email", "blank", "Name the person by e-mail address.");
        }

        if (application is null && !request.Errors.Any && (applicationId is not null || purpose is LinkPurpose.VerifyRegistration))
        {
            request.Errors.Add("applicationId", "invalid", "There is no application of this id.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var byKey = request.HasKeyFor(route);
        if (!mail.IsOn && (sends || !byKey))
        {
            return ApiResult.Of(StatusCodes.Status403Forbidden);
        }

        if (!byKey && !brake.TryCharge(request.RemoteAddress, out var retryAfter))
        {
            return LoginApi.Later(retryAfter);
        }

        var user = await search.FindAsync(email!, ["email"], cancellation);
        var known = user is { Active: true } && (purpose is LinkPurpose.VerifyEmail ? !user.Verified || byKey
            : await registrar.FindAsync(user.Id, application!.Id, cancellation) is not null);
        if (!known)
        {
            return byKey ? ApiResult.Missing : ApiResult.Empty;
        }

        var wish = new RecoveryWish { Application = application, Address = byKey ? null : request.RemoteAddress, ByStranger = !byKey, ByCode = byKey && application is { VerifiesByCode: true } };
        var made = await verification.AskAsync(user!, purpose, wish, cancellation, sends || !byKey);
        return !byKey ? ApiResult.Empty
            : made is null ? ApiResult.Refused(new FieldErrors().AddGeneral("tooManyMails", "No more mails for now."))
            : ApiResult.Ok(ApiJson.WithoutNulls(new() { ["verificationId"] = made.Secret, ["oneTimeCode"] = wish.ByCode ? made.Code : null }));
    }
}
