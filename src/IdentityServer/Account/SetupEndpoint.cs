using IdentityServer.ApiKeys;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Account;

/// <summary>
/// <c>/setup</c>: whoever holds the token from the console creates the first administrator and is signed in. Once there is one,
/// there is nothing at this address.
/// </summary>
internal static class SetupEndpoint
{
    private const string TokenField = "token";
    private const string Email = "user.email";
    private const string FullName = "user.fullName";
    private const string Password = "user.password";
    private const string MakeKey = "makeKey";
    private const string KeyName = "Set-up";

    /// <summary>Maps the page.</summary>
    public static void MapSetup(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.Setup, ShowAsync);
        routes.MapPost(Paths.Setup, CreateAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, Administrators administrators, CancellationToken cancellation) =>
        await administrators.ExistAsync(cancellation) ? Results.NotFound() : Page.Show(New() with { Token = http.Request.Query[TokenField] });

    private static async Task<IResult> CreateAsync(
        HttpContext http,
        PostGuard guard,
        SetupToken tokens,
        Administrators administrators,
        BrowserSignIn browser,
        Database database,
        CatalogRefresh catalogs,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        if (await administrators.ExistAsync(cancellation))
        {
            return Results.NotFound();
        }

        // What another site filled in is not shown, or it could choose whose address the administrator has.
        var allowed = await guard.AllowsAsync(http) && http.Request.HasFormContentType;
        var form = guard.ComesFromHere(http) ? await PostGuard.ReadAsync(http.Request, cancellation) : FormCollection.Empty;
        var model = New() with { Token = form[TokenField], Email = form[Email], FullName = form[FullName], MakeKey = form.ContainsKey(MakeKey) };
        if (!allowed)
        {
            return Page.Show(model with { Errors = AccountForm.Stale() });
        }

        if (!tokens.IsValid(model.Token))
        {
            var reason = string.IsNullOrEmpty(model.Token) ? "blank" : "invalid";
            return Page.Show(model with { Errors = new FieldErrors().Add(TokenField, reason, "This is not the token that the console showed.") });
        }

        var created = await administrators.CreateAsync(model.Email ?? string.Empty, model.FullName, form[Password].ToString(), onlyFirst: true, cancellation);
        if (created.Failed(out var errors, out var user))
        {
            if (Administrators.IsRefusedAsSecond(errors))
            {
                return Results.NotFound();
            }

            var busy = PasswordGate.IsBusy(errors, out var seconds);
            http.Response.Headers.RetryAfter = seconds;
            return Page.Show(model with { Errors = errors }, busy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
        }

        await browser.BeginAsync(
            http, new Proof(user, AuthenticationType.Registration, Amr.Password) { LoginId = user.Email }, applicationId: null, persistent: false, cancellation);
        if (model.MakeKey)
        {
            var made = await FirstKeys.CreateAsync(database, new ApiKeyInput { Name = KeyName }, AuditLog.User(user.Id), clock.GetUtcNow(), cancellation);
            if (!made.Failed(out _, out var key)) // One of this name is there if the command made it first; then this one is not needed.
            {
                await catalogs.RefreshAsync(cancellation);
                return Page.Show(new FirstKeyPage(key.Key, Paths.Home));
            }
        }

        http.Response.Headers.Location = Paths.Home;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static SetupPage New() => new() { Action = Paths.Setup, PasswordMinLength = PasswordRules.AdministratorMinLength };
}
