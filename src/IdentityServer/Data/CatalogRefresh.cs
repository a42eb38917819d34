using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace IdentityServer.Data;

/// <summary>
/// Keeps the catalogs of this node in step with the database. The node that changed something calls <see cref="RefreshAsync"/>
/// before it answers; other nodes hear of it by PostgreSQL's NOTIFY, and look once a second in case a notice was lost.
/// </summary>
public sealed partial class CatalogRefresh(Database database, IEnumerable<ICatalog> catalogs, ILogger<CatalogRefresh> log) : BackgroundService
{
    /// <summary>The channel of NOTIFY.</summary>
    internal const string Channel = "identityserver_catalog";

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

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
        if (database is not PostgresDatabase)
        {
            return; // SQLite serves one process, which refreshes by itself.
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or IOException)
            {
                LogRefreshFailed(exception);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalogs could not be refreshed; trying again.")]
    private partial void LogRefreshFailed(Exception exception);
}
