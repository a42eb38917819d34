using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Browsers;
using IdentityServer.Factors;
using IdentityServer.Interactions;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Tokens;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary><c>/api/two-factor</c> (§11): sign-ins that wait for a second factor.</summary>
internal sealed class TwoFactorApi(
    ApplicationCatalog applications,
    People people,
    Registrar registrar,
    SecondFactors factors,
    MailedCodes mailed,
    PendingLogins pending,
    TrustTokens trustTokens,
    TrustedBrowsers trusted,
    BrowserTrust trust,
    TokenCookies cookies,
    LoginAnswers answers,
    TimeProvider clock)
{
    private const string Id = "twoFactorId";
    private const string Code = "code";
    private const string UserId = "userId";
    private const string Method = "method";
    private const string MethodId = "methodId";

    /// <summary>The name under which a sign-in that waits stands in the path.</summary>
    public const string InPath = "twoFactorId";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<TwoFactorApi>(routes.ServiceProvider);
        routes.MapPersonalApi("GET", "/api/two-factor/secret", TwoFactorShape.Secret, (_, _) => Task.FromResult(NewSecret()));
        routes.MapPersonalApi("POST", "/api/two-factor/send", TwoFactorShape.SendOwn, api.SendToOwnerAsync);
        routes.MapApi("POST", "/api/two-factor/start", TwoFactorShape.Start, api.StartAsync);
        routes.MapPublicApi("POST", "/api/two-factor/login", TwoFactorShape.Login, api.LoginAsync);
        routes.MapPublicApi("POST", "/api/two-factor/send/{twoFactorId}", TwoFactorShape.Send, api.SendAsync);
        routes.MapApi("GET", "/api/two-factor/status", TwoFactorShape.StatusByGet, api.StatusByGetAsync);
        routes.MapApi("POST", "/api/two-factor/status", TwoFactorShape.Status, api.StatusAsync);
    }

    private static ApiResult NewSecret()
    {
        var secret = Totp.NewSecret();
        return ApiResult.Ok(new JsonObject { ["secret"] = Convert.ToBase64String(secret), ["secretBase32Encoded"] = Base32.Encode(secret) });
    }

    private async Task<ApiResult> StartAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var (userId, loginId, challenge) = (body.Id(UserId), body.Text("loginId", JsonFields.Any), body.Text("trustChallenge", JsonFields.Any));
        var application = LoginFacts.FindApplication(request, applications);
        if (userId is null && string.IsNullOrWhiteSpace(loginId) && !request.Errors.Any)
        {
            request.Errors.Add("loginId", "blank", "Say whose sign-in it is.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var user = userId is { } id ? await people.FindAsync(id, cancellation) : await people.FindByLoginIdAsync(loginId!, cancellation);
        if (user is not { Active: true })
        {
            return ApiResult.Missing;
        }

        var facts = LoginFacts.Read(request, application);
        var waiting = await pending.BeginAsync(
            new PendingLogin(new Proof(user, AuthenticationType.Password, string.Empty), application?.Id, facts.State) { TrustChallenge = challenge }, cancellation);
        return ApiResult.Ok(await answers.ShowPendingAsync(waiting, user, cancellation));
    }

    private async Task<ApiResult> LoginAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var (id, code) = (body.Text(Id), body.Text(Code));
        foreach (var (field, value) in new[] { (Id, id), (Code, code) })
        {
            if (string.IsNullOrWhiteSpace(value) && !request.Errors.Has(field))
            {
                request.Errors.Add(field, "blank", "This is needed.");
            }
        }

        var trusts = body.Flag("trustComputer");
        var facts = LoginFacts.Read(request, null);
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (await pending.FindAsync(id, cancellation) is not { } waiting || !TryFindApplication(request, waiting, body.Id("applicationId"), out var application))
        {
            return ApiResult.Missing;
        }

        // Where the caller vouches for the first factor, the answer says who it is; tokens are for those who proved it to us.
        var vouched = waiting.Proof.Amr.Length == 0;
        facts = facts with { Application = application, State = waiting.State ?? facts.State, NoJwt = facts.NoJwt || vouched };
        switch (await factors.ProveAsync(waiting.Proof.User, code, facts.Address, cancellation, Transaction(waiting, id!)))
        {
            case FactorOutcome.Wait wait:
                return LoginApi.Later(wait.RetryAfter);
            case FactorOutcome.Wrong:
                return ApiResult.Of(TwoFactorShape.WrongCode);
            case FactorOutcome.Right right when await pending.SpendAsync(id!, cancellation):
                return await FinishAsync(waiting, right, facts, trusts, cancellation);
            default:
                return ApiResult.Missing;
        }
    }

    private async Task<ApiResult> FinishAsync(
        PendingLogin waiting, FactorOutcome.Right right, LoginFacts facts, bool trusts, CancellationToken cancellation)
    {
        var proof = waiting.Proof with { Amr = Amr.WithSecondFactor(waiting.Proof.Amr, right.Amr) };
        var trustId = trusts ? await TrustAsync(proof.User, facts, cancellation) : null;
        var trustToken = waiting.TrustChallenge is { } challenge ? await trustTokens.MakeAsync(proof.User, challenge, cancellation) : null;
        var answer = await answers.AnswerAsync(proof, facts with { NewTrustId = trustId, TrustToken = trustToken }, cancellation);
        return trustId is not null && facts.Cookies
            ? cookies.GiveTrust(answer, trustId, clock.GetUtcNow().AddDays(trusted.DaysAt(facts.Application)!.Value))
            : answer;
    }

    /// <summary>Mails a code with which a factor is added or removed: to a person who calls, or, with a key, to whom it names.</summary>
    private async Task<ApiResult> SendToOwnerAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var (userId, method, methodId, email) = (body.Id(UserId), body.Text(Method), body.Text(MethodId), body.Text("email", JsonFields.Any));
        if (request.Caller.Self is null && userId is null && !request.Errors.Any)
        {
            request.Errors.Add(UserId, "missing", "Say who gets the code.");
        }

        if (methodId is null && method != TwoFactorMethodWire.Email && !request.Errors.Any)
        {
            request.Errors.Add(Method, method is null ? "missing" : "invalid", "This server sends codes by email.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if ((request.Caller.Self ?? await people.FindAsync(userId!.Value, cancellation)) is not { Active: true } user)
        {
            return ApiResult.Missing;
        }

        if (request.Caller.Self is null && AdminGuard.Denies(request, await registrar.ListAsync(user.Id, cancellation)))
        {
            return ApiResult.Denied;
        }

        var byMail = (await factors.ListAsync(user.Id, cancellation)).Find(factor => factor.Kind is TwoFactorKind.Email);
        if (methodId is not null)
        {
            return byMail?.Code != methodId ? ApiResult.Missing : await MailAsync(request, user, UserTwoFactorApi.Removal, cancellation);
        }

        if (byMail is not null)
        {
            request.Errors.Add(Method, "duplicate", "The person gets codes by mail already.");
        }

        if (!mailed.CanReach(user) || (email is not null && CanonicalKey.Email(email) != user.EmailKey))
        {
            request.Errors.Add("email", "invalid", "Codes go to the person's own address, once it is proven.");
        }

        return request.Errors.Any ? ApiResult.Refused(request.Errors) : await MailAsync(request, user, UserTwoFactorApi.SetUp, cancellation);
    }

    private async Task<ApiResult> MailAsync(ApiRequest request, User user, string transaction, CancellationToken cancellation) =>
        await mailed.SendAsync(user, transaction, request.RemoteAddress, [], cancellation) ? ApiResult.Empty : ApiResult.Busy("60");

    // A newer code takes the place of the one before. Nobody learns more of the address than the methods say.
    private async Task<ApiResult> SendAsync(ApiRequest request, CancellationToken cancellation)
    {
        var methodId = request.Beside().Text(MethodId);
        if (methodId is null && !request.Errors.Any)
        {
            request.Errors.Add(MethodId, "missing", "Say which factor.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var id = request.PathText(InPath);
        if (await pending.FindAsync(id, cancellation) is not { } waiting
            || Transaction(waiting, id!) is not { } transaction
            || !(await factors.ListAsync(waiting.Proof.User.Id, cancellation)).Exists(method => method.Code == methodId && method.Kind is TwoFactorKind.Email))
        {
            return ApiResult.Missing;
        }

        return await MailAsync(request, waiting.Proof.User, transaction, cancellation);
    }

    // Mailed codes count in the sign-in that asked for them. Where the mailbox was the first factor it is no second one.
    private static string? Transaction(PendingLogin waiting, string id) => Amr.Has(waiting.Proof.Amr, Amr.Email) ? null : id;

    // The application is the one that the sign-in began with; another one may not be named now. Where it began with none, one may be
    // named that would have been let in at /api/login as well.
    private bool TryFindApplication(ApiRequest request, PendingLogin waiting, Guid? named, out Application? application)
    {
        application = (waiting.ApplicationId ?? named) is { } id ? applications.Find(id) : null;
        return waiting.ApplicationId is { } began ? application is { Active: true } && (named is null || named == began)
            : named is null || (application is { Active: true } && LoginApi.MayAsk(request, application)
                && application.AllowsPassword && waiting.Proof.Type is AuthenticationType.Password);
    }

    private async Task<string?> TrustAsync(User user, LoginFacts facts, CancellationToken cancellation)
    {
        if (trusted.DaysAt(facts.Application) is null)
        {
            return null;
        }

        var secret = OpaqueSecret.Create().Value;
        await trusted.TrustAsync(user.Id, secret, facts.Application, facts.UserAgent, facts.Address?.ToString(), cancellation);
        return secret;
    }

    private Task<ApiResult> StatusByGetAsync(ApiRequest request, CancellationToken cancellation) =>
        StatusAsync(request, request.QueryId(UserId), request.QueryId("applicationId"), request.Query("twoFactorTrustId"), cancellation);

    private Task<ApiResult> StatusAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        return StatusAsync(request, body.Id(UserId), body.Id("applicationId"), body.Text("twoFactorTrustId"), cancellation);
    }

    private async Task<ApiResult> StatusAsync(ApiRequest request, Guid? userId, Guid? applicationId, string? trustId, CancellationToken cancellation)
    {
        if (userId is null && !request.Errors.Any)
        {
            request.Errors.Add(UserId, "missing", "Say whose status.");
        }

        Application? application = null;
        if (applicationId is { } id && (application = applications.Find(id)) is null)
        {
            request.Errors.Add("applicationId", "invalid", "There is no application of this id.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (await people.FindAsync(userId!.Value, cancellation) is not { } user)
        {
            return ApiResult.Missing;
        }

        var counts = await trust.CountsAsync(application, null, user, Amr.Password, trustId, cancellation);
        var due = SecondFactorRule.Of(application, null, user, Amr.Password, counts) is not SecondFactorNeed.None;
        var answer = new JsonObject
        {
            ["trusts"] = ApiJson.List((await trusted.ListAsync(user.Id, cancellation)).Select(browser => ApiJson.WithoutNulls(new()
            {
                ["applicationId"] = browser.TrustedApplicationId,
                ["expiration"] = browser.TrustedUntil!.Value.ToUnixTimeMilliseconds(),
                ["startInstant"] = browser.TrustedAt!.Value.ToUnixTimeMilliseconds(),
            }))),
        };
        if (counts)
        {
            answer["twoFactorTrustId"] = trustId;
        }

        return ApiResult.Of(due ? LoginAnswers.SecondFactorDue : StatusCodes.Status200OK, answer);
    }
}
