using Npgsql;

namespace IdentityServer.Benchmarks.Load;

/// <summary>A PostgreSQL database of the load test's own, which goes when it is over.</summary>
internal sealed class LoadDatabase : IAsyncDisposable
{
    private static readonly string? Server = Environment.GetEnvironmentVariable("IDENTITYSERVER_TEST_POSTGRES");

    private readonly string name = "load_" + Guid.NewGuid().ToString("N");

    private LoadDatabase()
    {
    }

    public static bool IsThere => Server is not null;

    public string ConnectionString => new NpgsqlConnectionStringBuilder(Server) { Database = name }.ConnectionString;

    public static async Task<LoadDatabase> CreateAsync()
    {
        var database = new LoadDatabase();
        await ExecuteAsync($"CREATE DATABASE {database.name}");
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Server);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The name is made above.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
