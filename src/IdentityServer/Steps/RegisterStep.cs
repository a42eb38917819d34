using IdentityServer.Audit;
using IdentityServer.Forms;
using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>Self-registration by the application's form: at its end creates the person and their registration, both or neither, and signs them in.</summary>
internal sealed class RegisterStep(FormCatalog forms, FormEngine engine, ThemeCatalog themes, Registrar registrar, RegistrationBrake brake, VerifyEmailStep verification, SignIn signIn)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = FormPage.Register;

    /// <summary>The page as it opens, or, after a post that does not count, with what was typed.</summary>
    public IResult Show(StepContext context, bool stale)
    {
        var form = forms.RegistrationForm(context.Application);
        return Page(context, stale
            ? engine.Again(form, context.Posted!, Binding(context), StepErrors.Stale())
            : engine.Begin(form, Binding(context), Start(context)));
    }

    /// <summary>Handles the post of one of the form's steps.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, CancellationToken cancellation)
    {
        var move = engine.Handle(forms.RegistrationForm(context.Application), context.Posted!, Binding(context), rules: PersonAnswers.Check);
        if (move is not FormMove.Complete complete)
        {
            return new StepOutcome.Answered(Page(context, ((FormMove.Show)move).Page));
        }

        if (!brake.TryCharge(context.Http.Connection.RemoteIpAddress, out var retryAfter))
        {
            return Refuse(context, complete, StepErrors.TooManyRequests(context.Http, retryAfter), StatusCodes.Status429TooManyRequests);
        }

        var registration = (NewRegistration)PersonAnswers.Apply(
            new NewRegistration { ApplicationId = context.Application.Id, Verified = true }, complete.Values);
        var created = await registrar.CreateAsync(PersonAnswers.Create(complete.Values), registration, AuditLog.System, cancellation, complete.Values, (db, user, token) => verification.QueueAsync(db, context, user, token));
        if (created.Failed(out var errors, out var registered))
        {
            if (!PasswordGate.IsBusy(errors, out var seconds))
            {
                return Refuse(context, complete, errors, StatusCodes.Status200OK);
            }

            context.Http.Response.Headers.RetryAfter = seconds;
            return Refuse(context, complete, errors, StatusCodes.Status503ServiceUnavailable);
        }

        var proof = new Proof(registered.User, AuthenticationType.Registration, Amr.Password)
        {
            LoginId = registered.User.Email ?? registered.User.Username,
        };
        return await signIn.BeginAsync(context, proof, persistent: false, cancellation) ?? new StepOutcome.Refused(OAuthError.AccessDenied);
    }

    private StepOutcome.Answered Refuse(StepContext context, FormMove.Complete complete, FieldErrors errors, int status) =>
        new(Page(context, engine.Refuse(complete, Binding(context), errors), status));

    private PageResult<FormPage> Page(StepContext context, FormProgress progress, int status = StatusCodes.Status200OK) => Themes.Page.Show(
        FormViews.Page(progress, FormPage.Register, context.Action, themes.LanguageOf(context.Http.Request)) with
        {
            Interaction = context.Sealed,
            Application = context.ApplicationView,
            LoginUrl = context.LoginUrl,
        },
        status);

    private static Answers Start(StepContext context) =>
        context.Request.LoginHint is { } hint ? new Answers().Set(PredefinedFields.Email, hint) : new Answers();

    // Whose browser it is says the anti-forgery token.
    private static string Binding(StepContext context) => $"register:{context.Application.Id}:{SealedInteraction.Fingerprint(context.Request.Parameters)}";
}
