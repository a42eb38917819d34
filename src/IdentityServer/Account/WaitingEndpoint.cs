using IdentityServer.Applications;
using IdentityServer.Links;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>
/// <c>/waiting/{id}</c>: where a browser waits for the link that it asked for, outside of an authorize request; and
/// <c>/waiting/{id}/state</c>, which tells the script of any waiting page how things stand. Other browsers find nothing here.
/// </summary>
internal sealed class WaitingEndpoint(
    LinkStore links, LinkConfirmation confirmation, LinkPurposes purposes, WaitingRoom room, LinkCookie cookie, PostGuard guard, ApplicationCatalog applications)
{
    private const string Resent = "resent";

    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.Waiting + "/{id:guid}", (HttpContext http, Guid id, WaitingEndpoint endpoint, CancellationToken cancellation) =>
            endpoint.ShowAsync(http, id, null, cancellation));
        routes.MapPost(Paths.Waiting + "/{id:guid}", (HttpContext http, Guid id, WaitingEndpoint endpoint, CancellationToken cancellation) =>
            endpoint.HandleAsync(http, id, cancellation));
        routes.MapGet(Paths.Waiting + "/{id:guid}/state", (HttpContext http, Guid id, WaitingEndpoint endpoint, CancellationToken cancellation) =>
            endpoint.TellAsync(http, id, cancellation));
    }

    private async Task<IResult> ShowAsync(HttpContext http, Guid id, FieldErrors? errors, CancellationToken cancellation)
    {
        var browser = cookie.Read(http);
        if (await links.FindAsync(id, browser, cancellation) is not { } link || purposes.Find(link.Purpose) is not { } purpose)
        {
            return Results.NotFound();
        }

        if (links.FactsOf(link) is { WaitingUrl: { } elsewhere })
        {
            return GoTo(http, elsewhere);
        }

        // Nothing is left to do here: what there was to do was done in another tab or browser.
        if (links.StateOf(link) is LinkState.Spent)
        {
            return purpose.Next(link, links.FactsOf(link)) is { } next ? GoTo(http, next) : Results.NotFound();
        }

        var query = http.Request.Query;
        return Page.Show(room.Page(link, browser!, query.ContainsKey("still")) with
        {
            Application = View(link, applications),
            Resent = query.ContainsKey(Resent),
            Errors = errors ?? new FieldErrors(),
        });
    }

    private async Task<IResult> HandleAsync(HttpContext http, Guid id, CancellationToken cancellation)
    {
        if (!await guard.AllowsAsync(http))
        {
            return await ShowAsync(http, id, new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again."), cancellation);
        }

        var browser = cookie.Read(http);
        if (await links.FindAsync(id, browser, cancellation) is not { } link || purposes.Find(link.Purpose) is not { } purpose)
        {
            return Results.NotFound();
        }

        var (form, facts) = (await http.Request.ReadFormAsync(cancellation), links.FactsOf(link));
        if (form["decision"] == "resend")
        {
            return await purpose.ResendAsync(link, facts, browser!, cancellation) is { } next
                ? GoTo(http, $"{Paths.Waiting}/{next}?{Resent}=true")
                : await ShowAsync(http, id, new FieldErrors().AddGeneral("tooManyMails", "No more mails for now."), cancellation);
        }

        if (links.StateOf(link) is LinkState.Waiting)
        {
            var secret = form["secret"].ToString() is { Length: > 0 } given ? given : null;
            var confirmed = await confirmation.ConfirmAsync(new LinkProof { Id = id, Secret = secret, Browser = browser, Typed = form["code"] }, cancellation);
            if (!confirmed.Succeeded)
            {
                return await ShowAsync(http, id, LinkPage.Findings(confirmed.Result), cancellation);
            }
        }
        else if (links.StateOf(link) is LinkState.Gone)
        {
            return await ShowAsync(http, id, null, cancellation);
        }

        return purpose.Next(link, facts) is { } url ? GoTo(http, url) : Page.Show(new LinkEndPage("done", LinkPage.Name(link.Purpose), View(link, applications)));
    }

    private async Task<IResult> TellAsync(HttpContext http, Guid id, CancellationToken cancellation)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new { state = await links.FindAsync(id, cookie.Read(http), cancellation) is { } link ? room.State(link) : "gone" });
    }

    /// <summary>The application that a link leads to, as pages show it.</summary>
    internal static ApplicationView? View(Link link, ApplicationCatalog applications) => link.ApplicationId is { } id && applications.Find(id) is { } application
        ? new ApplicationView(application.Name, application.Settings.ClientMetadata.ClientUri, application.Settings.ClientMetadata.LogoUri)
        : null;

    private static IResult GoTo(HttpContext http, string url)
    {
        http.Response.Headers.Location = url;
        http.Response.Headers.CacheControl = "no-store";
        return Results.StatusCode(HttpMethods.IsPost(http.Request.Method) ? StatusCodes.Status303SeeOther : StatusCodes.Status302Found);
    }
}
