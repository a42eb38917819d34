using IdentityServer.Applications;
using IdentityServer.Links;
using IdentityServer.Logins;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/passwordless</c> (§12): sign-in by mail for applications that ask with pages of their own. Calls without a key say nothing
/// about who has an account.
/// </summary>
internal sealed class PasswordlessApi(ApplicationCatalog applications, DirectLinks links, LinkBrake mails, AddressBrake guesses, LoginAnswers answers)
{
    private const int MaxState = 4096;

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<PasswordlessApi>(routes.ServiceProvider);
        routes.MapApi("POST", "/api/passwordless/start", PasswordlessShape.Start, api.StartAsync);
        routes.MapPublicApi("POST", "/api/passwordless/send", PasswordlessShape.Send, api.SendAsync);
        routes.MapPublicApi("POST", "/api/passwordless/login", PasswordlessShape.Login, api.LoginAsync);
    }

    private async Task<ApiResult> StartAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var application = FindApplication(request);
        var loginId = LoginId(request);
        var strategy = body.Choice<LinkStrategy>("loginStrategy") ?? LinkStrategy.ClickableLink;
        var state = State(request);
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        return await links.StartAsync(application!, loginId!, strategy, state, cancellation) is { } started
            ? ApiResult.Ok(ApiJson.WithoutNulls(new() { ["code"] = started.Code, ["oneTimeCode"] = started.OneTimeCode }))
            : ApiResult.Missing;
    }

    private async Task<ApiResult> SendAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var code = body.Text("code", JsonFields.Any);
        var legacy = code is null && body.Has("loginId");
        var application = legacy ? FindApplication(request) : null;
        var loginId = legacy ? LoginId(request) : null;
        var state = legacy ? State(request) : null;
        if (!legacy && string.IsNullOrEmpty(code))
        {
            request.Errors.Add("code", "blank", "The code is missing.");
        }
        else if (application is not null && !DirectLinks.LeadsBack(application, state))
        {
            request.Errors.Add("state", "missing", "Without a code, the state holds the authorize request with which the link goes on.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (!mails.TryCharge(request.RemoteAddress, out var retryAfter))
        {
            return LoginApi.Later(retryAfter);
        }

        if (legacy)
        {
            await links.SendToAsync(application!, loginId!, state, request.RemoteAddress, cancellation);
        }
        else if (await links.FindAsync(code!, cancellation) is { ApplicationId: { } id } && applications.Find(id) is { Active: true, AllowsLink: true } found)
        {
            await links.SendAsync(code!, found, request.RemoteAddress, cancellation);
        }

        return ApiResult.Empty;
    }

    private async Task<ApiResult> LoginAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var (code, typed, wanted) = (body.Text("code", JsonFields.Any), body.Text("oneTimeCode", JsonFields.Any), body.Id("applicationId"));
        if (string.IsNullOrEmpty(code))
        {
            request.Errors.Add("code", "blank", "The code is missing.");
        }

        var facts = LoginFacts.Read(request, null);
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (!guesses.TryCharge(facts.Address, out var retryAfter))
        {
            return LoginApi.Later(retryAfter);
        }

        if (await links.FindAsync(code!, cancellation) is not { ApplicationId: { } id } link || (wanted ?? id) != id
            || applications.Find(id) is not { Active: true, AllowsLink: true } application)
        {
            return ApiResult.Missing;
        }

        var outcome = await links.FinishAsync(link, code!, typed, application, facts.Address, cancellation);
        if (PersonOf(outcome) is not { } user)
        {
            return ApiResult.Missing;
        }

        guesses.PayBack(facts.Address);
        facts = facts with { Application = application, State = links.StateOf(link) };
        return await answers.AnswerAsync(new Proof(user, AuthenticationType.Passwordless, Amr.Email) { LoginId = user.Email }, facts, cancellation);
    }

    // Who came by mail may learn why they don't get in.
    private static User? PersonOf(LoginOutcome outcome) => outcome switch
    {
        LoginOutcome.SignedIn { User: var user } => user,
        LoginOutcome.PasswordChangeRequired { User: var user } => user,
        LoginOutcome.Disabled { User: var user } => user,
        LoginOutcome.Expired { User: var user } => user,
        _ => null,
    };

    private Application? FindApplication(ApiRequest request)
    {
        var application = LoginFacts.FindApplication(request, applications);
        if (application is null && !request.Errors.Has("applicationId"))
        {
            request.Errors.Add("applicationId", "invalid", "There is no application of this id, or it is deactivated.");
        }
        else if (application is { AllowsLink: false })
        {
            request.Errors.AddGeneral("PasswordlessDisabled", "Sign-in by mail is switched off for this application.");
        }

        return application;
    }

    private static string? LoginId(ApiRequest request)
    {
        var loginId = request.Beside().Text("loginId", JsonFields.Any)?.Trim();
        if (string.IsNullOrEmpty(loginId) && !request.Errors.Has("loginId"))
        {
            request.Errors.Add("loginId", "blank", "The e-mail address or user name is missing.");
        }

        return loginId;
    }

    private static string? State(ApiRequest request)
    {
        var body = request.Beside();
        if (!body.Has("state"))
        {
            return null;
        }

        var state = body.Free("state").ToJsonString();
        if (state.Length > MaxState)
        {
            request.Errors.Add("state", "tooLong", $"At most {MaxState} characters.", new Dictionary<string, object> { ["max"] = MaxState });
        }

        return state;
    }
}
