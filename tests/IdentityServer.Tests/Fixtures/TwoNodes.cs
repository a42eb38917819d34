using System.Security.Cryptography;

namespace IdentityServer.Tests.Fixtures;

/// <summary>Two servers on one PostgreSQL database that share a master key, as behind a load balancer.</summary>
public sealed class TwoNodes : IAsyncDisposable
{
    private readonly string masterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly SemaphoreSlim gate = new(1, 1);
    private string? connectionString;
    private TestServer? first;
    private TestServer? second;

    public TestServer First => first ?? throw new InvalidOperationException("It has not started.");

    public TestServer Second => second ?? throw new InvalidOperationException("It has not started.");

    /// <summary>Starts both, one after the other.</summary>
    public static async Task<TwoNodes> StartAsync(params string[] settings)
    {
        var nodes = new TwoNodes();
        nodes.first = await nodes.StartNodeAsync(settings);
        await nodes.StartSecondAsync(settings);
        return nodes;
    }

    public async Task StartFirstAsync() => first = await StartNodeAsync([]);

    /// <summary>Starts the second with <paramref name="settings"/> over those of the first.</summary>
    public async Task StartSecondAsync(params string[] settings) => second = await StartNodeAsync(settings);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in new[] { first, second }.OfType<TestServer>())
        {
            await node.DisposeAsync();
        }

        if (connectionString is not null)
        {
            await TestDatabase.DropPostgresAsync(connectionString);
        }

        gate.Dispose();
    }

    private async Task<TestServer> StartNodeAsync(string[] settings)
    {
        await gate.WaitAsync();
        try
        {
            connectionString ??= await TestDatabase.CreatePostgresAsync();
        }
        finally
        {
            gate.Release();
        }

        return await TestServer.StartAsync(
            DatabaseProvider.Sqlite,
            null,
            [$"Database:Provider={DatabaseProvider.Postgres}", $"Database:ConnectionString={connectionString}", $"MasterKey={masterKey}", .. settings]);
    }
}
