using System.Diagnostics;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Keys;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Data;

/// <summary>What nodes that share a PostgreSQL database know of one another's changes.</summary>
public sealed class CatalogRefreshTests
{
    // The promise is a second; the machine that runs the tests may be busy.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    [PostgresFact]
    public async Task A_change_on_one_node_is_known_to_the_other_within_a_second()
    {
        await using var nodes = await TwoNodes.StartAsync();

        var made = await nodes.First.AddApplicationAsync();
        await WaitAsync(() => nodes.Second.Get<ApplicationCatalog>().Find(made.Id) is not null);

        await nodes.Second.Get<Database>().WriteAsync(
            async (db, token) =>
            {
                await db.Applications.Where(row => row.Id == made.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Active, false), token);
                await CatalogVersion.BumpAsync(db, token);
            },
            CancellationToken.None);
        await WaitAsync(() => nodes.First.Get<ApplicationCatalog>().Find(made.Id) is { Active: false });
    }

    [PostgresFact]
    public async Task A_node_whose_line_to_the_database_was_cut_hears_of_changes_again()
    {
        await using var nodes = await TwoNodes.StartAsync();
        await nodes.First.Get<Database>().WriteAsync(
            (db, token) => db.Database.ExecuteSqlRawAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", token),
            CancellationToken.None);

        var made = await nodes.First.AddApplicationAsync();

        await WaitAsync(() => nodes.Second.Get<ApplicationCatalog>().Find(made.Id) is not null);
    }

    [PostgresFact]
    public async Task Two_nodes_that_start_at_once_on_an_empty_database_agree()
    {
        await using var nodes = new TwoNodes();

        await Task.WhenAll(Task.Run(nodes.StartFirstAsync), Task.Run(() => nodes.StartSecondAsync()));

        await WaitAsync(() => nodes.First.Get<SigningKeyRing>().Document.ETag == nodes.Second.Get<SigningKeyRing>().Document.ETag);
        var keys = await nodes.First.ReadAsync(db => db.SigningKeys.Select(key => key.Algorithm).ToListAsync());
        Assert.Equal(["ES256", "RS256"], keys.Order(StringComparer.Ordinal));
        Assert.Equal(1, await nodes.First.ReadAsync(db => db.Tenants.CountAsync()));
    }

    private static async Task WaitAsync(Func<bool> known)
    {
        var clock = Stopwatch.StartNew();
        while (!known())
        {
            Assert.True(clock.Elapsed < Patience, "The other node does not know yet.");
            await Task.Delay(5);
        }
    }
}
