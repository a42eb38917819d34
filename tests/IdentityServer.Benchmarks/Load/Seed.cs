using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Hosting;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Tenants;
using IdentityServer.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Benchmarks.Load;

/// <summary>What a load test needs in the database: two applications that differ in the algorithm of their ID tokens, and a person.</summary>
internal static class Seed
{
    public const string Secret = "a secret that only the load test uses";
    public const string Email = "load@example.com";
    public const string Password = "correct horse battery staple";
    public const string RedirectUri = "https://client.example/callback";

    public const string EcdsaClient = "es256";
    public const string RsaClient = "rs256";

    public static async Task RunAsync(string folder, IEnumerable<string> settings)
    {
        string[] args = ["--urls=http://127.0.0.1:0", $"--IdentityServer:DataDirectory={folder}", .. settings.Select(setting => "--IdentityServer:" + setting)];
        await using var app = Server.Build(args, builder => builder.Logging.ClearProviders());
        await app.StartAsync();
        var services = app.Services;
        var tenant = services.GetRequiredService<TenantCatalog>().Default.Id;
        await services.GetRequiredService<Database>().WriteAsync(
            async (db, token) =>
            {
                db.Applications.Add(NewApplication(tenant, EcdsaClient, "ES256"));
                db.Applications.Add(NewApplication(tenant, RsaClient, "RS256"));
                await CatalogVersion.BumpAsync(db, token);
            },
            CancellationToken.None);
        await services.GetRequiredService<CatalogRefresh>().RefreshAsync(CancellationToken.None);

        var registrar = services.GetRequiredService<Registrar>();
        var applications = services.GetRequiredService<ApplicationCatalog>();
        var person = new NewUser { Email = Email, FullName = "Ada Lovelace", Password = Password };
        var first = new NewRegistration { ApplicationId = applications.Find(EcdsaClient)!.Id };
        if ((await registrar.CreateAsync(person, first, "load test", CancellationToken.None)).Failed(out var errors, out var registered))
        {
            throw new InvalidOperationException("The person was refused: " + string.Join(", ", errors.Fields.Select(error => error.Code)));
        }

        var second = new NewRegistration { ApplicationId = applications.Find(RsaClient)!.Id };
        await registrar.CreateAsync(registered.User.Id, second, "load test", CancellationToken.None);
        await app.StopAsync();
    }

    private static StoredApplication NewApplication(Guid tenant, string clientId, string algorithm)
    {
        var id = Guid.CreateVersion7();
        var now = DateTimeOffset.UtcNow;
        var settings = new ApplicationSettings
        {
            OauthConfiguration = new()
            {
                AuthorizedRedirectUrls = [RedirectUri],
                EnabledGrants = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken, GrantTypes.ClientCredentials],
            },
            ClientMetadata = new() { IdTokenSignedResponseAlg = algorithm },
        };
        return new StoredApplication
        {
            Id = id,
            TenantId = tenant,
            ClientId = clientId,
            Name = clientId,
            Settings = JsonSerializer.Serialize(settings, ApplicationSettings.Json),
            CreatedAt = now,
            UpdatedAt = now,
            Roles = [new StoredRole { Id = Guid.CreateVersion7(), ApplicationId = id, Name = "member", IsDefault = true, CreatedAt = now, UpdatedAt = now }],
            Secrets = [new StoredClientSecret { Id = Guid.CreateVersion7(), ApplicationId = id, Hash = Application.HashSecret(Secret), CreatedAt = now }],
        };
    }
}
