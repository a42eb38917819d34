namespace IdentityServer.Tests.Fixtures;

/// <summary>A server that can send mail, for the tests of one class, which run one after another and so may move its clock, forward only.</summary>
public sealed class MailServer : IAsyncLifetime
{
    private TestServer? server;

    public TestServer Server => server ?? throw new InvalidOperationException("The server has not started.");

    public async Task InitializeAsync() => server = await Mailbox.StartServerAsync(DatabaseProvider.Sqlite, "RateLimits:Enabled=false");

    public async Task DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}
