using IdentityServer.Sessions;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary><c>/account/data</c>: people download everything that is stored about them, after a fresh sign-in.</summary>
internal sealed class DataEndpoint(AccountGate gate, PostGuard guard, PersonalData data)
{
    private const string FileName = "account-data.json";

    /// <summary>Maps the page.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Paths.AccountData, (HttpContext http, DataEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation));
        routes.MapPost(Paths.AccountData, (HttpContext http, DataEndpoint endpoint, CancellationToken cancellation) => endpoint.HandleAsync(http, cancellation));
    }

    private async Task<IResult> HandleAsync(HttpContext http, CancellationToken cancellation)
    {
        if ((await gate.RequireAsync(http, fresh: true, cancellation)).Refused(out var elsewhere, out var signedIn))
        {
            return elsewhere;
        }

        var page = new DataPage(AccountNavigation.For(signedIn.User, Paths.AccountData), new());
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            return Page.Show(page);
        }

        if (!await guard.AllowsAsync(http))
        {
            return Page.Show(page with { Errors = AccountForm.Stale() });
        }

        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.File(await data.CollectAsync(signedIn.User.Id, cancellation), "application/json", FileName);
    }
}
