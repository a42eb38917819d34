namespace IdentityServer.Themes;

/// <summary>A device as people know theirs. What a browser says of itself can be anything, and says no more than this.</summary>
/// <param name="Browser">The browser's name; empty if it is not known.</param>
/// <param name="System">The operating system's; empty if it is not known.</param>
public sealed record DeviceView(string Browser, string System)
{
    // The first that is found counts: nearly all of them claim to be Mozilla, Safari and Chrome as well.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Vivaldi", "Vivaldi"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"), ("Chromium", "Chromium"), ("Chrome", "Chrome"), ("Safari", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "Mac"), ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ];

    /// <summary>Both, as far as they are known: "Firefox, Linux"; null if nothing is.</summary>
    public string? Words => string.Join(", ", ((string[])[Browser, System]).Where(part => part.Length > 0)) is { Length: > 0 } words ? words : null;

    /// <summary>What a <c>User-Agent</c> tells (RFC 9110 §10.1.5).</summary>
    public static DeviceView Of(string? userAgent) => new(Find(Browsers, userAgent), Find(Systems, userAgent));

    private static string Find((string Mark, string Name)[] known, string? userAgent) =>
        userAgent is null ? string.Empty : known.FirstOrDefault(entry => userAgent.Contains(entry.Mark, StringComparison.Ordinal)).Name ?? string.Empty;
}
