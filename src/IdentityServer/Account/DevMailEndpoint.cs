using System.Globalization;
using IdentityServer.Email;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary><c>/dev/mail</c>: the mails of a development server. Where there is no box for them, as in production, it does not exist.</summary>
internal static class DevMailEndpoint
{
    // The mail's own styles and nothing else; a document of no origin, in which no script runs.
    private const string ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox allow-top-navigation-by-user-activation";

    /// <summary>Maps the pages.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<DevMailbox>() is not { } box)
        {
            return;
        }

        routes.MapGet(Paths.DevMail, () => Page.Show(new DevMailListPage(
            [.. box.Mails.Select(mail => new DevMailView(UrlOf(mail), mail.Content.To, mail.Content.Subject, TimeOf(mail)))])));
        routes.MapGet(Paths.DevMail + "/{id:guid}", (Guid id) => box.Find(id) is { } mail
            ? Page.Show(new DevMailPage(
                mail.Content.To, mail.Content.Subject, TimeOf(mail), DevMailPage.PartsOf(mail.Content.Text), UrlOf(mail) + "/html", Paths.DevMail))
            : Results.NotFound());
        routes.MapGet(Paths.DevMail + "/{id:guid}/html", (Guid id, HttpResponse response) =>
        {
            if (box.Find(id) is not { } mail)
            {
                return Results.NotFound();
            }

            response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
            response.Headers.CacheControl = "no-store";
            response.Headers.XContentTypeOptions = "nosniff";
            response.Headers["Referrer-Policy"] = "no-referrer";
            return Results.Text(mail.Content.Html, "text/html; charset=utf-8");
        });
    }

    private static string UrlOf(DevMail mail) => $"{Paths.DevMail}/{mail.Id}";

    private static string TimeOf(DevMail mail) => mail.At.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
