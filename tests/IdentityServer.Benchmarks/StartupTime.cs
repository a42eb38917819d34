using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Benchmarks;

/// <summary>How long it takes from the start of the process to the end of its first answer.</summary>
internal static class StartupTime
{
    private const int Runs = 5;
    private static readonly TimeSpan Target = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync()
    {
        List<TimeSpan> empty = [], used = [];
        for (var run = 0; run < Runs; run++)
        {
            var folder = Directory.CreateTempSubdirectory("identityserver-bench-").FullName;
            empty.Add(await MeasureAsync(folder));
            used.Add(await MeasureAsync(folder));
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine($"| data folder | fastest | median | slowest | of {Runs} starts, {Environment.ProcessorCount} cores |");
        Console.WriteLine("| --- | ---: | ---: | ---: | --- |");
        var met = Print("empty", empty) & Print("used", used);
        return met ? 0 : 1;
    }

    private static async Task<TimeSpan> MeasureAsync(string folder)
    {
        await using var server = await ServerProcess.StartAsync(folder, []);
        return server.StartedIn;
    }

    private static bool Print(string name, List<TimeSpan> times)
    {
        times.Sort();
        var median = times[times.Count / 2];
        var met = median < Target;
        Console.WriteLine(
            $"| {name} | {times[0].TotalMilliseconds:n0} ms | {median.TotalMilliseconds:n0} ms | {times[^1].TotalMilliseconds:n0} ms "
            + $"| target under {Target.TotalMilliseconds:n0} ms: {(met ? "met" : "missed")} |");
        return met;
    }
}
