using IdentityServer.Interactions;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>
/// What becomes of a proof, in this browser, for this request: a session, or, where a second factor is due, a half-done sign-in.
/// The only place that begins a session for a request.
/// </summary>
internal sealed class SignIn(BrowserSignIn browser, HalfSignInCookie half, BrowserCookie browserCookie, BrowserTrust trust)
{
    /// <summary>The step's outcome; null if the person was shut out in this very moment.</summary>
    public async Task<StepOutcome?> BeginAsync(StepContext context, Proof proof, bool persistent, CancellationToken cancellation)
    {
        persistent &= context.Application.AllowsKeepSignedIn;
        var trusted = await IsTrustedAsync(context, proof.User, proof.Amr, cancellation);
        switch (SecondFactorRule.Of(context.Application, context.Request, proof.User, proof.Amr, trusted))
        {
            case SecondFactorNeed.None:
                break;
            case SecondFactorNeed.Unreachable:
                return new StepOutcome.Refused(NextStep.UnmetContext);
            default:
                var waiting = new HalfSignIn(proof, persistent);
                half.Write(context.Http, waiting, context.Fingerprint);
                return new StepOutcome.Halfway(waiting);
        }

        return await browser.BeginAsync(context.Http, proof, context.Application.Id, persistent, cancellation) is { } signedIn
            ? Done(context, signedIn, new Interaction(signedIn.Session.Id, Authenticated: true))
            : null;
    }

    /// <summary>
    /// Goes on with a second factor that was right: the half-done sign-in becomes a session, or the session one of two factors.
    /// <paramref name="user"/> is the person as they are now.
    /// </summary>
    public async Task<StepOutcome.Done?> CompleteAsync(StepContext context, User user, string method, CancellationToken cancellation)
    {
        if (context.Half is { } waiting)
        {
            var proof = waiting.Proof with { User = user, Amr = Amr.WithSecondFactor(waiting.Proof.Amr, method) };
            return await browser.BeginAsync(context.Http, proof, context.Application.Id, waiting.Persistent, cancellation) is { } begun
                ? Done(context, begun, new Interaction(begun.Session.Id, Authenticated: true))
                : null;
        }

        var signedIn = context.SignedIn! with { User = user };
        return await browser.RaiseAsync(context.Http, signedIn, Amr.WithSecondFactor(signedIn.Session.Amr, method), cancellation) is { } raised
            ? Done(context, raised, (context.Interaction ?? new Interaction(raised.Session.Id)) with { SessionId = raised.Session.Id })
            : null;
    }

    /// <summary>Lets go of a half-done sign-in.</summary>
    public void GiveUp(StepContext context) => half.Delete(context.Http, context.Fingerprint);

    /// <summary>Whether the person trusts this browser, and that counts for this request.</summary>
    public Task<bool> IsTrustedAsync(StepContext context, User user, string amr, CancellationToken cancellation) =>
        trust.CountsAsync(context.Application, context.Request, user, amr, browserCookie.Read(context.Http), cancellation);

    private StepOutcome.Done Done(StepContext context, SignedIn signedIn, Interaction interaction)
    {
        GiveUp(context);
        return new StepOutcome.Done(signedIn, interaction);
    }
}
