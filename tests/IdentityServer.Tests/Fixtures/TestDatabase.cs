using System.Reflection;
using Npgsql;
using Xunit.Sdk;

namespace IdentityServer.Tests.Fixtures;

/// <summary>
/// Runs a theory once on each database that is there: always on SQLite, and on PostgreSQL where the environment variable
/// <c>IDENTITYSERVER_TEST_POSTGRES</c> holds the connection string of somebody who may create databases. The test command sets it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnEachDatabaseAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        yield return [DatabaseProvider.Sqlite];
        if (TestDatabase.Postgres is not null)
        {
            yield return [DatabaseProvider.Postgres];
        }
    }
}

/// <summary>Databases of tests: a file in the server's own folder, or one of its own on the PostgreSQL server.</summary>
public static class TestDatabase
{
    public static string? Postgres { get; } = Environment.GetEnvironmentVariable("IDENTITYSERVER_TEST_POSTGRES");

    public static async Task<string> CreatePostgresAsync()
    {
        var name = "test_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync($"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(Postgres) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    public static async Task DropPostgresAsync(string connectionString)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await ExecuteAsync($"DROP DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    private static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Postgres);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The name is made above.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
