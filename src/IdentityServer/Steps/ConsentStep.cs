using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Allow the application what it asks for, or not.</summary>
internal static class ConsentStep
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "consent";

    /// <summary>The page.</summary>
    public static IResult Show(StepContext context) => Page.Show(new ConsentPage(
        context.Action,
        context.Sealed,
        context.ApplicationView,
        Origin(new Uri(context.Request.RedirectUri!)),
        StepContext.AccountView(context.SignedIn!.User),
        [.. context.Scopes.Select(scope => View(context, scope))]));

    /// <summary>Handles the post. Anything but a clear yes or no asks again.</summary>
    public static StepOutcome Handle(StepContext context, RequestParameters form) => form["decision"] switch
    {
        "allow" => new StepOutcome.Done(
            context.SignedIn!, (context.Interaction ?? new Interaction(context.SignedIn!.Session.Id)) with { Consented = true }),
        "deny" => new StepOutcome.Refused(OAuthError.AccessDenied),
        _ => new StepOutcome.Answered(Show(context)),
    };

    // The address of a native client may be a scheme of its own, without a host (RFC 8252 §7.1).
    private static string Origin(Uri redirectUri) => redirectUri.Host is { Length: > 0 } host ? host : redirectUri.Scheme;

    private static ScopeView View(StepContext context, string name) =>
        context.Application.Scopes.FirstOrDefault(scope => scope.Name == name) is { } scope
            ? new ScopeView(name, scope.DefaultConsentMessage ?? scope.Description, scope.DefaultConsentDetail)
            : new ScopeView(name);
}
