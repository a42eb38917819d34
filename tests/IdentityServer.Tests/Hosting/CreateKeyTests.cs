using System.Diagnostics;
using System.Text.Json.Nodes;
using IdentityServer.ApiKeys;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Hosting;

public sealed class CreateKeyTests
{
    [Fact]
    public async Task The_command_prints_the_key_alone_and_the_key_may_do_what_was_said()
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-test-").FullName;
        try
        {
            var (code, key, _) = await RunAsync(folder, "--name", "Set-up", "--allow", "/api/user=GET,POST", "--allow=/api/form=GET");
            Assert.Equal((0, 48), (code, key.Length));

            using var app = IdentityServer.Hosting.Server.Build(["--urls=http://127.0.0.1:0", $"--IdentityServer:DataDirectory={folder}"]);
            await app.StartAsync();
            var keys = (ApiKeyCatalog)app.Services.GetService(typeof(ApiKeyCatalog))!;
            var known = keys.Find(key)!;
            Assert.True(known.Permissions.Allow("/api/user", "POST") && known.Permissions.Allow("/api/form", "GET"));
            Assert.False(known.Permissions.Allow("/api/form", "POST") || known.Permissions.Allow("/api/user/registration", "GET") || known.KeyManager);
            await app.StopAsync();

            Assert.Equal((1, string.Empty, "There is a key of this name."), await RunAsync(folder, "--name=Set-up"));
            Assert.Equal(2, (await RunAsync(folder)).Code);
            Assert.Equal(2, (await RunAsync(folder, "--name", "Other", "--allow", "everything")).Code);
            Assert.Equal(2, (await RunAsync(folder, "--name", "Other", "--allow")).Code);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_that_runs_takes_the_key_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-test-").FullName;
        try
        {
            await using var server = await ServerProcess.StartAsync(folder, []);
            await server.WaitUntilReadyAsync();
            var (_, key, _) = await RunAsync(folder, "--name", "Set-up", "--allow", "/api/user=GET");
            using var client = new HttpClient { BaseAddress = server.Address };
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", key);

            using var answer = await client.GetAsync(new Uri($"/api/user/{Guid.NewGuid()}", UriKind.Relative));

            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Said, string Errors)> RunAsync(string folder, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [typeof(AdminApplication).Assembly.Location, "create-key", .. args, $"--IdentityServer:DataDirectory={folder}", "--Logging:LogLevel:Default=Error"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output).Trim(), (await errors).Trim());
    }
}
