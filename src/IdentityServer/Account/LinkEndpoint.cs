using IdentityServer.Applications;
using IdentityServer.Links;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>
/// <c>/link/{secret}</c>: what a mailed link opens. Opening it changes nothing, for scanners open all that comes. In the browser that
/// asked, the page's button goes on to where that browser waits; elsewhere it takes the code that stands there, and where no browser
/// asked, the code that was mailed beside the link. Never does another browser get in instead of the one that asked.
/// </summary>
internal sealed class LinkEndpoint(
    LinkStore links, LinkConfirmation confirmation, LinkPurposes purposes, LinkCookie cookie, PostGuard guard, ApplicationCatalog applications)
{
    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.Link + "/{secret}", (HttpContext http, string secret, LinkEndpoint endpoint, CancellationToken cancellation) =>
            endpoint.ShowAsync(http, secret, null, cancellation));
        routes.MapPost(Paths.Link + "/{secret}", (HttpContext http, string secret, LinkEndpoint endpoint, CancellationToken cancellation) =>
            endpoint.ConfirmAsync(http, secret, cancellation));
    }

    private async Task<IResult> ShowAsync(HttpContext http, string secret, FieldErrors? errors, CancellationToken cancellation)
    {
        if (await links.FindAsync(secret, cancellation) is not { } link || purposes.Find(link.Purpose) is null)
        {
            return Gone();
        }

        var (facts, browser) = (links.FactsOf(link), cookie.Read(http));
        var model = Model(link, facts, secret) with { Errors = errors ?? new FieldErrors() };
        switch (links.StateOf(link))
        {
            case LinkState.Spent:
                return End("done", link);
            case LinkState.Gone:
                return End("gone", link);
            case LinkState.Confirmed when LinkConfirmation.AsksForCode(link, browser) && link.WaitingCodeHash is not null:
                return End("confirmed", link);
        }

        if (LinkConfirmation.AsksForCode(link, browser))
        {
            return Page.Show(model with { AsksForWaitingCode = link.WaitingCodeHash is not null, AsksForMailedCode = link.WaitingCodeHash is null });
        }

        // In the browser that asked, the page on which it waits takes the link itself: one press, and the person is through.
        return Page.Show(facts.WaitingUrl is null || link.WaitingCodeHash is null
            ? model
            : model with { FormAction = facts.WaitingUrl, Secret = secret, Step = facts.Step });
    }

    private async Task<IResult> ConfirmAsync(HttpContext http, string secret, CancellationToken cancellation)
    {
        if (!await guard.AllowsAsync(http))
        {
            return await ShowAsync(http, secret, new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again."), cancellation);
        }

        if (await links.FindAsync(secret, cancellation) is not { } known || purposes.Find(known.Purpose) is not { } purpose)
        {
            return Gone();
        }

        // Whoever confirms a link that no browser asked for holds it from then on.
        var asked = known.WaitingCodeHash is not null;
        var form = await http.Request.ReadFormAsync(cancellation);
        var browser = asked ? cookie.Read(http) : cookie.Take(http);
        var (result, link) = await confirmation.ConfirmAsync(new LinkProof { Secret = secret, Browser = browser, Typed = form["code"] }, cancellation);
        if (result is not (ConfirmationResult.Confirmed or ConfirmationResult.Done))
        {
            return await ShowAsync(http, secret, LinkPage.Findings(result), cancellation);
        }

        var facts = links.FactsOf(link!);
        if ((!asked || LinkStore.IsHeldBy(link!, browser)) && purpose.Next(link!, facts) is { } next)
        {
            http.Response.Headers.Location = next;
            return Results.StatusCode(StatusCodes.Status303SeeOther);
        }

        return End(result is ConfirmationResult.Done ? "done" : "confirmed", link!);
    }

    private LinkPage Model(Link link, LinkFacts facts, string secret) => new()
    {
        Action = Url(secret),
        FormAction = Url(secret),
        Purpose = LinkPage.Name(link.Purpose),
        Application = WaitingEndpoint.View(link, applications),
        Address = LinkPage.Mask(facts.Address),
    };

    private PageResult<LinkEndPage> End(string state, Link link) =>
        Page.Show(new LinkEndPage(state, LinkPage.Name(link.Purpose), WaitingEndpoint.View(link, applications)));

    private static PageResult<LinkEndPage> Gone() => Page.Show(new LinkEndPage("gone", LinkPage.Name(LinkPurpose.SignIn)));

    private static string Url(string secret) => $"{Paths.Link}/{Uri.EscapeDataString(secret)}";
}
