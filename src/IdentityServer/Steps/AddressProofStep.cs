using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Forms;
using IdentityServer.Links;
using IdentityServer.Logins;
using IdentityServer.Recovery;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Steps;

/// <summary>What became of a form at the step that has the address proven.</summary>
internal abstract record AddressProofOutcome
{
    private AddressProofOutcome()
    {
    }

    /// <summary>It is proven by this link, which whatever comes of the form spends; the form goes on.</summary>
    public sealed record Proven(Guid LinkId, FormMove Then) : AddressProofOutcome;

    /// <summary>Not yet; this page says what there is to do.</summary>
    public sealed record Waits(FormProgress Page, int Status = StatusCodes.Status200OK, bool Resent = false) : AddressProofOutcome;
}

/// <summary>
/// The step of a form that has an address proven before it is anybody's: before there is an account, or before somebody who has none
/// gets one. The mail's code is typed into the form, or
/// its link confirmed in any tab or on any device; the form itself, and with it all that was answered, never leaves this browser.
/// </summary>
internal sealed class AddressProofStep(
    RegistrationProof proofs, FormEngine engine, LinkStore links, LinkConfirmation confirmation, WaitingRoom room, LinkCookie cookie, LinkBrake brake,
    MailAvailability mail, ThemeCatalog themes)
{
    /// <summary>What is said where a form would have an address proven and can't.</summary>
    public FieldErrors? Unavailable(Form form) =>
        !mail.IsOn && form.Verifications.Any() ? new FieldErrors().AddGeneral("mailUnavailable", "No mail can be sent at the moment.") : null;

    /// <summary>Handles a post that would pass the step.</summary>
    public async Task<AddressProofOutcome> HandleAsync(
        StepContext context, FormMove.Verify due, string binding, CancellationToken cancellation, Answers? known = null)
    {
        if (Unavailable(due.Page.Form) is { } unavailable)
        {
            return new AddressProofOutcome.Waits(engine.Refuse(due, binding, unavailable, known));
        }

        var key = CanonicalKey.Email(due.Address)!; // The rules for people have passed it.
        if (due.Page.Mailed is not { } mailed || mailed.AddressKey != key)
        {
            return await AskAsync(context, due, binding, known, key, waiting: null, cancellation);
        }

        var (posted, browser) = (context.Posted!, cookie.Read(context.Http));
        var link = await proofs.FindAsync(mailed.LinkId, browser, context.Application, key, cancellation);
        switch (link is null ? LinkState.Gone : links.StateOf(link))
        {
            case LinkState.Confirmed:
                return new AddressProofOutcome.Proven(mailed.LinkId, due.Then);

            // A second press, or the back button, after the account was made.
            case LinkState.Spent:
                return new AddressProofOutcome.Waits(engine.Refuse(due, binding, RegistrationProof.Used(), known));

            case var _ when due.Here && posted.Wish is FormWish.Resend:
                return await AskAsync(context, due, binding, known, key, link is not null && links.StateOf(link) is LinkState.Waiting ? link.Id : null, cancellation);

            case LinkState.Waiting when due.Here:
                var proof = new LinkProof { Id = mailed.LinkId, Browser = browser, Typed = posted["code"].FirstOrDefault() };
                var (result, _) = await confirmation.ConfirmAsync(proof, cancellation);
                return result is ConfirmationResult.Confirmed
                    ? new AddressProofOutcome.Proven(mailed.LinkId, due.Then)
                    : new AddressProofOutcome.Waits(due.Page with { Errors = LinkPage.Findings(result) });

            default:
                return new AddressProofOutcome.Waits(due.Page);
        }
    }

    /// <summary>What spends the proof in the transaction in which the address becomes somebody's; null where nothing was to be proven.</summary>
    public Func<ServerDbContext, CancellationToken, Task<FieldErrors?>>? Spending(StepContext context, Guid? proven)
    {
        var browser = cookie.Read(context.Http);
        return proven is { } link ? (db, token) => proofs.SpendAsync(db, link, browser!, token) : null;
    }

    /// <summary>What the page of the step shows; null at others.</summary>
    public async Task<FormVerificationView?> ViewAsync(StepContext context, FormProgress page, bool resent, CancellationToken cancellation)
    {
        if (!page.Verifies)
        {
            return null;
        }

        var typed = page.Answers[PredefinedFields.Email] is [var answer, ..] ? answer : string.Empty;
        var browser = cookie.Read(context.Http);
        return page.Mailed is { } mailed
            && await proofs.FindAsync(mailed.LinkId, browser, context.Application, mailed.AddressKey, cancellation) is { } link
                ? new(typed, room.State(link), $"{Paths.Waiting}/{link.Id}/state", LinkStore.WaitingCode(link, browser!), resent)
                : new(typed, "gone");
    }

    private async Task<AddressProofOutcome> AskAsync(
        StepContext context, FormMove.Verify due, string binding, Answers? known, string key, Guid? waiting, CancellationToken cancellation)
    {
        var from = context.Http.Connection.RemoteIpAddress;
        if (!brake.TryCharge(from, out var retryAfter))
        {
            return new AddressProofOutcome.Waits(
                engine.Refuse(due, binding, StepErrors.TooManyRequests(context.Http, retryAfter), known), StatusCodes.Status429TooManyRequests);
        }

        var id = await proofs.AskAsync(
            new RegistrationProofWish
            {
                Application = context.Application,
                Email = due.Address,
                Key = key,
                Browser = cookie.Take(context.Http),
                Address = from,
                Languages = [themes.LanguageOf(context.Http.Request)],
                Waiting = waiting,
            },
            cancellation);
        return new AddressProofOutcome.Waits(engine.Mailed(due.Page, new MailedProof(id, key), binding, known), Resent: due.Here);
    }
}
