using IdentityServer.Account;
using IdentityServer.Api;
using IdentityServer.OpenId;
using IdentityServer.Themes;

namespace IdentityServer.Hosting;

/// <summary>The order in which a request passes through the server, and every door it may come out at.</summary>
public static class Pipeline
{
    /// <summary>Maps all endpoints of the server.</summary>
    public static WebApplication MapIdentityServer(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(Faults.ShowMissing);
        app.UseRouting();
        app.UseCors();
        ThemeAssets.Map(app);
        app.MapOpenId();
        app.MapHome();
        app.MapSetup();
        app.MapAccount();
        LinkEndpoint.Map(app);
        WaitingEndpoint.Map(app);
        DevMailEndpoint.Map(app);
        app.MapApi();
        Readiness.Map(app);
        return app;
    }
}
