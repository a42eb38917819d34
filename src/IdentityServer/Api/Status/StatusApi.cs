using System.Reflection;

namespace IdentityServer.Api;

/// <summary><c>/api/status</c>: open, and with a key it tells the version, as <c>/api/system/version</c> does (§18).</summary>
internal static class StatusApi
{
    private static readonly string Version =
        typeof(StatusApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static void MapStatus(this IEndpointRouteBuilder routes)
    {
        const string Route = "/api/status";
        var endpoint = routes.ServiceProvider.GetRequiredService<ApiEndpoint>();
        routes.MapGet(Route, http => endpoint.RunOpenAsync(http, Route, known => known ? ApiResult.Ok(new { version = Version }) : ApiResult.Empty));
        routes.MapApi("GET", "/api/system/version", (_, _) => Task.FromResult(ApiResult.Ok(new { version = Version })));
    }
}
