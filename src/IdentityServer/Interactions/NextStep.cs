using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Interactions;

/// <summary>A page that an authorize request may have to go through.</summary>
public enum Step
{
    /// <summary>Sign in.</summary>
    Login,

    /// <summary>Register.</summary>
    Register,

    /// <summary>Prove a second factor.</summary>
    SecondFactor,

    /// <summary>Set a second factor up.</summary>
    SetUpFactor,

    /// <summary>Choose the account.</summary>
    SelectAccount,

    /// <summary>Keep the account that is to be deleted, or leave it to that.</summary>
    KeepAccount,

    /// <summary>Take another password, because an administrator wants it.</summary>
    ChangePassword,

    /// <summary>Prove the e-mail address.</summary>
    VerifyEmail,

    /// <summary>Say what the application's form wants to know.</summary>
    Complete,

    /// <summary>Allow the application what it asks for.</summary>
    Consent,
}

/// <summary>All that decides about the next step.</summary>
public sealed record Situation
{
    /// <summary>The request, checked.</summary>
    public required AuthorizeRequest Request { get; init; }

    /// <summary>Whether it came in through self-registration, and that is open.</summary>
    public required bool Registering { get; init; }

    /// <summary>The application that asks.</summary>
    public required Application Application { get; init; }

    /// <summary>What would be granted.</summary>
    public required ScopeSet Scopes { get; init; }

    /// <summary>The browser's session, if it has one.</summary>
    public Session? Session { get; init; }

    /// <summary>Who is signed in.</summary>
    public User? User { get; init; }

    /// <summary>A sign-in for this request that waits for its second factor.</summary>
    public HalfSignIn? Half { get; init; }

    /// <summary>Whether the person who is signed in trusts this browser, and the application allows that to count.</summary>
    public bool Trusted { get; init; }

    /// <summary>What they are in the application.</summary>
    public Registration? Registration { get; init; }

    /// <summary>What they once allowed it.</summary>
    public Consent? Consent { get; init; }

    /// <summary>What the application's form wants to know of them and nobody ever asked; null if that is nothing.</summary>
    public Completion? Completion { get; init; }

    /// <summary>What this request has achieved so far.</summary>
    public Interaction? Interaction { get; init; }

    /// <summary>The subject of <c>id_token_hint</c>, verified.</summary>
    public string? HintedSubject { get; init; }

    /// <summary>Whether the person asked to be somebody else than who is signed in.</summary>
    public bool WantsAnotherAccount { get; init; }

    /// <summary>Whether the person asked to choose among the accounts of the browser.</summary>
    public bool WantsToChoose { get; init; }

    /// <summary>The server's limits of sessions.</summary>
    public required SessionOptions Limits { get; init; }

    /// <summary>Whether others than the current person are signed in in the browser.</summary>
    public bool HasOtherAccounts { get; init; }

    /// <summary>Now.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>What comes next: a step, a refusal, or, where both are null, the code.</summary>
public readonly record struct Decision(Step? Step, OAuthError? Refusal);

/// <summary>
/// Decides what comes next in an authorize request: the only place that does, and the only one that knows <c>prompt=none</c>.
/// A pure function, asked again after every step.
/// </summary>
public static class NextStep
{
    /// <summary>The first thing that is still due.</summary>
    public static Decision Decide(Situation situation) =>
        DecideHalfSignedIn(situation)
        ?? DecideAccount(situation)
        ?? (situation is { Session: { } session, User: { } user } && AuthenticationSuffices(situation, session)
            ? DecideSignedIn(situation, user)
            : Due(situation, situation.Registering ? Step.Register : Step.Login, OAuthError.LoginRequired));

    /// <summary>
    /// Whether the request can be answered about this user: OpenID Connect Core §3.1.2.2 about <c>id_token_hint</c> and about a
    /// <c>sub</c> of a particular value in the <c>claims</c> parameter.
    /// </summary>
    public static bool IsAbout(AuthorizeRequest request, string? hintedSubject, User user)
    {
        var subject = user.Id.ToString();
        return (hintedSubject is null || hintedSubject == subject)
            && (!request.Claims.IdToken.TryGetValue(Claims.Subject, out var wanted) || wanted.Accepts(subject));
    }

    // The first factor was right for this very request, whoever was signed in before. If no second one is due any more, the sign-in
    // starts again.
    private static Decision? DecideHalfSignedIn(Situation situation) =>
        situation.Half is not { Proof: { } proof } ? null
        : SecondFactorRule.Of(situation.Application, situation.Request, proof.User, proof.Amr, trusted: false) switch
        {
            SecondFactorNeed.Prove => Due(situation, Step.SecondFactor, OAuthError.LoginRequired),
            SecondFactorNeed.SetUp => Due(situation, Step.SetUpFactor, OAuthError.LoginRequired),
            _ => null,
        };

