using System.Diagnostics;
using System.Globalization;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Benchmarks.Load;

/// <summary>What one scenario came to.</summary>
internal sealed record Measurement(Scenario Scenario, int Calls, TimeSpan Duration, TimeSpan P50, TimeSpan P99, TimeSpan ProcessorTime)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public const string Header = """
        | calls | per second | p50 | p99 | server's processor time per call | per second of processor time | a bare program |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: |
        """;

    /// <summary>Runs a scenario on so many connections: a short warm-up, then the measured time.</summary>
    public static async Task<Measurement> RunAsync(Scenario scenario, ServerProcess server, IReadOnlyList<string> cookies, int connections, TimeSpan measured)
    {
        var lines = new List<HttpLine>();
        try
        {
            var callers = new List<Func<ValueTask>>();
            for (var number = 0; number < connections; number++)
            {
                var line = new HttpLine();
                lines.Add(line);
                await line.ConnectAsync(server.Address);
                callers.Add(await scenario.Prepare(line, cookies[number % cookies.Count]));
            }

            await CallAsync(callers, WarmUp);
            var before = server.ProcessorTime;
            var started = Stopwatch.GetTimestamp();
            var latencies = await CallAsync(callers, measured);
            var duration = Stopwatch.GetElapsedTime(started);
            var used = server.ProcessorTime - before;
            latencies.Sort();
            return new(scenario, latencies.Count, duration, At(latencies, 50), At(latencies, 99), used);
        }
        finally
        {
            lines.ForEach(line => line.Dispose());
        }
    }

    /// <summary>A row of the table.</summary>
    public override string ToString()
    {
        var perSecond = Calls / Duration.TotalSeconds;
        var perProcessorSecond = Calls / ProcessorTime.TotalSeconds;
        var bare = Scenario.Orientation is { } orientation
            ? string.Create(CultureInfo.InvariantCulture, $"{orientation:n0} ({perProcessorSecond / orientation:p0})")
            : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Scenario.Name} | {perSecond:n0} | {P50.TotalMilliseconds:n1} ms | {P99.TotalMilliseconds:n1} ms "
            + $"| {ProcessorTime.TotalMicroseconds / Calls:n0} µs | {perProcessorSecond:n0} | {bare} |");
    }

    private static async Task<List<long>> CallAsync(List<Func<ValueTask>> callers, TimeSpan duration)
    {
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var all = await Task.WhenAll(callers.Select(caller => CallAsync(caller, end)));
        return [.. all.SelectMany(latencies => latencies)];
    }

    private static async Task<List<long>> CallAsync(Func<ValueTask> call, long end)
    {
        var latencies = new List<long>();
        for (var started = Stopwatch.GetTimestamp(); started < end;)
        {
            await call();
            var now = Stopwatch.GetTimestamp();
            latencies.Add(now - started);
            started = now;
        }

        return latencies;
    }

    private static TimeSpan At(List<long> sorted, int percent) =>
        TimeSpan.FromSeconds((double)sorted[(sorted.Count - 1) * percent / 100] / Stopwatch.Frequency);
}
