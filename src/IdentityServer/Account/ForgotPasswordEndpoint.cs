using IdentityServer.Applications;
using IdentityServer.Email;
using IdentityServer.Logins;
using IdentityServer.Protocol;
using IdentityServer.Recovery;
using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>
/// <c>/password/forgot</c>: mails a link for a new password. The query is the authorize request that the person comes from, to which
/// they come back: it is checked there, as always. The answer is the same for all names.
/// </summary>
internal sealed class ForgotPasswordEndpoint(
    PasswordReset reset, MailAvailability mail, LinkBrake brake, LinkCookie cookie, PostGuard guard, ApplicationCatalog applications, ThemeCatalog themes)
{
    private const string LoginId = "loginId";

    // Long ones come from people who paste a whole mail.
    private const int LongestLoginId = 320;

    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        if (!routes.ServiceProvider.GetRequiredService<MailAvailability>().IsOn)
        {
            return;
        }

        routes.MapGet(Paths.ForgotPassword, (HttpContext http, ForgotPasswordEndpoint endpoint) => Page.Show(endpoint.Model(http)));
        routes.MapPost(Paths.ForgotPassword, (HttpContext http, ForgotPasswordEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation));
    }

    private async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellation)
    {
        var allowed = await guard.AllowsAsync(http);
        var typed = (await PostGuard.ReadAsync(http.Request, cancellation))[LoginId].ToString();
        var model = Model(http) with { LoginId = typed.Length <= LongestLoginId ? typed.Trim() : null };
        if (!allowed)
        {
            return Page.Show(model with { Errors = new FieldErrors().AddGeneral("stale", "This page was open for too long. Try again.") });
        }

        if (string.IsNullOrEmpty(model.LoginId))
        {
            return Page.Show(model with { Errors = new FieldErrors().Add(LoginId, "blank", "Enter your e-mail address or user name.") });
        }

        var from = http.Connection.RemoteIpAddress;
        if (!brake.TryCharge(from, out var retryAfter))
        {
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(retryAfter.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Page.Show(model with { Errors = new FieldErrors().AddGeneral("throttled", "Too many tries. Wait a little.") }, StatusCodes.Status429TooManyRequests);
        }

        var wish = new RecoveryWish
        {
            Application = ApplicationOf(http),
            Browser = cookie.Take(http),
            Address = from,
            Return = model.BackUrl,
            BackUrl = model.Action,
            Languages = [themes.LanguageOf(http.Request)],
        };
        if (await reset.AskAsync(model.LoginId, wish, cancellation) is not { } id)
        {
            return Page.Show(model with { Errors = new FieldErrors().Add(LoginId, "noLoginId", "This is neither an e-mail address nor a user name.") });
        }

        http.Response.Headers.Location = $"{Paths.Waiting}/{id}";
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private ForgotPasswordPage Model(HttpContext http)
    {
        var query = http.Request.QueryString.Value ?? string.Empty;
        var application = ApplicationOf(http);
        return new ForgotPasswordPage
        {
            Action = Paths.ForgotPassword + query,
            Application = application is null ? null : new(application.Name, application.Settings.ClientMetadata.ClientUri, application.Settings.ClientMetadata.LogoUri),
            LoginId = http.Request.Query[Parameters.LoginHint] is [{ Length: > 0 and <= LongestLoginId } hint] ? hint : null,
            BackUrl = application is null ? null : Paths.Authorize + query,
        };
    }

    private Application? ApplicationOf(HttpContext http) =>
        mail.IsOn && http.Request.Query[Parameters.ClientId] is [{ } id] && applications.Find(id) is { Active: true } application ? application : null;
}
