using System.Diagnostics;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Hosting;

public sealed class CreateAdminTests
{
    [Fact]
    public async Task The_command_takes_the_password_from_standard_input_and_says_what_was_wrong()
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-test-").FullName;
        try
        {
            Assert.Equal((1, "The password needs at least 15 characters."), await RunAsync(folder, "short", "--email", "root@example.com"));
            Assert.Equal((0, "root@example.com administers this server now."), await RunAsync(folder, TestServer.Password, "--email=Root@example.com", "--name", "Root"));
            Assert.Equal((1, "There is somebody with this e-mail address."), await RunAsync(folder, TestServer.Password, "--email", "root@example.com"));
            Assert.Equal(2, (await RunAsync(folder, TestServer.Password)).Code);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Said)> RunAsync(string folder, string input, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [typeof(AdminApplication).Assembly.Location, "create-admin", .. args, $"--IdentityServer:DataDirectory={folder}", "--Logging:LogLevel:Default=Error"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteLineAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, (await output + await errors).Trim());
    }
}
