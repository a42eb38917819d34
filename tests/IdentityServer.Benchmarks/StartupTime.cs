using System.Diagnostics;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Benchmarks;

/// <summary>
/// How long it takes from the start of the process to the end of its first answer, with the server as <c>dotnet run</c> builds it
/// and as it is published for the container image, compiled ahead.
/// </summary>
internal static class StartupTime
{
    private const int Runs = 5;
    private static readonly TimeSpan Target = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync()
    {
        var published = Directory.CreateTempSubdirectory("identityserver-bench-").FullName;
        try
        {
            await PublishAsync(published);
            Console.WriteLine($"| server | data folder | fastest | median | slowest | of {Runs} starts, {Environment.ProcessorCount} cores |");
            Console.WriteLine("| --- | --- | ---: | ---: | ---: | --- |");
            var met = await MeasureAsync("built", null) & await MeasureAsync("published", Path.Combine(published, "IdentityServer.dll"));
            return met ? 0 : 1;
        }
        finally
        {
            Directory.Delete(published, recursive: true);
        }
    }

    // As deploy/Dockerfile does.
    private static async Task PublishAsync(string folder)
    {
        var root = Directory.GetParent(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "IdentityServer.sln")))
        {
            root = root.Parent;
        }

        var project = Path.Combine(root?.FullName ?? throw new InvalidOperationException("The source of the server is not above this program."), "src", "IdentityServer");
        using var publish = Process.Start(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["publish", project, "-c", "Release", "--use-current-runtime", "--self-contained", "false", "-p:PublishReadyToRun=true", "-o", folder, "-v", "quiet", "--nologo"]);
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0)
        {
            throw new InvalidOperationException("The server could not be published.");
        }
    }

    private static async Task<bool> MeasureAsync(string server, string? assembly)
    {
        List<TimeSpan> empty = [], used = [];
        for (var run = 0; run < Runs; run++)
        {
            var folder = Directory.CreateTempSubdirectory("identityserver-bench-").FullName;
            empty.Add(await StartAsync(folder, assembly));
            used.Add(await StartAsync(folder, assembly));
            Directory.Delete(folder, recursive: true);
        }

        return Print(server, "empty", empty) & Print(server, "used", used);
    }

    private static async Task<TimeSpan> StartAsync(string folder, string? assembly)
    {
        await using var server = await ServerProcess.StartAsync(folder, [], assembly: assembly);
        return server.StartedIn;
    }

    private static bool Print(string server, string data, List<TimeSpan> times)
    {
        times.Sort();
        var median = times[times.Count / 2];
        var met = median < Target;
        Console.WriteLine(
            $"| {server} | {data} | {times[0].TotalMilliseconds:n0} ms | {median.TotalMilliseconds:n0} ms | {times[^1].TotalMilliseconds:n0} ms "
            + $"| target under {Target.TotalMilliseconds:n0} ms: {(met ? "met" : "missed")} |");
        return met;
    }
}
