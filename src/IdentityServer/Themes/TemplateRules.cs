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
            .Concat(CheckMails(files))
            .Concat(CheckLanguages(files));

    /// <summary>
    /// A mail is one template that both forms share, and holds no markup; the partials that give it a form are all the same in
    /// both. The HTML has inline styles, because mail programs know no other, and loads nothing: what is loaded tells who reads.
    /// </summary>
    private static IEnumerable<string> CheckMails(ThemeFiles files)
    {
        foreach (var (name, text) in files.Mails.Templates)
        {
            if (text.Contains('<', StringComparison.Ordinal))
                yield return $"mail/{name}.hbs: a mail's template holds no markup; it includes partials";
            foreach (var problem in CheckCalls(files, text).Concat(CheckPartials(text, files.Mails.Html)).Concat(CheckPartials(text, files.Mails.Text)))
                yield return $"mail/{name}.hbs: {problem}";
        }

        foreach (var (name, text) in files.Mails.Html)
        {
            if (UnquotedValue().IsMatch(text))
                yield return $"mail/html/{name}.hbs: a value in an attribute needs quotes around it";
            if (RemoteOrCode().Match(text) is { Success: true } found)
                yield return $"mail/html/{name}.hbs: scripts, style sheets and what is loaded are not allowed: '{found.Value.Trim()}'";
            foreach (var problem in CheckCalls(files, text).Concat(CheckPartials(text, files.Mails.Html)))
                yield return $"mail/html/{name}.hbs: {problem}";
        }

        foreach (var (name, text) in files.Mails.Text)
        {
            foreach (var problem in CheckCalls(files, text).Concat(CheckPartials(text, files.Mails.Text)))
                yield return $"mail/text/{name}.hbs: {problem}";
        }
    }

    private static IEnumerable<string> CheckTemplate(ThemeFiles files, string text)
    {
        if (UnquotedValue().IsMatch(text))
            yield return "a value in an attribute needs quotes around it";
        if (InlineCode().Match(text) is { Success: true } inline)
            yield return $"inline script and style are not allowed: '{inline.Value.Trim()}'";

        foreach (var problem in CheckCalls(files, text).Concat(CheckPartials(text, files.Templates)))
            yield return problem;

        foreach (var name in AssetUse().Matches(text).Select(use => use.Groups[1].Value))
        {
            if (!files.Assets.ContainsKey(name))
                yield return $"there is no assets/{name}";
        }
    }

    private static IEnumerable<string> CheckPartials(string text, IReadOnlyDictionary<string, string> partials) =>
        from name in PartialUse().Matches(text).Select(use => use.Groups[1].Value)
        where name != "partial-block" && !partials.ContainsKey(name)
        select $"there is no {name}.hbs to include";

    private static IEnumerable<string> CheckCalls(ThemeFiles files, string text)
    {
        if (Unescaped().IsMatch(text))
            yield return "values are always escaped: triple braces and {{& are not allowed";

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

    [GeneratedRegex(@"<(script|style|link|img|iframe|object|embed|base|form)\b|\s(src|srcset|background|on\w+)\s*=|url\(|@import", RegexOptions.IgnoreCase)]
    private static partial Regex RemoteOrCode();

    [GeneratedRegex(@"(\{\{~?|\()\s*t\s+(""(?<key>[^""]+)"")?(\s+(?<name>\w+)=(""[^""]*""|\([^)]*\)|[^\s})]+))*")]
    private static partial Regex MessageUse();

    [GeneratedRegex(@"\{\{~?#?>\s*([\w-]+)")]
    private static partial Regex PartialUse();

    [GeneratedRegex(@"(?:\{\{~?|\()\s*asset\s+""([^""]*)""")]
    private static partial Regex AssetUse();
}
