using IdentityServer.Protocol;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>
/// <c>/account/signed-in</c>: where the authorization endpoint answers the account pages. The code is left to expire, for the
/// browser's session is what counts; whoever comes with a state of this browser goes on to the page that it names, everybody else
/// to where the account begins.
/// </summary>
internal static class SignedInEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Paths.AccountSignedIn, HandleAsync);

    private static async Task<IResult> HandleAsync(HttpContext http, AccountGate gate, AccountReturn ways, CancellationToken cancellation)
    {
        if (ways.Open(http, Single(http, "state")) is not { } way)
        {
            return new Redirect(Paths.Account);
        }

        if (Single(http, "error") is { } error)
        {
            // Who turned back on the way is not in the wrong.
            return Single(http, "error_reason") == OAuthError.AccessDenied.Reason ? new Redirect(Paths.Home) : Refuse(http, error, Single(http, "error_reason") ?? string.Empty, Single(http, "error_description") ?? string.Empty);
        }

        // What the request asked for must hold now; if not, asking again would lead round in a circle.
        return await gate.FindAsync(http, way.Fresh ? AccountGate.FreshFor * 2 : null, cancellation) is null
            ? Refuse(http, "access_denied", "session_insufficient", "The sign-in did not last.")
            : new Redirect(way.Path);
    }

    private static PageResult<ErrorPage> Refuse(HttpContext http, string code, string reason, string description) =>
        Page.Show(new ErrorPage(code, reason, description, http.TraceIdentifier, StatusCodes.Status403Forbidden), StatusCodes.Status403Forbidden);

    private static string? Single(HttpContext http, string name) => http.Request.Query[name] is [{ Length: > 0 and <= 4096 } value] ? value : null;
}
