using IdentityServer.Browsers;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>
/// <c>/account/sessions</c>: people see where they are signed in and where they signed in before, end the one and forget the other.
/// To end and to forget is never dangerous, so any sign-in may do it.
/// </summary>
internal sealed class SessionsEndpoint(
    AccountGate gate,
    PostGuard guard,
    UserSessions sessions,
    KnownBrowsers browsers,
    SessionCookie cookie,
    BrowserCookie browserCookie,
    ThemeCatalog themes,
    TimeProvider clock)
{
    private const string Notice = "notice";

    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.AccountSessions, (HttpContext http, SessionsEndpoint endpoint, CancellationToken cancellation) => endpoint.ShowAsync(http, cancellation));
        routes.MapPost(Paths.AccountSessions, (HttpContext http, SessionsEndpoint endpoint, CancellationToken cancellation) => endpoint.EndAsync(http, cancellation));
    }

    private async Task<IResult> ShowAsync(HttpContext http, CancellationToken cancellation) =>
        (await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn)
            ? elsewhere
            : Page.Show(await ModelAsync(http, signedIn, cancellation) with { Notice = NoticeIn(http.Request.Query[Notice]) });

    private async Task<IResult> EndAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        if (await AccountForm.ReadAsync(http, guard, cancellation) is not { } form)
        {
            return Page.Show(await ModelAsync(http, signedIn, cancellation) with { Errors = AccountForm.Stale() });
        }

        var user = signedIn.User.Id;
        if (form.ContainsKey("forgetOthers"))
        {
            await browsers.ForgetOthersAsync(user, browserCookie.Read(http), cancellation);
            return Done(SessionsPage.Forgotten);
        }

        if (form.ContainsKey("forget"))
        {
            return Guid.TryParse(form["forget"], out var known) && await browsers.ForgetAsync(user, known, cancellation)
                ? Done(SessionsPage.Forgotten)
                : Results.NotFound();
        }

        if (form.ContainsKey("others"))
        {
            await sessions.EndOthersAsync(user, signedIn.Session.Id, cancellation);
        }
        else if (!Guid.TryParse(form["end"], out var id) || !await sessions.EndAsync(user, id, cancellation))
        {
            return Results.NotFound(); // Somebody else's, or nobody's: nobody learns which.
        }
        else if (id == signedIn.Session.Id)
        {
            cookie.Forget(http, signedIn.Session);
            return new Redirect(Paths.Home);
        }

        return Done(SessionsPage.Ended);
    }

    private static Redirect Done(string what) => new($"{Paths.AccountSessions}?{Notice}={what}");

    private static string? NoticeIn(string? query) => query is SessionsPage.Ended or SessionsPage.Forgotten ? query : null;

    private async Task<SessionsPage> ModelAsync(HttpContext http, SignedIn signedIn, CancellationToken cancellation)
    {
        var moments = new Moments(signedIn.User.Timezone, themes.LanguageOf(http.Request));
        var live = await sessions.ListAsync(signedIn.User.Id, cancellation);
        var known = await browsers.ListAsync(signedIn.User.Id, cancellation);
        var (now, here) = (clock.GetUtcNow(), browserCookie.Read(http));
        return new(
            AccountNavigation.For(signedIn.User, Paths.AccountSessions),
            [
                .. live.Select(session => new SessionView(
                    session.Id.ToString(),
                    DeviceView.Of(session.UserAgent),
                    session.Address,
                    moments.At(session.LastSeenAt),
                    moments.At(session.AuthenticatedAt),
                    session.Persistent,
                    session.Id == signedIn.Session.Id)).OrderByDescending(session => session.Current),
            ],
            [
                .. known.Select(browser => new KnownBrowserView(
                    browser.Id.ToString(),
                    DeviceView.Of(browser.UserAgent),
                    browser.Address,
                    moments.At(browser.LastSeenAt),
                    moments.Day(browser.CreatedAt),
                    browser.TrustedUntil > now ? moments.At(browser.TrustedUntil.Value) : null,
                    KnownBrowsers.Is(browser, here))).OrderByDescending(browser => browser.Current),
            ],
            null,
            new());
    }
}
