using IdentityServer.Audit;
using IdentityServer.Factors;
using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Set a second factor up, where the application or the request wants one of somebody who has none.</summary>
internal sealed class SetUpFactorStep(FactorStore store, FactorSecrets secrets, SignIn signIn, SealedInteraction sealing, PublicAddress address)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "set_up_factor";

    private const string Offer = "offer";
    private const string FactorName = "name";

    /// <summary>The page as it opens, or, after a post that does not count, with what was typed.</summary>
    public IResult Show(StepContext context, RequestParameters? stale) =>
        stale?[AuthorizeStep.Field] == Name ? Page.Show(Model(context, stale) with { Errors = StepErrors.Stale() }) : Page.Show(Model(context, null));

    /// <summary>Handles the post.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, RequestParameters form, CancellationToken cancellation)
    {
        if (form["decision"] == "start_over")
        {
            signIn.GiveUp(context);
            return new StepOutcome.Answered(new Redirect(context.StartOverUrl));
        }

        var (user, code) = (context.Proving!, form[FactorFindings.Code]);
        if (secrets.Accept(user.Id, form[Offer]) is not { } secret)
        {
            return Again(Model(context, null), FactorFindings.Stale());
        }

        if (string.IsNullOrWhiteSpace(code))
        {
            return Again(Model(context, form), FactorFindings.Blank());
        }

        if (await store.AddAuthenticatorAsync(user, secret, code, form[FactorName], AuditLog.User(user.Id), cancellation) is not { } added)
        {
            return Again(Model(context, form), FactorFindings.Wrong());
        }

        if (await signIn.CompleteAsync(context, added.User, Amr.OneTimePassword, cancellation) is not { } done)
        {
            signIn.GiveUp(context);
            return new StepOutcome.Answered(new Redirect(context.StartOverUrl));
        }

        // They are signed in now; the codes are shown on the way, and never again.
        return added.RecoveryCodes is not { } codes
            ? done
            : new StepOutcome.Answered(Page.Show(new RecoveryCodesPage(
                context.Action, sealing.Seal(done.Interaction, context.Request.Parameters), context.ApplicationView, StepContext.AccountView(user), codes)));
    }

    // The same secret as on the page before, so that the app need not be set up again after a mistyped code.
    private SetUpFactorPage Model(StepContext context, RequestParameters? form)
    {
        var user = context.Proving!;
        var secret = secrets.Accept(user.Id, form?[Offer]) ?? Totp.NewSecret();
        var page = SetUpFactorPage.Of(
            context.Action, StepContext.AccountView(user), new Uri(address.Value).Host, user.Email ?? user.Username ?? user.Id.ToString(), secret, secrets.Offer(user.Id, secret));
        return page with
        {
            Interaction = context.Sealed,
            Application = context.ApplicationView,
            Name = form?[FactorName],
            CanStartOver = context.Half is not null,
        };
    }

    private static StepOutcome.Answered Again(SetUpFactorPage model, FieldErrors errors) => new(Page.Show(model with { Errors = errors }));
}
