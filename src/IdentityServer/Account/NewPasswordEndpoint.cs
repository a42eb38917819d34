using IdentityServer.Applications;
using IdentityServer.Links;
using IdentityServer.Recovery;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Account;

/// <summary>
/// <c>/password/new/{id}</c>: asks for a new password in the browser that holds the confirmed link. Nobody is signed in by it: the
/// new password is for that, and a second factor, where there is one.
/// </summary>
internal sealed class NewPasswordEndpoint(PasswordReset reset, LinkStore links, LinkCookie cookie, PostGuard guard, ApplicationCatalog applications)
{
    private const string SignOut = "signOut";

    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.NewPassword + "/{id:guid}", (HttpContext http, Guid id, NewPasswordEndpoint endpoint, CancellationToken cancellation) =>
            endpoint.ShowAsync(http, id, cancellation));
        routes.MapPost(Paths.NewPassword + "/{id:guid}", (HttpContext http, Guid id, NewPasswordEndpoint endpoint, CancellationToken cancellation) =>
            endpoint.HandleAsync(http, id, cancellation));
    }

    private async Task<IResult> ShowAsync(HttpContext http, Guid id, CancellationToken cancellation) =>
        await reset.FindAsync(id, cookie.Read(http), cancellation) is var (link, user) ? Page.Show(await ModelAsync(link, user, cancellation)) : Gone();

    private async Task<IResult> HandleAsync(HttpContext http, Guid id, CancellationToken cancellation)
    {
        var allowed = await guard.AllowsAsync(http);
        var browser = cookie.Read(http);
        if (await reset.FindAsync(id, browser, cancellation) is not var (link, user))
        {
            return Gone();
        }

        var form = await PostGuard.ReadAsync(http.Request, cancellation);
        var model = await ModelAsync(link, user, cancellation) with { SignOut = form.ContainsKey(SignOut) };
        if (!allowed)
        {
            return Page.Show(model with { Errors = new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again.") });
        }

        var password = form[NewPasswordPage.Field].ToString();
        var set = await reset.FinishAsync(id, browser!, password, model.SignOut || !model.OffersSignOut, cancellation);
        if (set.Failed(out var errors, out _))
        {
            if (!PasswordGate.IsBusy(errors, out var seconds))
            {
                return Page.Show(model with { Errors = errors });
            }

            http.Response.Headers.RetryAfter = seconds;
            return Page.Show(model with { Errors = errors }, StatusCodes.Status503ServiceUnavailable);
        }

        return Page.Show(new PasswordSetPage(links.FactsOf(link).More.GetValueOrDefault(PasswordReset.Return) ?? Paths.Account, model.Application));
    }

    private async Task<NewPasswordPage> ModelAsync(Link link, User user, CancellationToken cancellation)
    {
        var invited = link.Purpose is LinkPurpose.Invitation;
        return new NewPasswordPage
        {
            Action = $"{Paths.NewPassword}/{link.Id}",
            Reason = invited ? "invited" : "forgot",
            Username = user.Email ?? user.Username ?? string.Empty,
            MinLength = await reset.MinLengthAsync(user, cancellation),
            Application = WaitingEndpoint.View(link, applications),
            OffersSignOut = !invited,
            SignOut = true,
        };
    }

    private static PageResult<LinkEndPage> Gone() => Page.Show(new LinkEndPage("gone", LinkPage.Name(LinkPurpose.ChangePassword)));
}
