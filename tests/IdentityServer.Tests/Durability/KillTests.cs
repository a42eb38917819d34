using System.Net;
using System.Text.Json;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Durability;

/// <summary>What the server has acknowledged outlives its process, however that ends.</summary>
public sealed class KillTests : IDisposable
{
    private const int Rounds = 3;
    private const int Registrations = 2;
    private const int Refreshes = 100;

    private readonly string folder = Directory.CreateTempSubdirectory("identityserver-kill-").FullName;

    [Fact]
    public async Task Killed_under_load_the_server_has_lost_no_acknowledged_registration_and_no_token()
    {
        var server = await StartAsync();
        try
        {
            for (var round = 1; round <= Rounds; round++)
            {
                using var load = new Load(server.Address);
                await load.RunAsync(Registrations, Refreshes, server.KillAsync);
                await server.DisposeAsync();
                server = await StartAsync();

                using var client = new LoadClient(server.Address);
                await Parallel.ForEachAsync(load.Families, async (family, _) =>
                {
                    Assert.Equal(HttpStatusCode.OK, await client.AskWhoAsync(family.AccessToken));
                    Assert.Equal(HttpStatusCode.OK, (await client.RefreshAsync(family.RefreshToken)).Status);
                });
                await Parallel.ForEachAsync(load.Registered, async (email, _) => Assert.NotNull(await client.SignInAsync(email)));
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<ServerProcess> StartAsync()
    {
        var kickstart = Path.Combine(folder, "kickstart.json");
        await File.WriteAllTextAsync(kickstart, JsonSerializer.Serialize(LoadClient.Kickstart));

        // One issuer, whichever port is free.
        var server = await ServerProcess.StartAsync(folder, [$"Kickstart={kickstart}", "RateLimits:Enabled=false", "PublicUrl=http://localhost:9011"]);
        await server.WaitUntilReadyAsync();
        return server;
    }
}
