using System.Text.Json;
using System.Text.RegularExpressions;

namespace IdentityServer.Themes;

/// <summary>The files of one theme as read from disk, over those of the default theme: templates and assets file by file, messages key by key.</summary>
internal sealed partial record ThemeFiles(
    string Name,
    IReadOnlyDictionary<string, string> Templates,
    IReadOnlyDictionary<string, Messages> Messages,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> OwnMessages,
    IReadOnlyDictionary<string, ThemeAsset> Assets,
    MailFiles Mails)
{
    public const string Default = "default";

    public static ThemeFiles Read(string directory, ThemeFiles? inherited)
    {
        var name = Path.GetFileName(directory);
        var mail = Path.Combine(directory, "mail");
        var mails = new MailFiles(
            ReadTemplates(mail, inherited?.Mails.Templates),
            ReadTemplates(Path.Combine(mail, "html"), inherited?.Mails.Html),
            ReadTemplates(Path.Combine(mail, "text"), inherited?.Mails.Text));
        var own = ReadMessages(name, Path.Combine(directory, "messages"));
        return new ThemeFiles(
            name, ReadTemplates(directory, inherited?.Templates), Merge(own, inherited), own, ReadAssets(Path.Combine(directory, "assets"), inherited), mails);
    }

    /// <summary>Names that are safe in an address and as a directory.</summary>
    public static bool IsThemeName(string name) => ThemeName().IsMatch(name);

    private static Dictionary<string, string> ReadTemplates(string directory, IReadOnlyDictionary<string, string>? inherited)
    {
        var templates = new Dictionary<string, string>(inherited ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var file in FilesIn(directory, "*.hbs"))
            templates[Path.GetFileNameWithoutExtension(file)] = File.ReadAllText(file);
        return templates;
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> ReadMessages(string theme, string directory)
    {
        var own = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in FilesIn(directory, "*.json"))
        {
            try
            {
                own[Path.GetFileNameWithoutExtension(file)] = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(file))!;
            }
            catch (JsonException problem)
            {
                throw new ThemeException(theme, [$"messages/{Path.GetFileName(file)}: {problem.Message}"]);
            }
        }

        return own;
    }

    /// <summary>A sentence is the theme's in that language, else the default theme's, else the English one of either.</summary>
    private static Dictionary<string, Messages> Merge(
        Dictionary<string, IReadOnlyDictionary<string, string>> own, ThemeFiles? inherited)
    {
        var languages = own.Keys.Concat(inherited?.OwnMessages.Keys ?? []).Distinct(StringComparer.OrdinalIgnoreCase);
        return languages.ToDictionary(language => language, language =>
        {
            var texts = new Dictionary<string, string>(StringComparer.Ordinal);
            if (inherited is not null)
            {
                Put(inherited.OwnMessages, LanguageNegotiation.Fallback);
                Put(own, LanguageNegotiation.Fallback);
                Put(inherited.OwnMessages, language);
            }

            Put(own, language);
            return new Messages(texts);

            void Put(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> source, string tag)
            {
                foreach (var (key, text) in source.GetValueOrDefault(tag) ?? new Dictionary<string, string>())
                    texts[key] = text;
            }
        }, StringComparer.OrdinalIgnoreCase);
    }

    private static Dictionary<string, ThemeAsset> ReadAssets(string directory, ThemeFiles? inherited)
    {
        var assets = new Dictionary<string, ThemeAsset>(inherited?.Assets ?? new Dictionary<string, ThemeAsset>(), StringComparer.Ordinal);
        foreach (var file in FilesIn(directory, "*"))
        {
            if (ThemeAsset.Read(file) is { } asset)
                assets[Path.GetFileName(file)] = asset;
        }

        return assets;
    }

    private static IEnumerable<string> FilesIn(string directory, string pattern) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, pattern) : [];

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$")]
    private static partial Regex ThemeName();
}
