using IdentityServer.Logins;
using IdentityServer.Passkeys;
using IdentityServer.Protocol;
using IdentityServer.Sessions;

namespace IdentityServer.Steps;

/// <summary>
/// Sign in with a passkey, on the page for signing in: by the browser's autofill or a button, without a user name. Posts
/// <c>step=passkey</c>, <c>credential</c>, <c>keepSignedIn</c>.
/// </summary>
internal sealed class PasskeyStep(PasskeyLogin logins, LoginStep page, PasskeyPrompt prompt, SignIn signIn)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "passkey";

    private const string Credential = "credential";
    private const string KeepSignedIn = "keepSignedIn";

    /// <summary>Handles the post.</summary>
    public async Task<StepOutcome> HandleAsync(StepContext context, RequestParameters form, CancellationToken cancellation)
    {
        var outcome = await logins.AttemptAsync(
            new PasskeyAttempt(PasskeyResponse.Parse(form[Credential]), prompt.Expected(context), context.Application, context.Http.Connection.RemoteIpAddress),
            cancellation);
        return outcome.Proof is { } proof && await signIn.BeginAsync(context, proof, form.Has(KeepSignedIn), cancellation) is { } done
            ? done
            : page.RefusePasskey(context, form, outcome.Proof is null ? outcome.Outcome : new LoginOutcome.WrongCredentials());
    }
}

/// <summary>What the page for signing in asks the browser's authenticators for, and how the answer is known again.</summary>
internal sealed class PasskeyPrompt(PasskeyChallenges challenges, RelyingParty party, PostGuard guard)
{
    /// <summary>The request as JSON; null where passkeys do not sign in.</summary>
    public string? Make(StepContext context)
    {
        if (!IsOpen(context))
        {
            return null;
        }

        // No passkey is named, not even on the page of somebody who is known: who else sees the page would learn which there are.
        var challenge = challenges.Make(new PasskeyChallenge
        {
            Purpose = PasskeyPurpose.SignIn,
            Browser = guard.Browser(context.Http),
            ApplicationId = context.Application.Id,
            UserId = context.Returning?.Id,
        });
        return PasskeyOptions.Request(party, challenge, mustVerify: false, []).ToJsonString();
    }

    /// <summary>Whether a challenge was made for this page.</summary>
    public Func<PasskeyChallenge, bool> Expected(StepContext context)
    {
        var browser = guard.Browser(context.Http);
        return challenge => IsOpen(context)
            && challenge.Purpose is PasskeyPurpose.SignIn
            && challenge.Browser == browser
            && challenge.ApplicationId == context.Application.Id
            && challenge.UserId == context.Returning?.Id;
    }

    private bool IsOpen(StepContext context) =>
        party.IsUsable && context.Application.Settings.WebAuthnConfiguration is null or { Enabled: true, BootstrapWorkflow: null or { Enabled: true } };
}
