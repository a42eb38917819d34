using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>The front page: that the server runs, and who is signed in.</summary>
internal static class HomeEndpoint
{
    /// <summary>Maps the page.</summary>
    public static void MapHome(this IEndpointRouteBuilder routes) => routes.MapGet(Paths.Home, ShowAsync);

    private static async Task<IResult> ShowAsync(
        HttpContext http, BrowserSessions sessions, SessionCookie cookie, PublicAddress address, CancellationToken cancellation)
    {
        var signedIn = await sessions.FindAsync(cookie.Read(http), cancellation);
        return Page.Show(new HomePage(
            signedIn is null ? null : AccountView.Of(signedIn.User.FullName, signedIn.User.Email, signedIn.User.Username),
            Paths.Account,
            Paths.Logout,
            address.Url(Paths.OpenIdConfiguration)));
    }
}