    // Who has several accounts in the browser chooses where they wish to, or where none of them is the current one.
    private static Decision? DecideAccount(Situation situation) =>
        situation is { HasOtherAccounts: true, WantsAnotherAccount: false, Registering: false }
        && !IsChosen(situation)
        && (situation.WantsToChoose || situation.Session is null)
            ? Due(situation, Step.SelectAccount, OAuthError.AccountSelectionRequired)
            : null;

    private static bool IsChosen(Situation situation) => situation.Interaction is { AccountSelected: true } or { Authenticated: true };

    private static Decision DecideSignedIn(Situation situation, User user)
    {
        // OpenID Connect Core §3.1.2.1: select_account asks even where there is but one account.
        if (situation.Request.Prompt.HasSelectAccount && !IsChosen(situation))
        {
            return Due(situation, Step.SelectAccount, OAuthError.AccountSelectionRequired);
        }

        if (!IsAbout(situation.Request, situation.HintedSubject, user))
        {
            return situation.Interaction is { Authenticated: true }
                ? new(null, OAuthError.LoginRequired.Because("another user signed in than the request named"))
                : Due(situation, Step.Login, OAuthError.LoginRequired);
        }

        // What the person can mend here and now is a page, not a refusal, once all factors are proved.
        var refusal = Admission.Check(situation.Application, user, situation.Registration, situation.Now);
        if (refusal is not null && refusal != Admission.PasswordChange && refusal != Admission.Unverified && refusal != Admission.Deletion)
        {
            return new(null, refusal);
        }

        switch (SecondFactorRule.Of(situation.Application, situation.Request, user, situation.Session!.Amr, situation.Trusted))
        {
            case SecondFactorNeed.Unreachable:
                return new(null, UnmetContext);
            case SecondFactorNeed.Prove:
                return Due(situation, Step.SecondFactor, OAuthError.LoginRequired);
            case SecondFactorNeed.SetUp:
                return IsFresh(situation)
                    ? Due(situation, Step.SetUpFactor, OAuthError.InteractionRequired)
                    : Due(situation, Step.Login, OAuthError.LoginRequired);
        }

        if (user.DeletesAt is not null)
        {
            return Due(situation, Step.KeepAccount, OAuthError.InteractionRequired);
        }

        if (refusal == Admission.PasswordChange)
        {
            return Due(situation, Step.ChangePassword, OAuthError.InteractionRequired);
        }

        if (refusal == Admission.Unverified || Admission.MustProveAddress(situation.Application, user))
        {
            return Due(situation, Step.VerifyEmail, OAuthError.InteractionRequired);
        }

        if (situation.Completion is not null)
        {
            return Due(situation, Step.Complete, OAuthError.InteractionRequired);
        }

        return ConsentIsDue(situation) ? Due(situation, Step.Consent, OAuthError.ConsentRequired) : default;
    }

    // OpenID Connect Core §3.1.2.1: prompt=login asks again; max_age asks again when the sign-in is older, 0 always.
    private static bool AuthenticationSuffices(Situation situation, Session session)
    {
        if (situation.Interaction is { Authenticated: true })
        {
            return true;
        }

        var maxAge = situation.Request.MaxAge ?? situation.Application.Settings.ClientMetadata.DefaultMaxAge;
        return !situation.Registering
            && !situation.WantsAnotherAccount
            && !situation.Request.Prompt.HasLogin
            && SessionLimits.Of(situation.Application, situation.Limits, session.Persistent).Allow(session, situation.Now)
            && (maxAge is null || situation.Now - session.AuthenticatedAt < TimeSpan.FromSeconds(maxAge.Value));
    }

    // A factor is set up only by who proved a moment ago who they are, not by who finds a browser left alone.
    private static bool IsFresh(Situation situation) =>
        situation.Interaction is { Authenticated: true } || situation.Now - situation.Session!.AuthenticatedAt < Fresh;

    // OpenID Connect Core §3.1.2.4; first parties are the operator's own.
    private static bool ConsentIsDue(Situation situation)
    {
        if (situation.Interaction is { Consented: true })
        {
            return false;
        }

        var oauth = situation.Application.Settings.OauthConfiguration;
        var mode = oauth.ConsentMode ?? (oauth.Relationship is Relationship.FirstParty ? ConsentMode.NeverPrompt : ConsentMode.RememberDecision);
        return situation.Request.Prompt.HasConsent || mode switch
        {
            ConsentMode.NeverPrompt => false,
            ConsentMode.RememberDecision => !Remembered(situation),
            _ => true,
        };
    }

    private static bool Remembered(Situation situation) =>
        situation.Consent is { } consent
        && situation.Scopes.IsSubsetOf(ScopeSet.Of(consent.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    // OpenID Connect Core §3.1.2.1: with prompt=none nothing is shown; the client learns what would have been.
    private static Decision Due(Situation situation, Step step, OAuthError silent) =>
        situation.Request.Prompt.HasNone ? new(null, silent) : new(step, null);

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);

    /// <summary>OpenID Connect Core Error Code unmet_authentication_requirements 1.0 §2.</summary>
    public static readonly OAuthError UnmetContext = new(
        "unmet_authentication_requirements", "authentication_required", "The requested authentication context cannot be reached.");
}
