using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IdentityServer.Hosting;

/// <summary>
/// Puts values in place of <c>#{…}</c>. Ids are random but settled: the n-th <c>#{UUID()}</c> of a file is the same when a
/// kickstart that failed half-way goes on, so that later requests still find what earlier ones made.
/// </summary>
internal sealed partial class KickstartText(Func<string, byte[]> derive, Guid defaultTenant)
{
    private readonly Dictionary<string, string> variables = new(StringComparer.Ordinal)
    {
        ["DEFAULT_TENANT_ID"] = defaultTenant.ToString(),
    };

    private int ids;

    /// <summary>Placeholders that stand for nothing.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Defines a variable; it may be used from here on.</summary>
    public void Define(string name, string value) => variables[name] = value;

    /// <summary>The text with its placeholders filled in.</summary>
    public string Fill(string text) => Placeholder().Replace(text, match => ValueOf(match.Groups[1].Value.Trim()) ?? match.Value);

    /// <summary>A copy of the JSON in which every text, and every name, is filled in. Values can't change its structure.</summary>
    public JsonNode? Fill(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(Fill(member.Key), Fill(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Fill)]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Fill(text)),
        _ => node?.DeepClone(),
    };

    private string? ValueOf(string name)
    {
        if (name == "UUID()")
        {
            // RFC 9562 §5.8: a custom UUID; version and variant bits as it wants them.
            var bytes = derive("uuid:" + ids++.ToString(CultureInfo.InvariantCulture)).AsSpan(0, 16);
            bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
            bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
            return new Guid(bytes, bigEndian: true).ToString();
        }

        const string Environment = "ENV.";
        var value = name.StartsWith(Environment, StringComparison.Ordinal)
            ? System.Environment.GetEnvironmentVariable(name[Environment.Length..])
            : variables.GetValueOrDefault(name);
        if (value is null)
        {
            Problems.Add(name.StartsWith(Environment, StringComparison.Ordinal)
                ? $"the environment variable {name[Environment.Length..]} is not set."
                : $"there is no variable '{name}'.");
        }

        return value;
    }

    [GeneratedRegex(@"#\{([^{}]*)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
