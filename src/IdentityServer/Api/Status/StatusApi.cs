using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>
/// <c>/api/status</c> and <c>/api/health</c>, both open: 200 if the server can do its work, else 503. With a key the first tells the
/// version, as <c>/api/system/version</c> does (§18).
/// </summary>
internal sealed class StatusApi(HealthCheckService health)
{
    private const string Heading = "Status";

    private static readonly Shape VersionShape = Shape.Object(null, Shown("version", Shape.Text));

    private static readonly ApiCall Status = new(Heading, "retrieveStatus", "Says whether the server can do its work")
    {
        Remarks = "The body is there for callers with a key only.",
        Answer = VersionShape,
        Open = true,
    };

    private static readonly ApiCall Health = new(Heading, "retrieveHealth", "Says whether the server can do its work, without a body") { Open = true };

    private static readonly ApiCall VersionCall = new(Heading, "retrieveVersion", "Shows the server's version") { Answer = VersionShape };

    /// <summary>The server's version.</summary>
    public static string Version { get; } =
        typeof(StatusApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<StatusApi>(routes.ServiceProvider);
        routes.MapOpenApi("GET", "/api/status", Status, (isKnown, cancellation) => api.CheckAsync(isKnown ? ShowVersion() : ApiResult.Empty, cancellation));
        routes.MapOpenApi("GET", "/api/health", Health, (_, cancellation) => api.CheckAsync(ApiResult.Empty, cancellation));
        routes.MapApi("GET", "/api/system/version", VersionCall, (_, _) => Task.FromResult(ShowVersion()));
    }

    private async Task<ApiResult> CheckAsync(ApiResult healthy, CancellationToken cancellation) =>
        (await health.CheckHealthAsync(cancellation)).Status is HealthStatus.Healthy ? healthy : ApiResult.Busy();

    private static ApiResult ShowVersion() => ApiResult.Ok(new JsonObject { ["version"] = Version });
}
