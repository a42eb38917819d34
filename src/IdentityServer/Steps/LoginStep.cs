using IdentityServer.Logins;
using IdentityServer.Protocol;
using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Sign in with a password.</summary>
internal sealed class LoginStep(PasswordLogin logins, SignIn signIn)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "login";

    private const string LoginId = "loginId";
    private const string Password = "password";
    private const string KeepSignedIn = "keepSignedIn";

    /// <summary>The page as it opens.</summary>
    public static IResult Show(StepContext context, FieldErrors? errors = null) => Page.Show(Model(context) with { Errors = errors ?? new() });

    /// <summary>The page for somebody else than who is signed in.</summary>
    public static IResult ShowForAnother(StepContext context) =>
        Page.Show(Model(context) with { LoginId = null, LoginIdLocked = false, AnotherAccountUrl = null });

    /// <summary>Handles the post.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, RequestParameters form, CancellationToken cancellation)
    {
        var model = Model(context);
        if (!model.LoginIdLocked)
        {
            model = model with { LoginId = form[LoginId]?.Trim() };
        }

        model = model with { KeepSignedIn = form.Has(KeepSignedIn) };
        if (CheckBlank(model.LoginId, form[Password]) is { Any: true } blank)
        {
            return Again(model, blank);
        }

        var outcome = await logins.AttemptAsync(
            new LoginAttempt(model.LoginId!, form[Password]!, context.Application, context.Http.Connection.RemoteIpAddress), cancellation);
        if (outcome is not LoginOutcome.SignedIn signedIn)
        {
            return Refuse(model, outcome);
        }

        return await signIn.BeginAsync(context, signedIn.User, model.KeepSignedIn, cancellation)
            ?? Refuse(model, new LoginOutcome.WrongCredentials());
    }

    private static LoginPage Model(StepContext context)
    {
        // Somebody is signed in, and the request wants them to prove it again.
        var again = context.SignedIn is not null && !context.WantsAnotherAccount ? context.SignedIn.User : null;
        return new LoginPage
        {
            Action = context.Action,
            Interaction = context.Sealed,
            Application = context.ApplicationView,
            LoginId = again is not null ? again.Email ?? again.Username : context.Request.LoginHint,
            LoginIdLocked = again is not null,
            AnotherAccountUrl = again is not null ? context.AnotherAccountUrl : null,
            RegisterUrl = again is null ? context.RegisterUrl : null,
        };
    }

    private static FieldErrors CheckBlank(string? loginId, string? password)
    {
        var errors = new FieldErrors();
        if (string.IsNullOrWhiteSpace(loginId))
        {
            errors.Add(LoginId, "blank", "Enter your e-mail address or user name.");
        }

        if (string.IsNullOrEmpty(password))
        {
            errors.Add(Password, "blank", "Enter your password.");
        }

        return errors;
    }

    // What a stranger may learn: nothing about accounts. What the owner, who knew the password, may learn: why not.
    private static StepOutcome Refuse(LoginPage model, LoginOutcome outcome) => outcome switch
    {
        LoginOutcome.Busy => Again(model, new FieldErrors().AddGeneral("busy", "There is too much to do right now. Try again."), StatusCodes.Status503ServiceUnavailable),
        LoginOutcome.Throttled => Again(model, new FieldErrors().AddGeneral("tooManyRequests", "Too many tries. Wait a little."), StatusCodes.Status429TooManyRequests),
        LoginOutcome.Disabled or LoginOutcome.Expired => new StepOutcome.Refused(OAuthError.AccessDenied.Because(outcome.GetType().Name)),
        LoginOutcome.PasswordChangeRequired => new StepOutcome.Refused(
            new OAuthError(Errors.AccessDenied, "change_password_administrative", "The user must change the password first.")),
        _ => Again(model, new FieldErrors().AddGeneral("invalidLogin", "The sign-in details or the password are wrong.")),
    };

    private static StepOutcome.ShowAgain Again(LoginPage model, FieldErrors errors, int status = StatusCodes.Status200OK) =>
        new(Page.Show(model with { Errors = errors }, status));
}
