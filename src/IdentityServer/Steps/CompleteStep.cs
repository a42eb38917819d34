using IdentityServer.Audit;
using IdentityServer.Forms;
using IdentityServer.Interactions;
using IdentityServer.Registrations;
using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Asks somebody who is signed in for what the application's form wants to know of them and nobody ever asked.</summary>
internal sealed class CompleteStep(FormEngine engine, ThemeCatalog themes, Profiles profiles)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = FormPage.Complete;

    /// <summary>The page as it opens, or, after a post that does not count, with what was typed.</summary>
    public IResult Show(StepContext context, bool stale)
    {
        var (form, known) = context.Completion!;
        return Page(context, stale
            ? engine.Again(form, context.Posted!, Binding(context), StepErrors.Stale(), known)
            : engine.Begin(form, Binding(context), known: known));
    }

    /// <summary>Handles the post.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, CancellationToken cancellation)
    {
        var (form, known) = context.Completion!;
        var move = engine.Handle(form, context.Posted!, Binding(context), known, PersonAnswers.Check);
        if (move is not FormMove.Complete complete)
        {
            return new StepOutcome.Answered(Page(context, ((FormMove.Show)move).Page));
        }

        var signedIn = context.SignedIn!;
        var saved = await profiles.SaveAsync(
            signedIn.User.Id, context.Application.Id, complete.Values, registers: true, AuditLog.User(signedIn.User.Id), cancellation);
        return saved.Failed(out var errors, out var user)
            ? new StepOutcome.Answered(Page(context, engine.Refuse(complete, Binding(context), errors, known)))
            : new StepOutcome.Done(signedIn with { User = user }, context.Interaction ?? new Interaction(signedIn.Session.Id));
    }

    private PageResult<FormPage> Page(StepContext context, FormProgress progress) => Themes.Page.Show(
        FormViews.Page(progress, FormPage.Complete, context.Action, themes.LanguageOf(context.Http.Request)) with
        {
            Interaction = context.Sealed,
            Application = context.ApplicationView,
            Account = StepContext.AccountView(context.SignedIn!.User),
        });

    private static string Binding(StepContext context) =>
        $"complete:{context.Application.Id}:{context.SignedIn!.User.Id}:{SealedInteraction.Fingerprint(context.Request.Parameters)}";
}
