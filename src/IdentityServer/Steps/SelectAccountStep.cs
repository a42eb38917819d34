using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Go on as the person who is signed in, as another of those who are in this browser, or as somebody new.</summary>
internal sealed class SelectAccountStep(SessionCookie cookie)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "select_account";

    /// <summary>The page.</summary>
    public static IResult Show(StepContext context) => Page.Show(new SelectAccountPage(
        context.Action,
        context.Sealed,
        context.ApplicationView,
        [.. Accounts(context).Select(account => new ChoiceView(account.Session.Id.ToString(), StepContext.AccountView(account.User)))]));

    /// <summary>Handles the post. What is chosen becomes the browser's current account.</summary>
    public StepOutcome Handle(StepContext context, RequestParameters form)
    {
        if (form["decision"] == "another")
        {
            return new StepOutcome.Answered(new Redirect(context.AnotherAccountUrl));
        }

        if (Accounts(context).FirstOrDefault(account => account.Session.Id.ToString() == form["decision"]) is not { } chosen)
        {
            return new StepOutcome.Answered(Show(context));
        }

        var before = context.Interaction is { } interaction && interaction.SessionId == chosen.Session.Id ? interaction : new Interaction(chosen.Session.Id);
        cookie.Switch(context.Http, chosen.Session);
        return new StepOutcome.Done(chosen, before with { AccountSelected = true });
    }

    private static IEnumerable<SignedIn> Accounts(StepContext context) =>
        (context.SignedIn is { } current ? [current] : Array.Empty<SignedIn>()).Concat(context.Others);
}
