using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Tests.Fixtures;

/// <summary>Every line that a server logs, with scopes, values and exceptions.</summary>
public sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = [];

    /// <summary>Writes down what a server logs, as talkative as an operator can make it: what it silences itself stays silent.</summary>
    public void Listen(IServiceCollection services)
    {
        services.AddSingleton<ILoggerProvider>(this);
        services.PostConfigure<LoggerFilterOptions>(options =>
        {
            options.MinLevel = LogLevel.Trace;
            foreach (var rule in options.Rules.Where(rule => rule.CategoryName is null).ToList())
            {
                options.Rules.Remove(rule);
            }
        });
    }

    public int Count => lines.Count;

    public ILogger CreateLogger(string categoryName) => new Writer(categoryName, lines);

    public void Dispose()
    {
        // Nothing is held.
    }

    public string Around(string secret) => lines.FirstOrDefault(line => line.Contains(secret, StringComparison.Ordinal)) ?? string.Empty;

    public override string ToString() => string.Join('\n', lines);

    private sealed class Writer(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            lines.Enqueue($"{category} scope {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = new StringBuilder().Append(category).Append(' ').Append(formatter(state, exception)).Append(' ').Append(exception);
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
            {
                line.AppendJoin(' ', values.Select(value => $"{value.Key}={value.Value}"));
            }

            lines.Enqueue(line.ToString());
        }
    }
}
