using IdentityServer.Themes;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Tests.Themes;

/// <summary>A copy of the shipped themes that a test may spoil.</summary>
internal sealed class ThemeDirectory : IDisposable
{
    public static readonly string Shipped = Path.Combine(AppContext.BaseDirectory, "themes");

    public ThemeDirectory()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Shipped, "default"), "*", SearchOption.AllDirectories))
            Write(Path.GetRelativePath(Shipped, file), File.ReadAllText(file));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("themes-").FullName;

    public List<string> Warnings { get; } = [];

    public ThemeCatalog Load(bool watch = false, bool isShipped = false) => new(Root, watch, isShipped, new Recorder(Warnings));

    public ThemeDirectory Write(string file, string text)
    {
        var path = Path.Combine(Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    public ThemeDirectory Edit(string file, string old, string replacement)
    {
        var text = File.ReadAllText(Path.Combine(Root, file));
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Write(file, text.Replace(old, replacement, StringComparison.Ordinal));
    }

    public ThemeDirectory Delete(string file)
    {
        File.Delete(Path.Combine(Root, file));
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private sealed class Recorder(List<string> lines) : ILogger<ThemeCatalog>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(formatter(state, exception));
    }
}
