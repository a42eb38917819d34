using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Tokens;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Data;

/// <summary>What every write may rely on, on both databases.</summary>
public sealed class WriteTests
{
    private static readonly DateTimeOffset End = DateTimeOffset.FromUnixTimeSeconds(4_000_000_000);

    [Theory, OnEachDatabase]
    public async Task A_write_that_returned_is_seen_by_every_reader(DatabaseProvider provider)
    {
        var database = (await TestServer.SharedAsync(provider)).Get<Database>();
        var id = Guid.NewGuid();

        await database.WriteAsync((db, _) => Add(db, id), CancellationToken.None);

        Assert.True(await ExistsAsync(database, id));
    }

    [Theory, OnEachDatabase]
    public async Task A_write_that_throws_leaves_nothing(DatabaseProvider provider)
    {
        var database = (await TestServer.SharedAsync(provider)).Get<Database>();
        var (added, saved, updated) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await database.WriteAsync((db, _) => Add(db, updated), CancellationToken.None);

        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => database.WriteAsync(
            async (db, token) =>
            {
                await Add(db, saved);
                await db.SaveChangesAsync(token);
                await db.RevokedAccessTokens.Where(row => row.Id == updated).ExecuteDeleteAsync(token);
                await Add(db, added);
                throw new TimeZoneNotFoundException();
            },
            CancellationToken.None));

        Assert.False(await ExistsAsync(database, saved));
        Assert.False(await ExistsAsync(database, added));
        Assert.True(await ExistsAsync(database, updated));
    }

    [Theory, OnEachDatabase]
    public async Task A_write_that_fails_takes_no_other_with_it(DatabaseProvider provider)
    {
        var database = (await TestServer.SharedAsync(provider)).Get<Database>();
        var taken = Guid.NewGuid();
        await database.WriteAsync((db, _) => Add(db, taken), CancellationToken.None);
        var ids = Enumerable.Range(0, 90).Select(_ => Guid.NewGuid()).ToArray();

        // All at once, so that on SQLite they share commits: every third throws, every third violates the key.
        var outcomes = await Task.WhenAll(ids.Select((id, number) => Task.Run(async () =>
        {
            try
            {
                await database.WriteAsync(
                    async (db, token) =>
                    {
                        await Add(db, id);
                        await db.SaveChangesAsync(token);
                        await (number % 3 == 1 ? throw new TimeZoneNotFoundException() : number % 3 == 2 ? Add(db, taken) : Task.CompletedTask);
                    },
                    CancellationToken.None);
                return "done";
            }
            catch (Exception exception) when (exception is TimeZoneNotFoundException || DatabaseErrors.IsDuplicate(exception, out _))
            {
                return exception is TimeZoneNotFoundException ? "thrown" : "duplicate";
            }
        })));

        Assert.Equal(ids.Select((_, number) => (string[])["done", "thrown", "duplicate"] is var all ? all[number % 3] : ""), outcomes);
        foreach (var (id, number) in ids.Select((id, number) => (id, number)))
        {
            Assert.Equal(number % 3 == 0, await ExistsAsync(database, id));
        }
    }

    [Theory, OnEachDatabase]
    public async Task A_write_whose_caller_went_away_leaves_nothing(DatabaseProvider provider)
    {
        var database = (await TestServer.SharedAsync(provider)).Get<Database>();
        var id = Guid.NewGuid();
        using var gone = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.WriteAsync(
            async (db, token) =>
            {
                await Add(db, id);
                await db.SaveChangesAsync(token);
                await gone.CancelAsync();
                token.ThrowIfCancellationRequested();
            },
            gone.Token));

        Assert.False(await ExistsAsync(database, id));
    }

    [Theory, OnEachDatabase]
    public async Task A_conditional_update_succeeds_for_one_of_many(DatabaseProvider provider)
    {
        var database = (await TestServer.SharedAsync(provider)).Get<Database>();
        var id = Guid.NewGuid();
        await database.WriteAsync((db, _) => Add(db, id), CancellationToken.None);

        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => database.WriteAsync(
            (db, token) => db.RevokedAccessTokens.Where(row => row.Id == id && row.ExpiresAt == End)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.ExpiresAt, End.AddSeconds(1)), token),
            CancellationToken.None))));

        Assert.Equal(1, counts.Sum());
    }

    [Fact]
    public async Task A_database_that_cannot_be_opened_says_so_at_once_and_serves_when_it_is_back()
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-test-").FullName;
        var away = Path.Combine(folder, "away");
        var connection = $"Data Source={Path.Combine(away, "identityserver.db")}";
        await using (var database = new SqliteDatabase(new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite(connection).Options, connection))
        {
            var writes = Enumerable.Range(0, 10).Select(_ => database.WriteAsync((db, _) => Add(db, Guid.NewGuid()), CancellationToken.None)).ToArray();
            foreach (var write in writes)
            {
                var failure = await Record.ExceptionAsync(() => write.WaitAsync(TimeSpan.FromSeconds(10)));
                Assert.True(failure is not null && DatabaseErrors.IsUnavailable(failure), $"It said: {failure}");
            }

            Directory.CreateDirectory(away);
            await DatabaseSetup.MigrateAsync(database, CancellationToken.None);
            var id = Guid.NewGuid();
            await database.WriteAsync((db, _) => Add(db, id), CancellationToken.None);
            Assert.True(await ExistsAsync(database, id));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_database_that_another_process_holds_says_so_within_seconds()
    {
        await using var server = await TestServer.StartAsync();
        await using var other = server.Get<Database>().Open();
        await other.Database.OpenConnectionAsync();
        await other.Database.ExecuteSqlRawAsync("BEGIN IMMEDIATE");

        var failure = await Record.ExceptionAsync(
            () => server.Get<Database>().WriteAsync((db, _) => Add(db, Guid.NewGuid()), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.True(failure is not null && DatabaseErrors.IsUnavailable(failure), $"It said: {failure}");
        await other.Database.ExecuteSqlRawAsync("ROLLBACK");
        await server.Get<Database>().WriteAsync((db, _) => Add(db, Guid.NewGuid()), CancellationToken.None);
    }

    private static Task Add(ServerDbContext db, Guid id)
    {
        db.RevokedAccessTokens.Add(new RevokedAccessToken { Id = id, ExpiresAt = End });
        return Task.CompletedTask;
    }

    private static Task<bool> ExistsAsync(Database database, Guid id) =>
        database.ReadAsync((db, token) => db.RevokedAccessTokens.AnyAsync(row => row.Id == id, token), CancellationToken.None);
}
