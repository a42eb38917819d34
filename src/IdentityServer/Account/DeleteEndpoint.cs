using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.Extensions.Options;

namespace IdentityServer.Account;

/// <summary><c>/account/delete</c>: people end their account, after a fresh sign-in and by typing what they sign in with.</summary>
internal sealed class DeleteEndpoint(
    AccountGate gate, PostGuard guard, AccountDeletion deletion, SessionCookie cookie, ThemeCatalog themes, IOptions<ServerOptions> options)
{
    private const string Confirm = "confirm";

    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.AccountDelete, (HttpContext http, DeleteEndpoint endpoint, CancellationToken cancellation) => endpoint.ShowAsync(http, cancellation));
        routes.MapPost(Paths.AccountDelete, (HttpContext http, DeleteEndpoint endpoint, CancellationToken cancellation) => endpoint.DeleteAsync(http, cancellation));
    }

    private async Task<IResult> ShowAsync(HttpContext http, CancellationToken cancellation) =>
        (await gate.RequireAsync(http, fresh: true, cancellation)).Refused(out var elsewhere, out var signedIn)
            ? elsewhere
            : Page.Show(Model(signedIn.User));

    private async Task<IResult> DeleteAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: true, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var user = signedIn.User;
        var model = Model(user);
        if (await AccountForm.ReadAsync(http, guard, cancellation) is not { } form)
        {
            return Page.Show(model with { Errors = AccountForm.Stale() });
        }

        model = model with { Confirm = form[Confirm].ToString().Trim() };
        if (!model.Confirm.Equals(model.LoginId, StringComparison.OrdinalIgnoreCase))
        {
            var reason = model.Confirm.Length == 0 ? "blank" : "doNotMatch";
            return Page.Show(model with { Errors = new FieldErrors().Add(Confirm, reason, "This is not what you sign in with.") });
        }

        switch (await deletion.RequestAsync(user.Id, cancellation))
        {
            case DeletionOutcome.LastAdministrator:
                return Page.Show(model with { Errors = new FieldErrors().AddGeneral("lastAdministrator", "You are the last administrator of this server.") });
            case DeletionOutcome.Scheduled scheduled:
                cookie.Forget(http, signedIn.Session);
                return Page.Show(new DeletedPage(new Moments(user.Timezone, themes.LanguageOf(http.Request)).At(scheduled.At)));
            default:
                cookie.Forget(http, signedIn.Session);
                return Page.Show(new DeletedPage(null as InstantView));
        }
    }

    private DeletePage Model(User user) => new()
    {
        Navigation = AccountNavigation.For(user, Paths.AccountDelete),
        LoginId = user.Email ?? user.Username ?? user.Id.ToString(),
        GraceDays = options.Value.Accounts.DeletionGraceDays,
    };
}
