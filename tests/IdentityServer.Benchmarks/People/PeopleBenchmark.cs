using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using IdentityServer.ApiKeys;
using IdentityServer.Benchmarks.Load;
using IdentityServer.Data;
using IdentityServer.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Benchmarks.People;

/// <summary>
/// Imports people through the management API, fills the table up to a million, and looks for some of them by the beginning of their
/// e-mail address. Server and caller share a process, and the machine's cores.
/// </summary>
internal static class PeopleBenchmark
{
    private const int Imported = 100_000;
    private const int PerCall = 10_000;
    private const int InAll = 1_000_000;
    private const int Searches = 200;

    public static async Task<int> RunAsync()
    {
        Console.WriteLine($"| database | import of {Imported:n0} | people per second | search by prefix among {InAll:n0}: median | slowest of {Searches} |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        await MeasureAsync("SQLite", []);
        if (LoadDatabase.IsThere)
        {
            await using var database = await LoadDatabase.CreateAsync();
            await MeasureAsync("PostgreSQL", ["Database:Provider=postgres", "Database:ConnectionString=" + database.ConnectionString]);
        }

        return 0;
    }

    private static async Task MeasureAsync(string name, string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-bench-").FullName;
        try
        {
            string[] args = ["--urls=http://127.0.0.1:0", $"--IdentityServer:DataDirectory={folder}", .. settings.Select(setting => "--IdentityServer:" + setting)];
            await using var app = Server.Build(args, builder => builder.Logging.ClearProviders());
            await app.StartAsync();
            using var client = await NewClientAsync(app);
            var import = await ImportAsync(client);
            await FillAsync(app.Services.GetRequiredService<Database>());
            var searches = await SearchAsync(client);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {import.TotalSeconds:n1} s | {Imported / import.TotalSeconds:n0} | {searches[Searches / 2].TotalMilliseconds:n1} ms | {searches[^1].TotalMilliseconds:n1} ms |"));
            await app.StopAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<HttpClient> NewClientAsync(WebApplication app)
    {
        var created = await app.Services.GetRequiredService<Database>().WriteAsync(
            (db, token) => ApiKeyStore.CreateAsync(db, null, new ApiKeyInput(), DateTimeOffset.UtcNow, token), CancellationToken.None);
        if (created.Failed(out _, out var key))
        {
            throw new InvalidOperationException("The key was refused.");
        }

        await app.Services.GetRequiredService<CatalogRefresh>().RefreshAsync(CancellationToken.None);
        var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", key.Key);
        return client;
    }

    private static async Task<TimeSpan> ImportAsync(HttpClient client)
    {
        var bodies = Enumerable.Range(0, Imported).Chunk(PerCall).Select(people => string.Join(',', people.Select(number => $$"""
            {"email":"{{Email(number)}}","active":true,"firstName":"Ada","lastName":"Lovelace {{number}}","data":{"number":{{number}}},
             "encryptionScheme":"salted-pbkdf2-hmac-sha256","factor":24000,"salt":"MDEyMzQ1Njc4OWFiY2RlZg==","password":"K6YaLgRBKJpelUsGJ5mu2ksRTHw6gloH47MfpIIhjjE="}
            """))).ToList();
        var watch = Stopwatch.StartNew();
        foreach (var body in bodies)
        {
            using var content = new StringContent($$"""{"users":[{{body}}]}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync("/api/user/import", content);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                throw new InvalidOperationException("The import was refused: " + await answer.Content.ReadAsStringAsync());
            }
        }

        return watch.Elapsed;
    }

    // Copies of one row, which differ in id and address: through the API this would take minutes.
    private static Task FillAsync(Database database) => database.WriteAsync(
        async (db, token) =>
        {
            var sqlite = db.Database.IsSqlite();
            string[] own = ["Id", "Email", "EmailKey"];
            var others = string.Join(", ", db.Users.EntityType.GetProperties().Select(property => property.Name).Except(own).Select(column => $"\"{column}\""));
            var id = sqlite ? "randomblob(16)" : "gen_random_uuid()";
            var numbers = sqlite
                ? $"WITH RECURSIVE numbers(n) AS (SELECT {Imported} UNION ALL SELECT n + 1 FROM numbers WHERE n < {InAll - 1})"
                : $"WITH numbers(n) AS (SELECT generate_series({Imported}, {InAll - 1}))";
            var email = sqlite ? "printf('%06d', (n * 7919) % 1000000)" : "lpad(((n::bigint * 7919) % 1000000)::text, 6, '0')";
            db.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
#pragma warning disable EF1002 // Nothing in it comes from outside.
            await db.Database.ExecuteSqlRawAsync(
                $"""
                {numbers}
                INSERT INTO "Users" ("Id", "Email", "EmailKey", {others})
                SELECT {id}, 'person-' || {email} || '@example.com', 'person-' || {email} || '@example.com', {others}
                FROM numbers CROSS JOIN (SELECT * FROM "Users" WHERE "EmailKey" = '{Email(0)}') AS template
                """,
                token);
            await db.Database.ExecuteSqlRawAsync(sqlite ? "ANALYZE" : "ANALYZE \"Users\"", token);
#pragma warning restore EF1002
        },
        CancellationToken.None);

    private static async Task<List<TimeSpan>> SearchAsync(HttpClient client)
    {
        var times = new List<TimeSpan>(Searches);
        for (var search = -20; search < Searches; search++) // The first are for warming up.
        {
            // Four digits of six: a hundred people.
            var prefix = string.Create(CultureInfo.InvariantCulture, $"person-{(search + 20) * 37 % 10_000:0000}");
            var watch = Stopwatch.StartNew();
            var answer = await client.GetStringAsync($"/api/user/search?queryString=email:{prefix}*&sortFields[0].name=email");
            if (search >= 0)
            {
                times.Add(watch.Elapsed);
            }

            if (!answer.Contains("\"total\":100", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("The search did not find what is there: " + answer[^40..]);
            }
        }

        times.Sort();
        return times;
    }

    // Neighbours in number are far apart in the index, as people are who register one after another.
    private static string Email(int number) => string.Create(CultureInfo.InvariantCulture, $"person-{number * 7919L % InAll:000000}@example.com");
}
