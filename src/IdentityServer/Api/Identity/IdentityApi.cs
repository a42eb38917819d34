using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Recovery;

namespace IdentityServer.Api;

/// <summary>Values of <c>existingUserStrategy</c>: there is nobody here yet whose address could be proven before they are created.</summary>
internal enum ExistingUserStrategy
{
    /// <summary>Somebody has the address.</summary>
    MustExist,
}

/// <summary><c>/api/identity/verify</c> (§7): the proof of an address in three calls of an application with pages of its own.</summary>
internal sealed class IdentityApi(ApplicationCatalog applications, UserSearch search, DirectVerification verification, MailAvailability mail)
{
    private const string Id = "verificationId";
    private const string Type = "loginIdType";
    private const string Email = "email";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<IdentityApi>(routes.ServiceProvider);
        routes.MapApi("POST", "/api/identity/verify/start", IdentityShape.Start, api.StartAsync);
        routes.MapApi("POST", "/api/identity/verify/send", IdentityShape.Send, api.SendAsync);
        routes.MapApi("POST", "/api/identity/verify/complete", IdentityShape.Complete, api.CompleteAsync);
    }

    private async Task<ApiResult> StartAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var (loginId, type) = (body.Text("loginId", JsonFields.Any)?.Trim(), body.Text(Type));
        var strategy = body.Choice<VerificationStrategy>("verificationStrategy");
        _ = body.CamelChoice<ExistingUserStrategy>("existingUserStrategy");
        var (application, state) = (LoginFacts.FindApplication(request, applications), LoginFacts.ReadState(request));
        if (string.IsNullOrEmpty(loginId) && !request.Errors.Has("loginId"))
        {
            request.Errors.Add("loginId", "blank", "Say which address.");
        }

        if (type is not (null or Email))
        {
            request.Errors.Add(Type, "invalid", "This server proves addresses of e-mail.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var byCode = (strategy ?? application?.Settings.VerificationStrategy) is VerificationStrategy.FormField;
        var wish = new RecoveryWish { Application = application, State = state, ByCode = byCode };
        return await search.FindAsync(loginId!, [Email], cancellation) is { Active: true } user
            && await verification.StartAsync(user, wish, cancellation) is { } made
                ? ApiResult.Ok(ApiJson.WithoutNulls(new() { [Id] = made.Secret, ["oneTimeCode"] = byCode ? made.Code : null }))
                : ApiResult.Missing;
    }

    private async Task<ApiResult> SendAsync(ApiRequest request, CancellationToken cancellation) =>
        ReadId(request) is not { } id ? ApiResult.Refused(request.Errors)
        : !mail.IsOn ? ApiResult.Of(StatusCodes.Status403Forbidden)
        : await verification.SendAsync(id, cancellation) switch
        {
            null => ApiResult.Missing,
            true => ApiResult.Empty,
            false => ApiResult.Refused(new FieldErrors().AddGeneral("tooManyMails", "No more mails for now.")),
        };

    private async Task<ApiResult> CompleteAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (id, typed) = (ReadId(request), request.Beside().Text("oneTimeCode"));
        if (id is null || request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var state = await verification.StateAsync(id, cancellation);
        return !await verification.CompleteAsync(id, typed, LinkPurpose.VerifyEmail, cancellation) ? ApiResult.Missing
            : ApiResult.Ok(state is null ? [] : new JsonObject { ["state"] = JsonNode.Parse(state) });
    }

    private static string? ReadId(ApiRequest request)
    {
        var id = request.Beside().Text(Id);
        if (id is null && !request.Errors.Any)
        {
            request.Errors.Add(Id, "blank", "Send the id that start gave.");
        }

        return id;
    }
}
