namespace IdentityServer.Tests.Fixtures;

/// <summary>A server for the tests of one class, which run one after another and so may move its clock, forward only.</summary>
public sealed class OwnServer : IAsyncLifetime
{
    private TestServer? server;

    public TestServer Server => server ?? throw new InvalidOperationException("The server has not started.");

    public async Task InitializeAsync() => server = await TestServer.StartAsync("RateLimits:Enabled=false");

    public async Task DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
