using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace IdentityServer.Hosting;

/// <summary>
/// Reads the settings from the configuration. What can't be read, a name that nobody knows or a value of another type, is left out
/// and noted, so that the validator can report it together with everything else.
/// </summary>
internal sealed class SettingsBinding(IConfiguration configuration) : IConfigureOptions<ServerOptions>
{
    /// <inheritdoc/>
    public void Configure(ServerOptions options)
    {
        var problems = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Check(configuration.GetSection(ServerOptions.Section), typeof(ServerOptions), string.Empty, problems);
        var readable = configuration.GetSection(ServerOptions.Section).AsEnumerable(makePathsRelative: true)
            .Where(setting => !problems.Keys.Any(bad => setting.Key.Equals(bad, StringComparison.OrdinalIgnoreCase)
                || setting.Key.StartsWith(bad + ":", StringComparison.OrdinalIgnoreCase)));
        new ConfigurationBuilder().AddInMemoryCollection(readable).Build().Bind(options);
        options.Unreadable = [.. problems.Select(problem => $"{problem.Key}: {problem.Value}")];
    }

    private static void Check(IConfiguration section, Type type, string path, IDictionary<string, string> problems)
    {
        foreach (var setting in section.GetChildren())
        {
            var name = path + setting.Key;
            var property = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .FirstOrDefault(candidate => candidate.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                problems[name] = "there is no such setting.";
            }
            else if (IsSection(property.PropertyType))
            {
                Check(setting, property.PropertyType, name + ":", problems);
            }
            else if (setting.Value is { } value && Explain(property.PropertyType, value) is { } problem)
            {
                problems[name] = problem;
            }
        }
    }

    private static bool IsSection(Type type) => type.IsClass && type.Assembly == typeof(ServerOptions).Assembly;

    private static string? Explain(Type type, string value)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        return target.IsEnum
            ? Enum.GetNames(target).Contains(value, StringComparer.OrdinalIgnoreCase) ? null : $"'{value}' is not one of {string.Join(", ", Enum.GetNames(target))}."
            : target == typeof(string) || !target.IsPrimitive || TypeDescriptor.GetConverter(target).IsValid(value) ? null
            : target == typeof(bool) ? $"'{value}' is neither true nor false."
            : $"'{value}' is not a number.";
    }
}
