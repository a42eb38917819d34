using IdentityServer.Interactions;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>Begins the session of a person who has just proved who they are, in this browser, for this request.</summary>
internal sealed class SignIn(BrowserSignIn browser)
{
    /// <summary>The step's outcome; null if the person was shut out in this very moment.</summary>
    public async Task<StepOutcome?> BeginAsync(StepContext context, Proof proof, bool persistent, CancellationToken cancellation) =>
        await browser.BeginAsync(context.Http, proof, persistent, cancellation) is { } signedIn
            ? new StepOutcome.Done(signedIn, new Interaction(signedIn.Session.Id, Authenticated: true))
            : null;
}
