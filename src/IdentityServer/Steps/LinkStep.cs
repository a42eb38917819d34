using IdentityServer.Authorizations;
using IdentityServer.Email;
using IdentityServer.Interactions;
using IdentityServer.Links;
using IdentityServer.Logins;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>
/// Sign in by a mailed link or code. The browser that asked waits at the authorize request itself, whose URL then names the link: so
/// the request comes back whole, and the session begins here and nowhere else, wherever the link was opened.
/// </summary>
internal sealed class LinkStep(
    LinkLogin logins,
    LinkStore links,
    LinkConfirmation confirmation,
    WaitingRoom room,
    LinkCookie cookie,
    LinkBrake brake,
    MailAvailability mail,
    SignIn signIn,
    ThemeCatalog themes,
    TimeProvider clock)
{
    /// <summary>The name that the page's form posts.</summary>
    public const string Name = "link";

    private const string Request = "request";

    /// <summary>Whether the login page offers it.</summary>
    public bool IsOffered(StepContext context) => context.Application.AllowsLink && (mail.IsOn || !context.Application.AllowsPassword);

    /// <summary>Sends a link to whoever that is; the answer is the same for all. Null and errors: what is wrong, for the login page.</summary>
    public async Task<(StepOutcome? Outcome, FieldErrors? Errors, int Status)> AskAsync(
        StepContext context, string? loginId, bool persistent, CancellationToken cancellation, bool again = false)
    {
        if (string.IsNullOrWhiteSpace(loginId))
        {
            return Wrong(new FieldErrors().Add(LoginFindings.LoginId, "blank", "Enter your e-mail address or user name."));
        }

        if (!mail.IsOn)
        {
            return Wrong(new FieldErrors().AddGeneral("mailUnavailable", "No mail can be sent at the moment."));
        }

        var from = context.Http.Connection.RemoteIpAddress;
        if (!brake.TryCharge(from, out var retryAfter))
        {
            return Wrong(StepErrors.TooManyRequests(context.Http, retryAfter), StatusCodes.Status429TooManyRequests);
        }

        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var url = context.WaitingUrl(id);
        var asked = await logins.AskAsync(
            new LinkWish
            {
                LoginId = loginId,
                Application = context.Application,
                Address = from,
                Browser = cookie.Take(context.Http),
                Id = id,
                Languages = [themes.LanguageOf(context.Http.Request)],
                Facts = new LinkFacts
                {
                    Address = loginId.Trim(),
                    WaitingUrl = url,
                    Step = Name,
                    Persistent = persistent,
                    More = new Dictionary<string, string> { [Request] = context.RequestMark },
                },
            },
            cancellation);
        return asked
            ? (new StepOutcome.Answered(new Redirect(again ? url + "&resent=true" : url)), null, StatusCodes.Status200OK)
            : Wrong(new FieldErrors().Add(LoginFindings.LoginId, "noLoginId", "This is neither an e-mail address nor a user name."));

        static (StepOutcome?, FieldErrors?, int) Wrong(FieldErrors errors, int status = StatusCodes.Status200OK) => (null, errors, status);
    }

    /// <summary>The waiting page, if this browser waits for a link in this request; else null.</summary>
    public async Task<IResult?> ShowAsync(StepContext context, bool stale, CancellationToken cancellation) =>
        await FindAsync(context, cancellation) is { } link && links.StateOf(link) is not LinkState.Spent
            ? Page.Show(Model(context, link) with { Errors = stale ? StepErrors.Stale() : new FieldErrors() })
            : null;

    /// <summary>Handles the posts of the waiting page, and of the link itself where it is opened in this browser.</summary>
    public async Task<StepOutcome?> HandleAsync(StepContext context, RequestParameters post, CancellationToken cancellation)
    {
        if (await FindAsync(context, cancellation) is not { } link)
        {
            return null; // Not this browser's, or not of this request: the login page says what there is to do.
        }

        var facts = links.FactsOf(link);
        if (post["decision"] == "resend")
        {
            var (outcome, errors, status) = await AskAsync(context, facts.Address, facts.Persistent, cancellation, again: true);
            return outcome ?? new StepOutcome.Answered(Page.Show(Model(context, link) with { Errors = errors! }, status));
        }

        if (links.StateOf(link) is LinkState.Waiting)
        {
            var (result, _) = await confirmation.ConfirmAsync(
                new LinkProof { Id = link.Id, Secret = post["secret"], Browser = cookie.Read(context.Http), Typed = post["code"] }, cancellation);
            if (result is not ConfirmationResult.Confirmed)
            {
                var current = await FindAsync(context, cancellation) ?? link;
                return new StepOutcome.Answered(Page.Show(Model(context, current) with { Errors = LinkPage.Findings(result) }));
            }
        }

        return await FinishAsync(context, link, facts, cancellation);
    }

    private async Task<StepOutcome?> FinishAsync(StepContext context, Link link, LinkFacts facts, CancellationToken cancellation)
    {
        var attempt = new LinkLoginAttempt(link, context.Application, context.Http.Connection.RemoteIpAddress)
        {
            Browser = cookie.Read(context.Http),
            SignedInAs = context.SignedIn?.User.Id,
        };
        var outcome = await logins.FinishAsync(attempt, cancellation);
        if (LoginOutcome.WhoIsIn(outcome) is { } person)
        {
            var proven = new Proof(person, AuthenticationType.Passwordless, Amr.Email) { LoginId = facts.Address };
            return await signIn.BeginAsync(context, proven, facts.Persistent, cancellation)
                ?? new StepOutcome.Refused(OAuthError.AccessDenied);
        }

        switch (outcome)
        {
            case LoginOutcome.Disabled { User: var user }:
                return Refuse(context, user);
            case LoginOutcome.Expired { User: var user }:
                return Refuse(context, user);
            default:
                // Another tab may have been faster, and then the person is signed in already.
                return context.SignedIn is not null ? null : new StepOutcome.Answered(Page.Show(Model(context, link) with { State = "gone" }));
        }
    }

    // Held by this browser, and of this very request and application.
    private async Task<Link?> FindAsync(StepContext context, CancellationToken cancellation)
    {
        if (context.LinkId is not { } id || await links.FindAsync(id, cookie.Read(context.Http), cancellation) is not { } link)
        {
            return null;
        }

        return link.Purpose is LinkPurpose.SignIn or LinkPurpose.SignUp
            && link.ApplicationId == context.Application.Id
            && (!links.FactsOf(link).More.TryGetValue(Request, out var mark) || mark == context.RequestMark)
                ? link
                : null;
    }

    private WaitingPage Model(StepContext context, Link link) =>
        room.Page(link, cookie.Read(context.Http)!, context.Request.Parameters.Has("still")) with
        {
            Action = context.WaitingUrl(link.Id),
            Interaction = context.Sealed,
            Step = Name,
            Application = context.ApplicationView,
            BackUrl = context.LoginUrl,
            Resent = context.Request.Parameters.Has("resent"),
        };

    // One place knows the words for it.
    private StepOutcome.Refused Refuse(StepContext context, User user) =>
        new(Admission.Check(context.Application, user, null, clock.GetUtcNow()) ?? OAuthError.AccessDenied);
}
