using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IdentityServer.Data;

/// <summary>
/// Keeps the catalogs of this node in step with the database. The node that changed something calls <see cref="RefreshAsync"/>
/// before it answers; other nodes hear of it by PostgreSQL's NOTIFY, and look once a second in case a notice was lost. On SQLite there
/// are no other nodes, but commands, which are processes of their own: there it looks once a second too.
/// </summary>
public sealed class CatalogRefresh(Database database, IEnumerable<ICatalog> catalogs, ILogger<CatalogRefresh> log) : BackgroundService
{
    /// <summary>The channel of NOTIFY.</summary>
    internal const string Channel = "identityserver_catalog";

    /// <summary>How often every node looks: after this long, all that serve know of a change.</summary>
    internal static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim gate = new(1, 1);
    private long loaded = -1;

    /// <summary>Reloads the catalogs if the database has moved on. When it returns, they hold every change committed before the call.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var version = await database.ReadAsync(CatalogVersion.ReadAsync, cancellation);
            if (version == loaded)
            {
                return;
            }

            foreach (var catalog in catalogs)
            {
                await catalog.LoadAsync(cancellation);
            }

            loaded = version;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        gate.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await (database is PostgresDatabase ? ListenAsync(stoppingToken) : LookAsync(stoppingToken));
            }
#pragma warning disable CA1031 // Whatever it was: a node that stopped listening would serve withdrawn secrets for ever.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                log.RefreshFailed(exception);
                await Task.Delay(Poll, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        await using var db = database.Open();
        await db.Database.OpenConnectionAsync(stopping);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await db.Database.ExecuteSqlRawAsync("LISTEN " + Channel, stopping);
        while (true)
        {
            await RefreshAsync(stopping);
            await connection.WaitAsync(Poll, stopping);
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        while (true)
        {
            await RefreshAsync(stopping);
            await Task.Delay(Poll, stopping);
        }
    }
}
