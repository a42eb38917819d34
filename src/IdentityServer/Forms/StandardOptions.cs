namespace IdentityServer.Forms;

/// <summary>The values to choose from where a predefined field's admin named none.</summary>
internal static class StandardOptions
{
    // Language tags (RFC 5646) with the languages' own names.
    private static readonly (string Tag, string Name)[] Languages =
    [
        ("ar", "العربية"), ("bg", "Български"), ("bn", "বাংলা"), ("ca", "Català"), ("cs", "Čeština"), ("da", "Dansk"), ("de", "Deutsch"),
        ("el", "Ελληνικά"), ("en", "English"), ("es", "Español"), ("et", "Eesti"), ("fa", "فارسی"), ("fi", "Suomi"), ("fr", "Français"),
        ("he", "עברית"), ("hi", "हिन्दी"), ("hr", "Hrvatski"), ("hu", "Magyar"), ("id", "Bahasa Indonesia"), ("it", "Italiano"),
        ("ja", "日本語"), ("ko", "한국어"), ("lt", "Lietuvių"), ("lv", "Latviešu"), ("nl", "Nederlands"), ("no", "Norsk"), ("pl", "Polski"),
        ("pt", "Português"), ("ro", "Română"), ("ru", "Русский"), ("sk", "Slovenčina"), ("sl", "Slovenščina"), ("sr", "Српски"),
        ("sv", "Svenska"), ("th", "ไทย"), ("tr", "Türkçe"), ("uk", "Українська"), ("ur", "اردو"), ("vi", "Tiếng Việt"), ("zh", "中文"),
    ];

    private static readonly string[] LanguageTags = [.. Languages.Select(language => language.Tag)];

    // IANA names as the operating system knows them; a system without them leaves the field to be typed.
    private static readonly Lazy<string[]> Timezones = new(() =>
    [
        .. TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id)
            .Where(id => id == "UTC" || (id.Contains('/', StringComparison.Ordinal) && !id.StartsWith("Etc/", StringComparison.Ordinal) && !id.StartsWith("posix", StringComparison.Ordinal)))
            .Distinct().Order(StringComparer.Ordinal),
    ]);

    /// <summary>The values for this key.</summary>
    public static IReadOnlyList<string> For(string key) => key switch
    {
        "user.preferredLanguages" or "registration.preferredLanguages" => LanguageTags,
        "user.timezone" or "registration.timezone" => Timezones.Value,
        _ => [],
    };

    /// <summary>How such a value is called, in every language.</summary>
    public static string Label(string key, string value) =>
        key.EndsWith(".preferredLanguages", StringComparison.Ordinal) && Array.Find(Languages, language => language.Tag == value) is { Name: { } name }
            ? name
            : value.Replace('_', ' ');
}
