using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Recovery;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Account;

/// <summary>
/// <c>/account/email</c>: proves the address, or changes it. The old one counts until the new one is proven; a change asks for a fresh
/// sign-in.
/// </summary>
internal sealed class EmailEndpoint(
    AccountGate gate, PostGuard guard, EmailChange change, AddressVerification verification, MailAvailability mail, LinkCookie cookie, ThemeCatalog themes)
{
    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.AccountEmail, (HttpContext http, EmailEndpoint endpoint, CancellationToken cancellation) => endpoint.ShowAsync(http, cancellation));
        routes.MapPost(Paths.AccountEmail, (HttpContext http, EmailEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation));
    }

    private async Task<IResult> ShowAsync(HttpContext http, CancellationToken cancellation) =>
        (await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn) ? elsewhere : Page.Show(Model(signedIn.User));

    private async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellation)
    {
        var form = await AccountForm.ReadAsync(http, guard, cancellation);
        var verifies = form?["decision"].ToString() is "verify";
        if ((await gate.RequireAsync(http, fresh: !verifies, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var model = Model(signedIn.User);
        if (form is null || !mail.IsOn)
        {
            return Page.Show(model with { Errors = AccountForm.Stale() });
        }

        return verifies ? await VerifyAsync(http, signedIn.User, model, cancellation)
            : await ChangeAsync(http, signedIn.User, model with { Typed = form[EmailPage.Field].ToString().Trim() }, cancellation);
    }

    private async Task<IResult> VerifyAsync(HttpContext http, User user, EmailPage model, CancellationToken cancellation)
    {
        var wish = new RecoveryWish
        {
            Browser = cookie.Take(http),
            Address = http.Connection.RemoteIpAddress,
            Return = Paths.AccountEmail,
            BackUrl = Paths.AccountEmail,
            Languages = [themes.LanguageOf(http.Request)],
        };
        return user.Verified ? new Redirect(Paths.AccountEmail)
            : await verification.AskAsync(user, LinkPurpose.VerifyEmail, wish, cancellation) is { } made ? new Redirect($"{Paths.Waiting}/{made.Row.Id}")
            : Page.Show(model with { Errors = new FieldErrors().AddGeneral("tooManyMails", "No more mails for now.") });
    }

    private async Task<IResult> ChangeAsync(HttpContext http, User user, EmailPage model, CancellationToken cancellation)
    {
        var asked = await change.AskAsync(
            user, model.Typed!, cookie.Take(http), http.Connection.RemoteIpAddress?.ToString(), [themes.LanguageOf(http.Request)], cancellation);
        return asked.Failed(out var errors, out var made) ? Page.Show(model with { Errors = errors }) : new Redirect($"{Paths.Waiting}/{made.Row.Id}");
    }

    private EmailPage Model(User user) => new()
    {
        Navigation = AccountNavigation.For(user, Paths.AccountEmail),
        Email = user.Email,
        Verified = user.Verified,
        MailIsOn = mail.IsOn,
    };
}
