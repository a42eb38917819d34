using System.Collections.Concurrent;
using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Hosting;
using IdentityServer.Registrations;
using IdentityServer.Tenants;
using IdentityServer.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Tests.Fixtures;

/// <summary>
/// The server that ships, on a port of its own, with a database of its own, a clock that the test moves and cheap password
/// hashes. Everything else is real.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    /// <summary>A password that every rule takes.</summary>
    public const string Password = "correct horse battery staple";

    private static readonly ConcurrentDictionary<DatabaseProvider, Lazy<Task<TestServer>>> Shared = new();

    private readonly string folder;
    private readonly string? postgres;
    private readonly WebApplication app;

    private TestServer(WebApplication app, TestClock clock, string folder, string? postgres)
    {
        (this.app, Clock, this.folder, this.postgres) = (app, clock, folder, postgres);
        Address = new Uri(app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
    }

    /// <summary>The server's clock.</summary>
    public TestClock Clock { get; }

    /// <summary>Where it listens, which is its issuer too unless a test sets <c>PublicUrl</c>.</summary>
    public Uri Address { get; }

    /// <summary>Its issuer (RFC 9207 §2): the public address.</summary>
    public string Issuer => Get<PublicAddress>().Value;

    /// <summary>Its services.</summary>
    public IServiceProvider Services => app.Services;

    /// <summary>A service of it.</summary>
    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <summary>Starts a server; <paramref name="settings"/> are such as <c>Sessions:IdleMinutes=5</c>.</summary>
    public static Task<TestServer> StartAsync(params string[] settings) => StartAsync(DatabaseProvider.Sqlite, null, settings);

    /// <summary>Starts a server on this database, with services replaced by <paramref name="configure"/>.</summary>
    public static async Task<TestServer> StartAsync(DatabaseProvider provider, Action<IServiceCollection>? configure = null, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-test-").FullName;
        var postgres = provider is DatabaseProvider.Postgres ? await TestDatabase.CreatePostgresAsync() : null;
        var clock = new TestClock();
        string[] args =
        [
            "--urls=http://127.0.0.1:0",
            $"--IdentityServer:DataDirectory={folder}",
            $"--IdentityServer:Database:Provider={provider}",
            .. postgres is null ? Array.Empty<string>() : [$"--IdentityServer:Database:ConnectionString={postgres}"],
            .. settings.Select(setting => "--IdentityServer:" + setting),
        ];
        var app = Server.Build(args, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 100);
            configure?.Invoke(builder.Services);
        });
        await app.StartAsync();
        return new TestServer(app, clock, folder, postgres);
    }

    /// <summary>
    /// A server that tests share which neither move the clock nor change what others rely on. It lives as long as the tests run.
    /// </summary>
    public static Task<TestServer> SharedAsync(DatabaseProvider provider = DatabaseProvider.Sqlite) =>
        Shared.GetOrAdd(provider, key => new Lazy<Task<TestServer>>(async () =>
        {
            var server = await StartAsync(key, null, "RateLimits:Enabled=false");
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Task.Run(async () => await server.DisposeAsync()).Wait(TimeSpan.FromSeconds(10));
            return server;
        })).Value;

    /// <summary>A client without cookies that follows no redirect.</summary>
    public HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };

    /// <summary>A browser with cookies of its own.</summary>
    public Browser NewBrowser() => new(Address);

    /// <summary>An address that nobody else has.</summary>
    public static string NewEmail() => $"user-{Guid.NewGuid():N}@example.com";

    /// <summary>Creates a person with <see cref="Password"/>, registered in <paramref name="application"/> if one is given.</summary>
    public async Task<User> AddUserAsync(string? email = null, Application? application = null, Func<NewUser, NewUser>? change = null)
    {
        var wanted = new NewUser { Email = email ?? NewEmail(), FullName = "Ada Lovelace", Password = Password };
        wanted = change?.Invoke(wanted) ?? wanted;
        if (application is null)
        {
            return (await Get<People>().CreateAsync(wanted, "test", CancellationToken.None)).Expect();
        }

        var registration = new NewRegistration { ApplicationId = application.Id };
        return (await Get<Registrar>().CreateAsync(wanted, registration, "test", CancellationToken.None)).Expect().User;
    }

    /// <summary>
    /// Creates an application as an admin would. Its secret, if it has one, is <paramref name="secret"/>; roles with a star at
    /// their end are default roles.
    /// </summary>
    public async Task<Application> AddApplicationAsync(
        Func<ApplicationSettings, ApplicationSettings>? change = null, string? secret = null, params string[] roles)
    {
        var id = Guid.CreateVersion7();
        var settings = new ApplicationSettings();
        settings = change?.Invoke(settings) ?? settings;
        var now = Clock.GetUtcNow();
        var stored = new StoredApplication
        {
            Id = id,
            TenantId = Get<TenantCatalog>().Default.Id,
            ClientId = id.ToString(),
            Name = "Application " + id,
            Settings = JsonSerializer.Serialize(settings, ApplicationSettings.Json),
            CreatedAt = now,
            UpdatedAt = now,
            Roles = [.. roles.Select(role => new StoredRole { Id = Guid.CreateVersion7(), ApplicationId = id, Name = role.TrimEnd('*'), IsDefault = role.EndsWith('*'), CreatedAt = now, UpdatedAt = now })],
            Secrets = secret is null ? [] : [new StoredClientSecret { Id = Guid.CreateVersion7(), ApplicationId = id, Hash = Application.HashSecret(secret), CreatedAt = now }],
        };
        await Get<Database>().WriteAsync(
            async (db, token) =>
            {
                db.Applications.Add(stored);
                await CatalogVersion.BumpAsync(db, token);
            },
            CancellationToken.None);
        await Get<CatalogRefresh>().RefreshAsync(CancellationToken.None);
        return Get<ApplicationCatalog>().Find(id)!;
    }

    /// <summary>Deactivates an application as an admin would.</summary>
    public async Task DeactivateAsync(Application application)
    {
        await Get<Database>().WriteAsync(
            async (db, token) =>
            {
                await db.Applications.Where(row => row.Id == application.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Active, false), token);
                await CatalogVersion.BumpAsync(db, token);
            },
            CancellationToken.None);
        await Get<CatalogRefresh>().RefreshAsync(CancellationToken.None);
    }

    /// <summary>Deactivates a person as an admin would.</summary>
    public async Task DeactivateAsync(User user) => Assert.True(await Get<People>().DeactivateAsync(user.Id, "test", CancellationToken.None));

    /// <summary>Notes that a person allowed an application something in a session.</summary>
    public async Task<Authorization> AddAuthorizationAsync(User user, Application application, Guid sessionId)
    {
        var now = Clock.GetUtcNow();
        var authorization = new Authorization
        {
            Id = Guid.CreateVersion7(),
            TenantId = user.TenantId,
            UserId = user.Id,
            ApplicationId = application.Id,
            SessionId = sessionId,
            Scopes = "openid",
            AuthenticatedAt = now,
            Amr = "pwd",
            CreatedAt = now,
            ExpiresAt = now.AddDays(30),
        };
        await Get<Database>().WriteAsync(
            (db, _) =>
            {
                db.Authorizations.Add(authorization);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return authorization;
    }

    /// <summary>What the database says.</summary>
    public Task<T> ReadAsync<T>(Func<ServerDbContext, Task<T>> read) => Get<Database>().ReadAsync((db, _) => read(db), CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        if (postgres is not null)
        {
            await TestDatabase.DropPostgresAsync(postgres);
        }

        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Says what went wrong where a test only wants the value.</summary>
public static class FieldResultExtensions
{
    public static T Expect<T>(this FieldResult<T> result)
        where T : class =>
        result.Failed(out var errors, out var value) ? throw new InvalidOperationException("Refused: " + string.Join(", ", errors.Codes())) : value;

    public static FieldErrors ExpectErrors<T>(this FieldResult<T> result)
        where T : class =>
        result.Failed(out var errors, out _) ? errors : throw new InvalidOperationException("It was not refused.");

    public static IEnumerable<string> Codes(this FieldErrors errors) => errors.Fields.Concat(errors.General).Select(error => error.Code);
}
