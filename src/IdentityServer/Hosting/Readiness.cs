using System.Text.Json.Nodes;
using IdentityServer.Data;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>Another set-up in a kickstart's form, built in code, with a note of its own about how far it got.</summary>
internal sealed record BuiltInKickstart(string Marker, string Name, Func<JsonObject> Read);

/// <summary>
/// The last thing at start: carries out the kickstart, and from then on the server is ready. <c>/health/live</c> says that the
/// process answers, <c>/health/ready</c> that this is done and the database can be reached.
/// </summary>
internal sealed class Readiness(IOptions<ServerOptions> options, Database database, Kickstart kickstart, IEnumerable<BuiltInKickstart> builtIn)
    : IHostedLifecycleService, IHealthCheck
{
    private const string Marker = "kickstart";
    private const string Tag = "ready";

    private volatile bool started;

    /// <summary>Adds the services.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<InProcess>();
        services.AddSingleton<IStartupFilter>(provider => provider.GetRequiredService<InProcess>());
        services.AddSingleton<Kickstart>();
        services.AddSingleton<Readiness>();
        services.AddHostedService(provider => provider.GetRequiredService<Readiness>());
        services.AddHealthChecks().AddCheck<Readiness>(Tag, tags: [Tag]);
    }

    /// <summary>Maps the probes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        routes.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Tag) });
    }

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var path = options.Value.Kickstart;
        await kickstart.RunAsync(
            Marker,
            path ?? string.Empty,
            string.IsNullOrEmpty(path) ? null : () => KickstartReader.Parse(File.ReadAllText(path)),
            cancellationToken);
        foreach (var other in builtIn)
        {
            await kickstart.RunAsync(other.Marker, other.Name, other.Read, cancellationToken);
        }

        started = true;
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!started)
        {
            return HealthCheckResult.Unhealthy("The server is starting.");
        }

        await database.ReadAsync((db, token) => db.Markers.AnyAsync(token), cancellationToken);
        return HealthCheckResult.Healthy();
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
