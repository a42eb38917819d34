using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary><c>/account/applications</c>: people see which applications may see what of them, and take it back.</summary>
internal sealed class ApplicationsEndpoint(AccountGate gate, PostGuard guard, GivenAccess access, ApplicationCatalog applications, ThemeCatalog themes)
{
    private const string Revoked = "revoked";

    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.AccountApplications, (HttpContext http, ApplicationsEndpoint endpoint, CancellationToken cancellation) => endpoint.ShowAsync(http, cancellation));
        routes.MapPost(Paths.AccountApplications, (HttpContext http, ApplicationsEndpoint endpoint, CancellationToken cancellation) => endpoint.RevokeAsync(http, cancellation));
    }

    private async Task<IResult> ShowAsync(HttpContext http, CancellationToken cancellation) =>
        (await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn)
            ? elsewhere
            : Page.Show(await ModelAsync(http, signedIn, cancellation) with { Revoked = http.Request.Query.ContainsKey(Revoked) });

    private async Task<IResult> RevokeAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        if (await AccountForm.ReadAsync(http, guard, cancellation) is not { } form)
        {
            return Page.Show(await ModelAsync(http, signedIn, cancellation) with { Errors = AccountForm.Stale() });
        }

        return Guid.TryParse(form["revoke"], out var id) && await access.RevokeAsync(signedIn.User.Id, id, cancellation)
            ? new Redirect($"{Paths.AccountApplications}?{Revoked}=true")
            : Results.NotFound();
    }

    private async Task<ApplicationsPage> ModelAsync(HttpContext http, SignedIn signedIn, CancellationToken cancellation)
    {
        var moments = new Moments(signedIn.User.Timezone, themes.LanguageOf(http.Request));
        var given = await access.ListAsync(signedIn.User.Id, cancellation);
        return new(
            AccountNavigation.For(signedIn.User, Paths.AccountApplications),
            [
                .. from entry in given
                   let application = applications.Find(entry.ApplicationId)
                   where application is not null
                   orderby application.Name
                   select new AccessView(
                       application.IdText,
                       new ApplicationView(application.Name, application.Settings.ClientMetadata.ClientUri),
                       moments.Day(entry.Since),
                       [.. entry.Scopes.Select(scope => View(application, scope))]),
            ],
            false,
            new());
    }

    private static PermissionView View(Application application, string name) =>
        application.Scopes.FirstOrDefault(scope => scope.Name == name) is { } own
            ? new(name, own.DefaultConsentMessage ?? own.Description)
            : new(name);
}
