using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Keys;
using IdentityServer.Tenants;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>What happens before the first request: the database is brought up to date, keys are made, catalogs are loaded.</summary>
internal sealed class Startup(
    IOptions<ServerOptions> options,
    Database database,
    MasterKey masterKey,
    TenantCatalog tenants,
    SigningKeyRing keys,
    CatalogRefresh catalogs,
    PublicAddress address,
    TimeProvider clock) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Database.AutoMigrate)
        {
            await DatabaseSetup.MigrateAsync(database, cancellationToken);
        }
        else
        {
            await DatabaseSetup.RequireCurrentAsync(database, cancellationToken);
        }

        await DatabaseSetup.RequireMasterKeyAsync(database, masterKey, cancellationToken);
        await tenants.EnsureDefaultAsync(cancellationToken);
        await keys.EnsureKeysAsync(cancellationToken);
        await catalogs.RefreshAsync(cancellationToken);
        await AdminApplication.EnsureAsync(database, tenants.Default, clock.GetUtcNow(), cancellationToken);
        await catalogs.RefreshAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _ = address.Value; // Stops the start if the server listens where it must not.
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
