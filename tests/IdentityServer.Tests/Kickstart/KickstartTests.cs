using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Hosting;
using IdentityServer.Tests.Api;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityServer.Tests.Kickstart;

public sealed class KickstartTests : IDisposable
{
    private const string Key = "kickstart-key-0123456789";

    private readonly string folder = Directory.CreateTempSubdirectory("kickstart-test-").FullName;

    private string File => Path.Combine(folder, "kickstart.json");

    private string Data => Path.Combine(folder, "data");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, OnEachDatabase]
    public async Task A_file_sets_up_an_empty_database(DatabaseProvider provider)
    {
        Environment.SetEnvironmentVariable("KICKSTART_TEST_NAME", "From \"outside\"");
        Write("""
            {
              // Comments are welcome.
              "variables": { "application": "#{UUID()}", "email": "#{user}@example.com", "password": "correct horse battery staple" },
              "apiKeys": [
                { "key": "kickstart-key-0123456789", "description": "everything" },
                { "key": "limited-key-0123456789", "permissions": { "endpoints": { "/api/user": ["GET"] } } },
              ],
              "requests": [
                { "method": "POST", "url": "/api/application/#{application}", "tenantId": "#{DEFAULT_TENANT_ID}",
                  "body": { "application": { "name": "#{ENV.KICKSTART_TEST_NAME}", "roles": [{ "name": "buyer" }], "data": { "#{application}": "#{UUID()}" } } } },
                { "method": "POST", "url": "/api/user/registration/#{UUID()}",
                  "body": { "user": { "email": "#{email}", "password": "#{password}" }, "registration": { "applicationId": "#{application}" } } }
              ]
            }
            """.Replace("#{user}", "ada", StringComparison.Ordinal));
        await using var server = await TestServer.StartAsync(provider, null, $"Kickstart={File}");
        var api = server.ApiWith(Key);

        var user = (await api.GetAsync("/api/user?email=ada@example.com")).Expect("user");
        var application = (await api.GetAsync($"/api/application/{user["registrations"]![0]!["applicationId"]}")).Expect("application");

        Assert.Equal("From \"outside\"", application["name"]!.GetValue<string>());
        var (name, id) = Assert.Single(application["data"]!.AsObject());
        Assert.Equal(application["id"]!.GetValue<string>(), name);
        Assert.NotEqual(name, id!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.ApiWith("limited-key-0123456789").GetAsync("/api/application")).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.NewClient().GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task A_file_is_carried_out_once_per_database()
    {
        WriteRequests("""{ "method": "POST", "url": "/api/application", "body": { "application": { "name": "Once" } } }""");
        await StartAndStopAsync();
        WriteRequests("""{ "method": "POST", "url": "/api/application", "body": { "application": { "name": "Twice" } } }""");
        await StartAndStopAsync();

        Assert.Equal(["Once"], await NamesAsync());
    }

    [Fact]
    public async Task A_database_that_was_started_without_a_file_is_not_empty()
    {
        await StartAndStopAsync();
        WriteRequests("""{ "method": "POST", "url": "/api/application", "body": { "application": { "name": "Late" } } }""");
        await StartAndStopAsync();

        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task A_refused_request_stops_the_start_and_the_next_start_goes_on_with_it()
    {
        const string First = """{ "method": "POST", "url": "/api/application/#{UUID()}", "body": { "application": { "name": "First" } } }""";
        WriteRequests(First, """{ "method": "POST", "url": "/api/application/#{UUID()}", "body": { "application": { "name": "" } } }""");

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(StartAndStopAsync);

        Assert.Contains("request 2 of 2, POST /api/application/", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("answered with 400", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("[blank]application.name", refusal.Message, StringComparison.Ordinal);
        WriteRequests(First, """{ "method": "POST", "url": "/api/application/#{UUID()}", "body": { "application": { "name": "Second" } } }""");
        await StartAndStopAsync();
        Assert.Equal(["First", "Second"], await NamesAsync());
    }

    [Fact]
    public async Task A_request_whose_note_was_lost_counts_as_done_when_it_is_a_duplicate()
    {
        const string First = """{ "method": "POST", "url": "/api/application/#{UUID()}", "body": { "application": { "name": "First" } } }""";
        WriteRequests(First, First);
        await Assert.ThrowsAsync<InvalidDataException>(StartAndStopAsync);
        await using (var app = Build())
        {
            await app.Services.GetRequiredService<Database>().WriteAsync(
                (db, token) => db.Markers.Where(row => row.Name == "kickstart").ExecuteUpdateAsync(set => set.SetProperty(row => row.Value, 0), token), default);
        }

        WriteRequests(First, """{ "method": "POST", "url": "/api/application", "body": { "application": { "name": "Second" } } }""");
        await StartAndStopAsync();

        Assert.Equal(["First", "Second"], await NamesAsync());
    }

    [Theory]
    [InlineData("""{ "requests": [{ "method": "POST", "url": "/api/application/#{nowhere}", "body": {} }] }""", "there is no variable 'nowhere'")]
    [InlineData("""{ "requests": [{ "method": "POST", "url": "/api/x/#{ENV.NOT_SET_ANYWHERE}", "body": {} }] }""", "the environment variable NOT_SET_ANYWHERE is not set")]
    [InlineData("""{ "requests": [{ "method": "GET", "url": "/api/user" }] }""", "requests[0].method is not one of")]
    [InlineData("""{ "requests": [{ "method": "POST", "url": "/oauth2/token" }] }""", "requests[0].url does not start with /api/")]
    [InlineData("""{ "apiKeys": [{ "description": "no key" }] }""", "apiKeys[0].key is missing")]
    [InlineData("""{ "apiKeys": [{ "key": "short" }] }""", "apiKeys[0], apiKey.key: A key has at least")]
    [InlineData("""{ "apiKeys": [{ "key": "the-same-key-0123456789" }, { "key": "the-same-key-0123456789" }] }""", "apiKeys[1], apiKey.key: The key is taken")]
    [InlineData("""{ "apiKeys": {} }""", "apiKeys is not a list")]
    [InlineData("""{ "requests": [ """, "it is not valid JSON")]
    [InlineData("""[]""", "it is not a JSON object")]
    public async Task A_mistake_in_the_file_is_told_and_leaves_nothing_behind(string file, string message)
    {
        Write(file);

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(StartAndStopAsync);

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        await using var app = Build();
        Assert.Equal(0, await app.Services.GetRequiredService<Database>().ReadAsync((db, token) => db.ApiKeys.CountAsync(token), default));
    }

    [Fact]
    public async Task The_server_lives_before_it_is_ready()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.NewClient();

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task The_demo_is_a_kickstart_that_follows_its_sample_client()
    {
        var credentials = DemoCredentials.Load(folder);
        var setup = new DemoSetup(credentials, "http://localhost:5000");
        await using var server = await TestServer.StartAsync(
            DatabaseProvider.Sqlite, services => services.AddSingleton(new BuiltInKickstart("demo", "of the demo", setup.Kickstart)));
        var applications = server.Get<ApplicationCatalog>();
        var application = applications.Find(DemoSetup.ClientId)!;

        Assert.True(application.IsSecret(credentials.ClientSecret));
        Assert.True(application.AllowsRegistration);
        Assert.Empty(setup.Corrections(applications));

        var moved = new DemoSetup(new DemoCredentials("another-secret-0123456789", "another fine password"), "http://localhost:5001");
        foreach (var correction in moved.Corrections(applications).ToList())
        {
            var (status, body) = await server.Get<InProcess>().SendAsync(correction, default);
            Assert.True(status == 200, body);
        }

        Assert.Empty(moved.Corrections(applications));
        Assert.Contains("http://localhost:5001/callback", applications.Find(DemoSetup.ClientId)!.Settings.OauthConfiguration.AuthorizedRedirectUrls);
    }

    [Fact]
    public void The_secrets_of_the_demo_are_made_once_and_are_nobody_elses_to_read()
    {
        var first = DemoCredentials.Load(folder);

        Assert.Equal(first, DemoCredentials.Load(folder));
        Assert.NotEqual(first, DemoCredentials.Load(Path.Combine(folder, "other")));
        Assert.Matches("^([a-z2-9]{4}-){3}[a-z2-9]{4}$", first.Password);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(DemoCredentials.PathIn(folder)));
        }
    }

    private void Write(string json) => System.IO.File.WriteAllText(File, json);

    private void WriteRequests(params string[] requests) => Write($$"""{ "requests": [{{string.Join(',', requests)}}] }""");

    private Microsoft.AspNetCore.Builder.WebApplication Build()
    {
        string[] kickstart = System.IO.File.Exists(File) ? [$"--IdentityServer:Kickstart={File}"] : [];
        return Server.Build(["--urls=http://127.0.0.1:0", $"--IdentityServer:DataDirectory={Data}", "--Logging:LogLevel:Default=None", .. kickstart]);
    }

    private async Task StartAndStopAsync()
    {
        await using var app = Build();
        await app.StartAsync();
        await app.StopAsync();
    }

    private async Task<List<string>> NamesAsync()
    {
        await using var app = Build();
        return await app.Services.GetRequiredService<Database>().ReadAsync(
            (db, token) => db.Applications.Where(row => row.Id != AdminApplication.Id && row.Id != AccountApplication.Id).OrderBy(row => row.Name).Select(row => row.Name).ToListAsync(token), default);
    }
}
