using System.Data.Common;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;

namespace IdentityServer.Data;

/// <summary>Registers the database, the key ring in it and the refresh of catalogs.</summary>
internal static class DataServices
{
    private const string SqliteFile = "identityserver.db";

    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddData(this IServiceCollection services)
    {
        services.AddSingleton(provider => Create(
            provider.GetRequiredService<IOptions<ServerOptions>>().Value, provider.GetRequiredService<ILogger<Database>>()));
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<ServerOptions>>().Value;
            OwnerOnly.CreateDirectory(options.DataDirectory);
            return MasterKey.Load(options.MasterKey, options.DataDirectory);
        });
        services.AddSingleton<CatalogRefresh>();
        services.AddHostedService(provider => provider.GetRequiredService<CatalogRefresh>());
        services.AddDataProtection().SetApplicationName("IdentityServer");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
        {
            options.XmlRepository = new DataProtectionRepository(provider.GetRequiredService<Database>());
            options.XmlEncryptor = new MasterKeyXmlEncryptor(provider.GetRequiredService<MasterKey>());
        }));
        return services;
    }

    private static Database Create(ServerOptions options, ILogger log)
    {
        if (options.Database.Provider is DatabaseProvider.Postgres)
        {
            var postgres = new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql(WithDefaults(options.Database.ConnectionString));
            return new PostgresDatabase(Configure(postgres).Options);
        }

        log.SqliteTaken(SqliteBinding.Version, SqliteBinding.Source);
        OwnerOnly.CreateDirectory(options.DataDirectory);
        var connectionString = new SqliteConnectionStringBuilder(options.Database.ConnectionString ?? string.Empty)
        {
            ForeignKeys = true,
            DefaultTimeout = 5, // Seconds that SQLite waits for a lock before it says "busy".
        };
        if (connectionString.DataSource.Length == 0)
        {
            connectionString.DataSource = Path.Combine(options.DataDirectory, SqliteFile);
        }

        // SQLite gives its journal files the mode of the database file.
        OwnerOnly.SecureFile(connectionString.DataSource);
        var sqlite = new DbContextOptionsBuilder<SqliteDbContext>().UseSqlite(connectionString.ConnectionString);
        return new SqliteDatabase(Configure(sqlite).Options, connectionString.ConnectionString);
    }

    // Whoever waits for a database that is gone hears of it within seconds, and statements that come often are parsed and planned
    // once, unless the operator wants it otherwise.
    private static string WithDefaults(string? connectionString)
    {
        var set = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.Timeout = set.ContainsKey("Timeout") ? settings.Timeout : 5;
        settings.CommandTimeout = set.ContainsKey("Command Timeout") || set.ContainsKey("CommandTimeout") ? settings.CommandTimeout : 10;
        settings.MaxAutoPrepare = set.ContainsKey("Max Auto Prepare") || set.ContainsKey("MaxAutoPrepare") ? settings.MaxAutoPrepare : 100;
        return settings.ConnectionString;
    }

    private static DbContextOptionsBuilder<T> Configure<T>(DbContextOptionsBuilder<T> builder)
        where T : DbContext =>
        builder
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .EnableThreadSafetyChecks(false) // No context of ours is shared between threads; the check costs on hot paths.
            .ConfigureWarnings(warnings => warnings.Ignore(
                CoreEventId.ManyServiceProvidersCreatedWarning,
                CoreEventId.SaveChangesFailed,
                RelationalEventId.PendingModelChangesWarning)); // A test looks for them, so that not every start has to.
}
