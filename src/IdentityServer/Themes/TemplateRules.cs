using System.Text.RegularExpressions;

namespace IdentityServer.Themes;

/// <summary>
/// What can be said of templates and messages without rendering them. Rendering finds what the samples reach;
/// these rules find a missing message, partial or asset in every branch, and refuse what would not be escaped.
/// </summary>
internal static partial class TemplateRules
{
    public static IEnumerable<string> Check(ThemeFiles files) =>
        files.Templates.SelectMany(template => CheckTemplate(files, template.Value).Select(problem => $"{template.Key}.hbs: {problem}"))
            .Concat(CheckLanguages(files));

    private static IEnumerable<string> CheckTemplate(ThemeFiles files, string text)
    {
        if (Unescaped().IsMatch(text))
            yield return "values are always escaped: triple braces and {{& are not allowed";
        if (UnquotedValue().IsMatch(text))
            yield return "a value in an attribute needs quotes around it";
        if (InlineCode().Match(text) is { Success: true } inline)
            yield return $"inline script and style are not allowed: '{inline.Value.Trim()}'";

        foreach (Match use in MessageUse().Matches(text))
        {
            var key = use.Groups["key"].Value;
            if (key.Length == 0)
            {
                yield return "the key of {{t …}} must be written out";
                continue;
            }

            var given = use.Groups["name"].Captures.Select(name => name.Value).ToHashSet(StringComparer.Ordinal);
            foreach (var (language, messages) in files.Messages)
            {
                if (!messages.Has(key))
                    yield return $"messages/{language}.json has no '{key}'";
                else if (Messages.Placeholders(messages.Text(key)).FirstOrDefault(name => !given.Contains(name)) is { } missing)
                    yield return $"the message '{key}' ({language}) needs a value for {{{missing}}}";
            }
        }

        foreach (var name in PartialUse().Matches(text).Select(use => use.Groups[1].Value).Where(name => name != "partial-block"))
        {
            if (!files.Templates.ContainsKey(name))
                yield return $"there is no {name}.hbs to include";
        }

        foreach (var name in AssetUse().Matches(text).Select(use => use.Groups[1].Value))
        {
            if (!files.Assets.ContainsKey(name))
                yield return $"there is no assets/{name}";
        }
    }

    /// <summary>A sentence of one language only is forgotten in the others.</summary>
    private static IEnumerable<string> CheckLanguages(ThemeFiles files)
    {
        if (!files.Messages.ContainsKey(LanguageNegotiation.Fallback))
        {
            yield return $"messages/{LanguageNegotiation.Fallback}.json is missing";
            yield break;
        }

        foreach (var (language, own) in files.OwnMessages)
        {
            var all = files.Name == ThemeFiles.Default ? files.OwnMessages.Values.SelectMany(texts => texts.Keys).Distinct() : [];
            foreach (var key in all.Where(key => !own.ContainsKey(key)).Order(StringComparer.Ordinal))
                yield return $"messages/{language}.json has no '{key}'";
        }
    }

    [GeneratedRegex(@"\{\{~?\s*[&{]")]
    private static partial Regex Unescaped();

    [GeneratedRegex(@"[\w-]\s*=\s*\{\{")]
    private static partial Regex UnquotedValue();

    [GeneratedRegex(@"<script(?![^>]*\ssrc="")[^>]*>|<style\b|<[^>{]*\s(style|on\w+)\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"(\{\{~?|\()\s*t\s+(""(?<key>[^""]+)"")?(\s+(?<name>\w+)=(""[^""]*""|\([^)]*\)|[^\s})]+))*")]
    private static partial Regex MessageUse();

    [GeneratedRegex(@"\{\{~?#?>\s*([\w-]+)")]
    private static partial Regex PartialUse();

    [GeneratedRegex(@"(?:\{\{~?|\()\s*asset\s+""([^""]*)""")]
    private static partial Regex AssetUse();
}
