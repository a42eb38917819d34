using System.Reflection;
using System.Text.RegularExpressions;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Hosting;

/// <summary>docs/configuration.md names every setting that there is, and none that there is not.</summary>
public sealed partial class DocumentedSettingsTests
{
    private static readonly string Document = Repository.Read("docs/configuration.md");

    [Fact]
    public void Every_setting_is_in_a_table_and_every_row_of_a_table_is_a_setting() =>
        Assert.Equal(Settings(typeof(ServerOptions), string.Empty).Order(StringComparer.Ordinal), Documented().Order(StringComparer.Ordinal));

    [Fact]
    public void The_default_that_is_told_is_the_default()
    {
        foreach (var (name, told) in Rows().Where(row => Plain().IsMatch(row.Default)))
        {
            Assert.Equal((name, told.Trim('`').ToUpperInvariant()), (name, Default(name)?.ToUpperInvariant()));
        }
    }

    // The first cell of a row: `A`, or `A`, `B`. "Smtp:…" stands for a table of its own.
    private static IEnumerable<string> Documented() => Rows().Select(row => row.Name).Where(name => !name.EndsWith(":…", StringComparison.Ordinal));

    private static IEnumerable<(string Name, string Default)> Rows() =>
        from table in Tables().Matches(Document)
        from line in table.Groups["rows"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        from name in Quoted().Matches(cells[1])
        select (name.Groups[1].Value, cells[2]);

    private static IEnumerable<string> Settings(Type type, string path) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        from name in IsSection(property.PropertyType) ? Settings(property.PropertyType, path + property.Name + ":") : [path + property.Name]
        select name;

    private static string? Default(string path)
    {
        object? value = new ServerOptions();
        foreach (var name in path.Split(':'))
        {
            value = value?.GetType().GetProperty(name)!.GetValue(value);
        }

        return value?.ToString();
    }

    private static bool IsSection(Type type) => type.IsClass && type.Assembly == typeof(ServerOptions).Assembly;

    [GeneratedRegex(@"\| Setting \| Default \| Meaning \|\n\|[ \-|]+\|\n(?<rows>(\|.*\n)+)")]
    private static partial Regex Tables();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("^`[^`]+`$")]
    private static partial Regex Plain();
}
