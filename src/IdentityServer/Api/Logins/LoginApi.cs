using System.Globalization;
using IdentityServer.Applications;
using IdentityServer.Logins;
using IdentityServer.Recovery;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary><c>/api/login</c> (§10.1): sign-in with a password for applications that ask for it themselves.</summary>
internal sealed class LoginApi(ApplicationCatalog applications, PasswordLogin logins, PasswordReset reset, LoginAnswers answers)
{
    private const string Route = "/api/login";

    /// <summary>Maps the call.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<LoginApi>(routes.ServiceProvider);
        routes.MapPublicApi("POST", Route, LoginShape.Login, api.LoginAsync);
    }

    private async Task<ApiResult> LoginAsync(ApiRequest request, CancellationToken cancellation)
    {
        var application = LoginFacts.FindApplication(request, applications);
        if (!MayAsk(request, application))
        {
            return ApiResult.Denied;
        }

        var body = request.Beside();
        if (body.Text("oneTimePassword") is { } once)
        {
            return await LoginOnceAsync(request, application, once, cancellation);
        }

        var (loginId, password) = (body.Text("loginId", JsonFields.Any)?.Trim(), body.Text("password", JsonFields.Any));
        foreach (var blank in LoginFindings.CheckBlank(loginId, password).Fields.Where(blank => !request.Errors.Has(blank.Field)))
        {
            request.Errors.Add(blank.Field, blank.Reason, blank.Message);
        }

        var facts = LoginFacts.Read(request, application);
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        return await logins.AttemptAsync(new LoginAttempt(loginId!, password!, application, facts.Address), cancellation) switch
        {
            LoginOutcome.SignedIn { User: var user } => await AnswerAsync(user),
            LoginOutcome.PasswordChangeRequired { User: var user } => await AnswerAsync(user),
            LoginOutcome.Disabled { User: var user } => await AnswerAsync(user),
            LoginOutcome.Expired { User: var user } => await AnswerAsync(user),
            LoginOutcome.Busy busy => Later(busy.RetryAfter),
            LoginOutcome.Throttled throttled => Later(throttled.RetryAfter),
            _ => ApiResult.Missing,
        };

        Task<ApiResult> AnswerAsync(User user) =>
            answers.AnswerAsync(new Proof(user, AuthenticationType.Password, Amr.Password) { LoginId = loginId }, facts, cancellation);
    }

    // What a change of the password gave (§7), within a minute: it stands for the password that was just set.
    private async Task<ApiResult> LoginOnceAsync(ApiRequest request, Application? application, string secret, CancellationToken cancellation)
    {
        var facts = LoginFacts.Read(request, application);
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        return await reset.RedeemAsync(secret, cancellation) is { } user
            ? await answers.AnswerAsync(new Proof(user, AuthenticationType.OneTimePassword, Amr.Password), facts, cancellation)
            : ApiResult.Missing;
    }

    /// <summary>Whether the caller may sign people in to this application: it holds a key for that, or the application asks for none.</summary>
    internal static bool MayAsk(ApiRequest request, Application? application) =>
        request.HasKeyFor(Route) || application?.Settings.LoginConfiguration.RequireAuthentication is false;

    /// <summary>503 that says when to come back.</summary>
    internal static ApiResult Later(TimeSpan retryAfter) =>
        ApiResult.Busy(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
}
