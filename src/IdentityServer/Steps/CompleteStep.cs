using IdentityServer.Audit;
using IdentityServer.Forms;
using IdentityServer.Interactions;
using IdentityServer.Registrations;
using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Asks somebody who is signed in for what the application's form wants to know of them and nobody ever asked.</summary>
internal sealed class CompleteStep(FormEngine engine, ThemeCatalog themes, Profiles profiles, AddressProofStep proofs, RegistrationBrake brake)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = FormPage.Complete;

    /// <summary>The page as it opens, or, after a post that does not count, with what was typed.</summary>
    public Task<PageResult<FormPage>> ShowAsync(StepContext context, bool stale, CancellationToken cancellation)
    {
        var (form, known) = context.Completion!;
        var page = stale
            ? engine.Again(form, context.Posted!, Binding(context), StepErrors.Stale(), known)
            : engine.Begin(form, Binding(context), known: known, errors: proofs.Unavailable(form));
        return PageAsync(context, page, cancellation);
    }

    /// <summary>Handles the post.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, CancellationToken cancellation)
    {
        var (form, known) = context.Completion!;
        var move = engine.Handle(form, context.Posted!, Binding(context), known, PersonAnswers.Check);
        Guid? proven = null;
        if (move is FormMove.Verify due)
        {
            var outcome = await proofs.HandleAsync(context, due, Binding(context), cancellation, known);
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

        // An address or a name that is taken is told here as it is at registration.
        if (complete.Last.Form.Fields.Any(PredefinedFields.SignsIn) && !brake.TryCharge(context.Http.Connection.RemoteIpAddress, out var retryAfter))
        {
            var slowed = engine.Refuse(complete, Binding(context), StepErrors.TooManyRequests(context.Http, retryAfter), known);
            return new StepOutcome.Answered(await PageAsync(context, slowed, cancellation, StatusCodes.Status429TooManyRequests));
        }

        var signedIn = context.SignedIn!;
        var saved = await profiles.SaveAsync(
            signedIn.User.Id,
            context.Application.Id,
            complete.Values,
            registers: true,
            AuditLog.User(signedIn.User.Id),
            cancellation,
            proofs.Spending(context, proven));
        return saved.Failed(out var errors, out var user)
            ? new StepOutcome.Answered(await PageAsync(context, engine.Refuse(complete, Binding(context), errors, known), cancellation))
            : new StepOutcome.Done(signedIn with { User = user }, context.Interaction ?? new Interaction(signedIn.Session.Id));
    }

    private async Task<PageResult<FormPage>> PageAsync(
        StepContext context, FormProgress progress, CancellationToken cancellation, int status = StatusCodes.Status200OK, bool resent = false) => Page.Show(
        FormViews.Page(progress, FormPage.Complete, context.Action, themes.LanguageOf(context.Http.Request)) with
        {
            Interaction = context.Sealed,
            Application = context.ApplicationView,
            Account = StepContext.AccountView(context.SignedIn!.User),
            Verification = await proofs.ViewAsync(context, progress, resent, cancellation),
        },
        status);

    private static string Binding(StepContext context) =>
        $"complete:{context.Application.Id}:{context.SignedIn!.User.Id}:{SealedInteraction.Fingerprint(context.Request.Parameters)}";
}
