using IdentityServer.Audit;
using IdentityServer.Forms;
using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>
/// Self-registration by the application's form: at its end creates the person and their registration, both or neither, and signs them
/// in. Where the form has the address proven, that comes before it tells whether the address is taken.
/// </summary>
internal sealed class RegisterStep(
    FormCatalog forms,
    FormEngine engine,
    ThemeCatalog themes,
    Registrar registrar,
    RegistrationBrake brake,
    AddressProofStep proofs,
    VerifyEmailStep verification,
    SignIn signIn)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = FormPage.Register;

    /// <summary>The page as it opens, or, after a post that does not count, with what was typed.</summary>
    public async Task<IResult> ShowAsync(StepContext context, bool stale, CancellationToken cancellation)
    {
        var form = forms.SelfRegistrationForm(context.Application);
        var page = stale
            ? engine.Again(form, context.Posted!, Binding(context), StepErrors.Stale())
            : engine.Begin(form, Binding(context), Start(context), errors: proofs.Unavailable(form));
        return await PageAsync(context, page, cancellation);
    }

    /// <summary>Handles the post of one of the form's steps.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, CancellationToken cancellation)
    {
        var move = engine.Handle(forms.SelfRegistrationForm(context.Application), context.Posted!, Binding(context), rules: PersonAnswers.Check);
        Guid? proven = null;
        if (move is FormMove.Verify due)
        {
            var outcome = await proofs.HandleAsync(context, due, Binding(context), cancellation);
            if (outcome is AddressProofOutcome.Waits waits)
            {
                return new StepOutcome.Answered(await PageAsync(context, waits.Page, cancellation, waits.Status, waits.Resent));
            }

            var passed = (AddressProofOutcome.Proven)outcome;
            (proven, move) = (passed.LinkId, passed.Then);
        }

        if (move is not FormMove.Complete complete)
        {
            return new StepOutcome.Answered(await PageAsync(context, ((FormMove.Show)move).Page, cancellation));
        }

        if (!brake.TryCharge(context.Http.Connection.RemoteIpAddress, out var retryAfter))
        {
            return await RefuseAsync(
                context, complete, StepErrors.TooManyRequests(context.Http, retryAfter), StatusCodes.Status429TooManyRequests, cancellation);
        }

        var created = await CreateAsync(context, complete.Values, proven, cancellation);
        if (created.Failed(out var errors, out var registered))
        {
            if (!PasswordGate.IsBusy(errors, out var seconds))
            {
                return await RefuseAsync(context, complete, errors, StatusCodes.Status200OK, cancellation);
            }

            context.Http.Response.Headers.RetryAfter = seconds;
            return await RefuseAsync(context, complete, errors, StatusCodes.Status503ServiceUnavailable, cancellation);
        }

        var begins = new Proof(registered.User, AuthenticationType.Registration, Amr.Password)
        {
            LoginId = registered.User.Email ?? registered.User.Username,
        };
        return await signIn.BeginAsync(context, begins, persistent: false, cancellation) ?? new StepOutcome.Refused(OAuthError.AccessDenied);
    }

    private Task<FieldResult<Registered>> CreateAsync(
        StepContext context, IReadOnlyList<FieldValue> values, Guid? proven, CancellationToken cancellation)
    {
        var registration = (NewRegistration)PersonAnswers.Apply(new NewRegistration { ApplicationId = context.Application.Id, Verified = true }, values);
        return registrar.CreateAsync(
            PersonAnswers.Create(values) with { Verified = proven is not null },
            registration,
            AuditLog.System,
            cancellation,
            values,
            (db, user, token) => verification.QueueAsync(db, context, user, token),
            proofs.Spending(context, proven));
    }

    private async Task<StepOutcome> RefuseAsync(
        StepContext context, FormMove.Complete complete, FieldErrors errors, int status, CancellationToken cancellation) =>
        new StepOutcome.Answered(await PageAsync(context, engine.Refuse(complete, Binding(context), errors), cancellation, status));

    private async Task<PageResult<FormPage>> PageAsync(
        StepContext context, FormProgress progress, CancellationToken cancellation, int status = StatusCodes.Status200OK, bool resent = false) => Page.Show(
        FormViews.Page(progress, FormPage.Register, context.Action, themes.LanguageOf(context.Http.Request)) with
        {
            Interaction = context.Sealed,
            Application = context.ApplicationView,
            LoginUrl = context.LoginUrl,
            Verification = await proofs.ViewAsync(context, progress, resent, cancellation),
        },
        status);

    private static Answers Start(StepContext context) =>
        context.Request.LoginHint is { } hint ? new Answers().Set(PredefinedFields.Email, hint) : new Answers();

    // Whose browser it is says the anti-forgery token.
    private static string Binding(StepContext context) => $"register:{context.Application.Id}:{SealedInteraction.Fingerprint(context.Request.Parameters)}";
}
