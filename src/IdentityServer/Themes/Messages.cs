using System.Globalization;
using System.Text.RegularExpressions;

namespace IdentityServer.Themes;

/// <summary>The sentences of one language. A sentence may name values in braces: <c>Welcome, {name}</c>.</summary>
internal sealed partial class Messages(IReadOnlyDictionary<string, string> texts)
{
    private readonly Dictionary<string, string> html = texts.ToDictionary(pair => pair.Key, pair => PlainModel.Escape(pair.Value));

    public bool Has(string key) => texts.ContainsKey(key);

    public string Text(string key) =>
        texts.TryGetValue(key, out var text) ? text : throw new KeyNotFoundException($"There is no message '{key}'.");

    /// <summary>A sentence, escaped.</summary>
    public string Html(string key) => html[key];

    /// <summary>A sentence with its escaped values filled in, or null if it names a value that was not given.</summary>
    public string? Format(string key, IReadOnlyDictionary<string, object?> values) => Fill(Html(key), values);

    /// <summary>The same as plain text, with plain values.</summary>
    public string? FormatPlain(string key, IReadOnlyDictionary<string, object?> values) => Fill(Text(key), values);

    private static string? Fill(string sentence, IReadOnlyDictionary<string, object?> values)
    {
        var complete = true;
        var text = Placeholder().Replace(sentence, match =>
        {
            if (values.TryGetValue(match.Groups[1].Value, out var value))
                return Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            complete = false;
            return "";
        });
        return complete ? text : null;
    }

    /// <summary>The sentence for a finding: the one for its code, else the one for its reason, else its own English one.</summary>
    public string Finding(string code, string reason, string message, IReadOnlyDictionary<string, object?> data) =>
        (Has(code) ? Format(code, data) : null) ?? (Has($"[{reason}]") ? Format($"[{reason}]", data) : null) ?? message;

    /// <summary>Names of the values in a sentence.</summary>
    public static IEnumerable<string> Placeholders(string text) => Placeholder().Matches(text).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();
}
