using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace IdentityServer.Benchmarks.Load;

/// <summary>What can be said about a load test on the command line.</summary>
internal sealed record LoadOptions
{
    private const int MostConnections = 256;
    private const int MostSeconds = 60;

    public int Connections { get; private init; } = 32;

    public int Seconds { get; private init; } = 5;

    public string Only { get; private init; } = string.Empty;

    public static bool TryParse(IEnumerable<string> args, [NotNullWhen(true)] out LoadOptions? options)
    {
        options = new LoadOptions();
        foreach (var arg in args)
        {
            options = arg.Split('=', 2) switch
            {
                ["--connections", var text] when TryParse(text, MostConnections, out var number) => options with { Connections = number },
                ["--seconds", var text] when TryParse(text, MostSeconds, out var number) => options with { Seconds = number },
                ["--only", var text] => options with { Only = text },
                _ => null,
            };
            if (options is null)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryParse(string text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= most;
}
