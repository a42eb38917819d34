using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Go on as the person who is signed in, or as somebody else.</summary>
internal static class SelectAccountStep
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "select_account";

    /// <summary>The page.</summary>
    public static IResult Show(StepContext context) => Page.Show(new SelectAccountPage(
        context.Action, context.Sealed, context.ApplicationView, StepContext.AccountView(context.SignedIn!.User)));

    /// <summary>Handles the post.</summary>
    public static StepOutcome Handle(StepContext context, RequestParameters form) => form["decision"] switch
    {
        "continue" => new StepOutcome.Done(
            context.SignedIn!, (context.Interaction ?? new Interaction(context.SignedIn!.Session.Id)) with { AccountSelected = true }),
        "another" => new StepOutcome.Answered(new Redirect(context.AnotherAccountUrl)),
        _ => new StepOutcome.Answered(Show(context)),
    };
}
