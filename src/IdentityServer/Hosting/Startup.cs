using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Forms;
using IdentityServer.Keys;
using IdentityServer.Tenants;
using IdentityServer.Themes;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>What happens before the first request: the database is brought up to date, keys are made, catalogs and themes are loaded.</summary>
internal sealed class Startup(
    IOptions<ServerOptions> options,
    Database database,
    MasterKey masterKey,
    TenantCatalog tenants,
    SigningKeyRing keys,
    CatalogRefresh catalogs,
    PublicAddress address,
    IServiceProvider services,
    TimeProvider clock) : IHostedLifecycleService
{
    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        DataProtectionVersion.Require();

        if (database.IsNew)
        {
            keys.Prepare();
        }

        // Templates are checked on another core meanwhile; a broken theme stops the start.
        var themes = Task.Run(services.GetRequiredService<ThemeCatalog>, cancellationToken);
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
        if (options.Value.PublicUrl is not null)
        {
            await EnsureAccountApplicationAsync(cancellationToken);
        }

        await ShippedFields.EnsureAsync(database, clock.GetUtcNow(), cancellationToken);
        await catalogs.RefreshAsync(cancellationToken);
        await themes;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        _ = address.Value; // Stops the start if the server listens where it must not.
        if (options.Value.PublicUrl is null)
        {
            await EnsureAccountApplicationAsync(cancellationToken); // Only now is the address known.
            await catalogs.RefreshAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task EnsureAccountApplicationAsync(CancellationToken cancellation) =>
        AccountApplication.EnsureAsync(database, tenants.Default, address.Url(Paths.AccountSignedIn), clock.GetUtcNow(), cancellation);
}
