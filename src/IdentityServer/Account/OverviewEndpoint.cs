using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Account;

/// <summary><c>/account</c>: where an account's pages begin.</summary>
internal static class OverviewEndpoint
{
    private const int Shown = 5;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Paths.Account, ShowAsync);

    private static async Task<IResult> ShowAsync(
        HttpContext http, AccountGate gate, Database database, ApplicationCatalog applications, MailAvailability mail, ThemeCatalog themes, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: false, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var user = signedIn.User;
        var moments = new Moments(user.Timezone, themes.LanguageOf(http.Request));
        var records = await database.ReadAsync(
            (db, token) => db.LoginRecords.Where(row => row.UserId == user.Id).OrderByDescending(row => row.Instant).Take(Shown).ToListAsync(token), cancellation);
        return Page.Show(new OverviewPage(
            Paths.Account,
            AccountNavigation.For(user, Paths.Account),
            user.Email,
            user.Verified,
            user.Username,
            [.. Advise(user, mail)],
            [.. records.Select(row => new SignInView(
                moments.At(row.Instant),
                row.ApplicationId is { } id && id != AccountApplication.Id ? applications.Find(id)?.Name : null,
                row.Address))]));
    }

    private static IEnumerable<AdviceView> Advise(User user, MailAvailability mail)
    {
        if (user is { Email: not null, Verified: false } && mail.IsOn)
        {
            yield return new("verifyEmail", Paths.AccountEmail);
        }
    }
}
