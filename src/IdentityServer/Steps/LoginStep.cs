using IdentityServer.Authorizations;
using IdentityServer.Email;
using IdentityServer.Logins;
using IdentityServer.Passkeys;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>Sign in with a password, or ask for a link by mail.</summary>
internal sealed class LoginStep(PasswordLogin logins, LinkStep links, PasskeyPrompt passkeys, MailAvailability mail, SignIn signIn, BrowserCookie browser, TimeProvider clock)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "login";

    private const string LoginId = "loginId";
    private const string Password = "password";
    private const string KeepSignedIn = "keepSignedIn";

    // The button that was pressed: "link", or none for the password.
    private const string By = "by";

    /// <summary>The page as it opens, or, after a post that does not count, with what was typed.</summary>
    public IResult Show(StepContext context, RequestParameters? stale) =>
        Page.Show(stale is null ? Model(context) : Model(context, stale) with { Errors = StepErrors.Stale() });

    /// <summary>Handles the post.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, RequestParameters form, CancellationToken cancellation)
    {
        var model = Model(context, form);
        if (model.OffersLink && (form[By] == LinkStep.Name || !model.OffersPassword))
        {
            var (asked, errors, status) = await links.AskAsync(context, model.LoginId, model.KeepSignedIn, cancellation);
            return asked ?? Again(model, errors!, status);
        }

        if (LoginFindings.CheckBlank(model.LoginId, form[Password]) is { Any: true } blank)
        {
            return Again(model, blank);
        }

        var outcome = await logins.AttemptAsync(
            new LoginAttempt(model.LoginId!, form[Password]!, context.Application, context.Http.Connection.RemoteIpAddress, browser.Read(context.Http)), cancellation);
        if (LoginOutcome.WhoIsIn(outcome) is not { } user)
        {
            return Refuse(context, model, outcome);
        }

        var proof = new Proof(user, AuthenticationType.Password, Amr.Password) { LoginId = model.LoginId };
        return await signIn.BeginAsync(context, proof, model.KeepSignedIn, cancellation)
            ?? Refuse(context, model, new LoginOutcome.WrongCredentials());
    }

    private LoginPage Model(StepContext context)
    {
        var again = context.Returning;
        return new LoginPage
        {
            Action = context.Action,
            Interaction = context.Sealed,
            Application = context.ApplicationView,
            LoginId = again is not null ? again.Email ?? again.Username : context.Request.LoginHint,
            LoginIdLocked = again is not null,
            AnotherAccountUrl = again is not null ? context.ChangeAccountUrl : null,
            Passkey = passkeys.Make(context),
            RegisterUrl = again is null ? context.RegisterUrl : null,
            ForgotPasswordUrl = mail.IsOn && context.Application.AllowsPassword ? context.ForgotPasswordUrl : null,
            OffersKeepSignedIn = context.Application.AllowsKeepSignedIn,
            OffersPassword = context.Application.AllowsPassword,
            OffersLink = links.IsOffered(context),
            LinkSignsUp = context.Application is { AllowsRegistration: true, RegistersByForm: false },
        };
    }

    private LoginPage Model(StepContext context, RequestParameters typed)
    {
        var model = Model(context) with { KeepSignedIn = typed.Has(KeepSignedIn) };
        return model.LoginIdLocked ? model : model with { LoginId = typed[LoginId]?.Trim() };
    }

    /// <summary>The page again, after a passkey that did not sign in.</summary>
    internal StepOutcome RefusePasskey(StepContext context, RequestParameters form, LoginOutcome outcome) => outcome is LoginOutcome.WrongCredentials
        ? Again(Model(context, form), PasskeyCeremonies.Refused())
        : Refuse(context, Model(context, form), outcome);

    // What a stranger may learn: nothing about accounts. What the owner, who knew the password, may learn: why not.
    private StepOutcome Refuse(StepContext context, LoginPage model, LoginOutcome outcome)
    {
        switch (outcome)
        {
            case LoginOutcome.Busy busy:
                StepErrors.SetRetryAfter(context.Http, busy.RetryAfter);
                return Again(model, PasswordGate.Busy(), StatusCodes.Status503ServiceUnavailable);
            case LoginOutcome.Throttled throttled:
                return Again(model, StepErrors.TooManyRequests(context.Http, throttled.RetryAfter), StatusCodes.Status429TooManyRequests);
            case LoginOutcome.Disabled { User: var user }:
                return Refuse(context, user);
            case LoginOutcome.Expired { User: var user }:
                return Refuse(context, user);
            default:
                return Again(model, LoginFindings.Wrong());
        }
    }

    // One place knows the words for it.
    private StepOutcome.Refused Refuse(StepContext context, User user) =>
        new(Admission.Check(context.Application, user, null, clock.GetUtcNow()) ?? OAuthError.AccessDenied);

    private static StepOutcome.Answered Again(LoginPage model, FieldErrors errors, int status = StatusCodes.Status200OK) =>
        new(Page.Show(model with { Errors = errors }, status));
}
