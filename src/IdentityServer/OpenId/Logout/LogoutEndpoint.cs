using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Keys;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Steps;
using IdentityServer.Themes;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.OpenId;

/// <summary>
/// Sign-out (OpenID Connect RP-Initiated Logout 1.0). An ID token of this very session proves that its application asks, and
/// FusionAuth's clients, which send only their name, are believed if this session signed in to them; everybody else is asked first.
/// The browser leaves only to an address that a known client registered.
/// </summary>
internal sealed class LogoutEndpoint(
    ApplicationCatalog applications,
    SigningKeyRing keys,
    Database database,
    BrowserSessions sessions,
    SessionCookie cookie,
    PostGuard guard,
    ProtocolErrorPage errorPage,
    PublicAddress address)
{
    private const string Decision = "decision";

    /// <summary>Answers GET and POST.</summary>
    public async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellation)
    {
        var pairs = FormParameters.Query(http.Request).ToList();
        var posted = HttpMethods.IsPost(http.Request.Method);
        if (posted)
        {
            if ((await FormParameters.ReadAsync(http.Request, cancellation)).Failed(out var unreadable, out var form))
            {
                return errorPage.Show(http, unreadable);
            }

            pairs.AddRange(form);
        }

        if (RequestParameters.Parse(pairs).Failed(out var error, out var parameters)
            || LogoutRequest.Parse(parameters).Failed(out error, out var request)
            || Identify(request).Failed(out error, out var asking))
        {
            return errorPage.Show(http, error);
        }

        if (request.CheckRedirectUri(asking.Application?.Client) is { } wrongAddress)
        {
            return errorPage.Show(http, wrongAddress);
        }

        // Our page posts the decision; an application posts the request.
        if (posted && !parameters.Has(Decision))
        {
            return PostAsGet.Url(Paths.Logout, parameters).Failed(out error, out var url) ? errorPage.Show(http, error) : new Redirect(url);
        }

        var accounts = await FindAsync(http, asking.Hint, cancellation);
        if (accounts is not [var signedIn, ..])
        {
            await EndForgottenAsync(asking, cancellation);
            return Leave(request, asking.Application);
        }

        if (posted && await guard.AllowsAsync(http))
        {
            return parameters[Decision] switch
            {
                "logout" => await EndAsync(http, [signedIn], request, asking.Application, cancellation),
                "all" => await EndAsync(http, accounts, request, asking.Application, cancellation),
                _ => new Redirect(Paths.Home),
            };
        }

        return await ProvesAsync(asking, request, signedIn, cancellation)
            ? await EndAsync(http, [signedIn], request, asking.Application, cancellation)
            : Ask(request, asking, accounts);
    }

    // Who is signed in in the browser: first whom the hint is about, else the current one.
    private async Task<IReadOnlyList<SignedIn>> FindAsync(HttpContext http, IdTokenHint? hint, CancellationToken cancellation)
    {
        var current = await sessions.FindAsync(cookie.Read(http), cancellation);
        var others = await sessions.PeekAsync(cookie.ReadOthers(http), cancellation);
        var all = current is null ? others : [current, .. others];
        return hint is null ? all : [.. all.OrderBy(account => IsAbout(hint, account) ? 0 : 1)];
    }

    private static bool IsAbout(IdTokenHint hint, SignedIn account) =>
        hint.Subject == account.User.Id.ToString() && (hint.SessionId is null || hint.SessionId == account.Session.Id.ToString());

    // The session may have run out while the application stayed signed in by its refresh tokens. To sign out means to end these too;
    // the application has shown an ID token of theirs.
    private async Task EndForgottenAsync(Asking asking, CancellationToken cancellation)
    {
        if (asking is { Application: { } application, Hint: { } hint } && Guid.TryParse(hint.Subject, out var userId) && Guid.TryParse(hint.SessionId, out var sessionId))
        {
            await database.WriteAsync((db, token) => AuthorizationAccess.RevokeAsync(db, userId, application.Id, sessionId, token), cancellation);
        }
    }

    // §2: the ID token names the client; a client_id beside it must be the same. A hint that can't be verified proves nothing and
    // is an error, for the application's developer should know.
    private OAuthResult<Asking> Identify(LogoutRequest request)
    {
        IdTokenHint? hint = null;
        if (request.IdTokenHint is not null)
        {
            if (IdTokenHint.Verify(request.IdTokenHint, keys.PublicKeys, address.Value).Failed(out var error, out hint))
            {
                return error;
            }

            if (request.ClientId is not null && request.ClientId != hint.ClientId)
            {
                return OAuthError.InvalidIdTokenHint.Because("another client's than client_id says");
            }
        }

        var clientId = hint?.ClientId ?? request.ClientId;
        if (clientId is null)
        {
            return new Asking(null, null);
        }

        return applications.Find(clientId) is { Active: true } application ? new Asking(application, hint) : OAuthError.UnknownClient;
    }

    private async Task<bool> ProvesAsync(Asking asking, LogoutRequest request, SignedIn signedIn, CancellationToken cancellation)
    {
        if (asking.Hint is { } hint)
        {
            return IsAbout(hint, signedIn);
        }

        // FusionAuth's habit: the name alone, and back to the logoutURL.
        if (asking.Application is not { Settings.OauthConfiguration.LogoutUrl: not null } application || request.PostLogoutRedirectUri is not null)
        {
            return false;
        }

        var (sessionId, applicationId) = (signedIn.Session.Id, application.Id);
        return await database.ReadAsync(
            (db, token) => db.Authorizations.AnyAsync(row => row.SessionId == sessionId && row.ApplicationId == applicationId, token),
            cancellation);
    }

    private async Task<IResult> EndAsync(
        HttpContext http, IReadOnlyList<SignedIn> accounts, LogoutRequest request, Application? application, CancellationToken cancellation)
    {
        foreach (var account in accounts)
        {
            await sessions.EndAsync(account.Session.Id, cancellation);
            cookie.Forget(http, account.Session);
        }

        return Leave(request, application);
    }

    private static IResult Leave(LogoutRequest request, Application? application)
    {
        return (request.ToUrl() ?? application?.Settings.OauthConfiguration.LogoutUrl) is { } url
            ? new Redirect(url)
            : Page.Show(new SignedOutPage(View(application)));
    }

    private static ApplicationView? View(Application? application) => application is null ? null : StepContext.View(application);

    private static PageResult<LogoutPage> Ask(LogoutRequest request, Asking asking, IReadOnlyList<SignedIn> accounts)
    {
        List<HiddenField> fields = [];
        Add(Parameters.IdTokenHint, request.IdTokenHint);
        Add(Parameters.ClientId, asking.Application?.ClientId);
        Add(Parameters.PostLogoutRedirectUri, request.PostLogoutRedirectUri);
        Add(Parameters.State, request.State);
        return Page.Show(new LogoutPage(
            Paths.Logout,
            View(asking.Application),
            StepContext.AccountView(accounts[0].User),
            [.. accounts.Skip(1).Select(account => StepContext.AccountView(account.User))],
            fields));

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                fields.Add(new HiddenField(name, value));
            }
        }
    }

    private sealed record Asking(Application? Application, IdTokenHint? Hint);
}
