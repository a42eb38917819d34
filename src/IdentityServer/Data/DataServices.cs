using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace IdentityServer.Data;

/// <summary>Registers the database, the key ring in it and the refresh of catalogs.</summary>
internal static class DataServices
{
    private const string SqliteFile = "identityserver.db";

    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddData(this IServiceCollection services)
    {
        services.AddSingleton(provider => Create(provider.GetRequiredService<IOptions<ServerOptions>>().Value));
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ServerOptions>>().Value;
            Directory.CreateDirectory(options.DataDirectory);
            return MasterKey.Load(options.MasterKey, options.DataDirectory);
        });
        services.AddSingleton<CatalogRefresh>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogRefresh>());
        services.AddSingleton<Pruning>();
        services.AddHostedService(provider => provider.GetRequiredService<Pruning>());
        services.AddDataProtection().SetApplicationName("IdentityServer");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
        {
            options.XmlRepository = new DataProtectionRepository(provider.GetRequiredService<Database>());
            options.XmlEncryptor = new MasterKeyXmlEncryptor(provider.GetRequiredService<MasterKey>());
        }));
        return services;
    }

    private static Database Create(ServerOptions options)
    {
        if (options.Database.Provider is DatabaseProvider.Postgres)
        {
            var postgres = new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql(options.Database.ConnectionString);
            return new PostgresDatabase(Configure(postgres).Options);
        }

        Directory.CreateDirectory(options.DataDirectory);
        var connectionString = new SqliteConnectionStringBuilder(options.Database.ConnectionString ?? string.Empty)
        {
            ForeignKeys = true,
            DefaultTimeout = 5, // Seconds that SQLite waits for a lock before it says "busy".
        };
        if (connectionString.DataSource.Length == 0)
        {
            connectionString.DataSource = Path.Combine(options.DataDirectory, SqliteFile);
        }

        var sqlite = new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite(connectionString.ConnectionString);
        return new SqliteDatabase(Configure(sqlite).Options, connectionString.ConnectionString);
    }

    private static DbContextOptionsBuilder<T> Configure<T>(DbContextOptionsBuilder<T> builder)
        where T : DbContext =>
        builder
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .EnableThreadSafetyChecks(false) // No context of ours is shared between threads; the check costs on hot paths.
            .ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.ManyServiceProvidersCreatedWarning, CoreEventId.SaveChangesFailed));
}
