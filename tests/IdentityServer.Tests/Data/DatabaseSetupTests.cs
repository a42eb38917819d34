using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Data;

public sealed class DatabaseSetupTests
{
    [Theory, OnEachDatabase]
    public async Task The_migrations_make_what_the_model_says(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        await using var db = server.Get<Database>().Open();

        Assert.NotEmpty(await db.Database.GetAppliedMigrationsAsync());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Theory, OnEachDatabase]
    public async Task A_database_of_a_newer_server_is_refused(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        await ExecuteAsync(server, """INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('29990101000000_Later', '99.0')""");

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => DatabaseSetup.MigrateAsync(server.Get<Database>(), CancellationToken.None));

        Assert.Equal("The database was written by a newer server (migration 29990101000000_Later). Start that version, or restore a backup.", refusal.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(() => DatabaseSetup.RequireCurrentAsync(server.Get<Database>(), CancellationToken.None));
    }

    [Theory, OnEachDatabase]
    public async Task An_older_database_is_refused_where_the_server_may_not_migrate_it(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        await DatabaseSetup.RequireCurrentAsync(server.Get<Database>(), CancellationToken.None);
        await ExecuteAsync(server, """DELETE FROM "__EFMigrationsHistory" """);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => DatabaseSetup.RequireCurrentAsync(server.Get<Database>(), CancellationToken.None));

        Assert.StartsWith("The database is older than this server.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lock_of_a_process_that_was_killed_while_it_migrated_stops_nobody()
    {
        await using var server = await TestServer.StartAsync();
        await ExecuteAsync(server, """CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL)""");
        await ExecuteAsync(server, """INSERT OR REPLACE INTO "__EFMigrationsLock" VALUES (1, '2020-01-01')""");

        await DatabaseSetup.MigrateAsync(server.Get<Database>(), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory, OnEachDatabase]
    public async Task Several_may_migrate_at_once(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => DatabaseSetup.MigrateAsync(server.Get<Database>(), CancellationToken.None))));
    }

    [Fact]
    public async Task The_start_names_the_SQLite_that_it_took()
    {
        using var lines = new LogLines();
        await using var server = await TestServer.StartAsync(DatabaseProvider.Sqlite, lines.Listen);

        Assert.Matches(@"SQLite 3\.\d+\.\d+ from (libsqlite3\.so\.0|e_sqlite3)\.", lines.ToString());
        Assert.Equal(SqliteBinding.Version, await server.ReadAsync(db => db.Database.SqlQuery<string>($"SELECT sqlite_version() AS \"Value\"").SingleAsync()));
    }

    [Theory]
    [InlineData("10.0.12+95017c711e6afc1085133d440e42b4bd78155701", true)]
    [InlineData("10.0.7", true)]
    [InlineData("11.0.0-preview.1+abc", true)]
    [InlineData("10.0.6+abc", false)]
    [InlineData("10.0.0", false)]
    [InlineData("9.0.20", false)]
    [InlineData("", false)]
    [InlineData("main", false)]
    public void A_framework_with_a_known_hole_stops_the_start(string version, bool suffices) =>
        Assert.Equal(suffices, DataProtectionVersion.Suffices(version));

    private static Task<int> ExecuteAsync(TestServer server, string sql) =>
        server.Get<Database>().WriteAsync((db, token) => db.Database.ExecuteSqlRawAsync(sql, token), CancellationToken.None);
}
