using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>Keep the account that is to be deleted, or leave it to that and be signed out.</summary>
internal sealed class KeepAccountStep(AccountDeletion deletion, People people, BrowserSessions sessions, SessionCookie cookie, ThemeCatalog themes)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "keep_account";

    /// <summary>The page.</summary>
    public IResult Show(StepContext context)
    {
        var user = context.SignedIn!.User;
        var moments = new Moments(user.Timezone, themes.LanguageOf(context.Http.Request));
        return Page.Show(new KeepAccountPage(
            context.Action, context.Sealed, context.ApplicationView, StepContext.AccountView(user), moments.At(user.DeletesAt ?? default)));
    }

    /// <summary>Handles the post. Anything but a clear yes or no asks again.</summary>
    public async Task<StepOutcome?> HandleAsync(StepContext context, RequestParameters form, CancellationToken cancellation)
    {
        var signedIn = context.SignedIn!;
        switch (form["decision"])
        {
            case "keep":
                await deletion.KeepAsync(signedIn.User.Id, cancellation);
                return await people.FindAsync(signedIn.User.Id, cancellation) is { } user
                    ? new StepOutcome.Done(signedIn with { User = user }, context.Interaction ?? new(signedIn.Session.Id))
                    : new StepOutcome.Refused(OAuthError.AccessDenied);
            case "leave":
                await sessions.EndAsync(signedIn.Session.Id, cancellation);
                cookie.Forget(context.Http, signedIn.Session);
                return new StepOutcome.Refused(OAuthError.AccessDenied);
            default:
                return null;
        }
    }
}
