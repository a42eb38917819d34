namespace IdentityServer.Themes;

/// <summary>All themes: checked when the server starts, unless it is the one that came with it.</summary>
public sealed class ThemeCatalog
{
    private readonly string root;
    private readonly bool watch;
    private readonly bool checksDefault;
    private readonly ILogger logger;
    private readonly Lock reloading = new();
    private volatile Snapshot current;

    /// <summary>Loads every theme under <paramref name="root"/>.</summary>
    /// <param name="root">The directory that holds <c>default</c> and other themes.</param>
    /// <param name="watch">Whether changed files are read again, and all are checked: for development.</param>
    /// <param name="isShipped">Whether <c>default</c> came with the server, whose tests have checked it.</param>
    /// <param name="logger">Told of a theme that cannot be used.</param>
    public ThemeCatalog(string root, bool watch, bool isShipped, ILogger<ThemeCatalog> logger)
    {
        this.root = root;
        this.watch = watch;
        checksDefault = watch || !isShipped;
        this.logger = logger;
        current = Load();
    }

    /// <summary>Checks the default theme, wherever it comes from. The others were checked when they were loaded.</summary>
    /// <exception cref="InvalidOperationException">It cannot be used; the message lists everything found.</exception>
    public void Check() => Theme.Load(ThemeFiles.Read(Path.Combine(root, ThemeFiles.Default), inherited: null), PageKind.All);

    /// <summary>The named theme, or the default one if there is no such theme or it cannot be used.</summary>
    internal Theme Find(string? name)
    {
        var snapshot = Current();
        return name is not null && snapshot.Themes.TryGetValue(name, out var theme) ? theme : snapshot.Themes[ThemeFiles.Default];
    }

    /// <summary>The language of the page that answers this request.</summary>
    public string LanguageOf(HttpRequest request) => LanguageNegotiation.Choose(request, null, Find(null).Languages);

    /// <summary>A mail in the first of these languages that there is, else in English.</summary>
    /// <param name="model">What it says.</param>
    /// <param name="theme">The application's theme; the default one if null or unusable.</param>
    /// <param name="languages">Languages in order of preference.</param>
    /// <param name="server">The address of the server that sends it.</param>
    internal RenderedMail RenderMail(IMail model, string? theme, IReadOnlyList<string> languages, string server)
    {
        var chosen = Find(theme);
        var language = languages.Select(wish => LanguageNegotiation.Match(wish, chosen.Languages)).FirstOrDefault(match => match is not null);
        return chosen.Mails.Render(model, new MailFrame(language ?? LanguageNegotiation.Fallback, server));
    }

    private Snapshot Current()
    {
        if (!watch || current.Version == Version())
            return current;
        lock (reloading)
        {
            if (current.Version != Version())
                Reload();
            return current;
        }
    }

    private void Reload()
    {
        var version = Version();
        try
        {
            current = Load();
        }
        catch (ThemeException problem)
        {
            // Half an edit: what worked before is shown until the file changes again.
            Log.EditUnusable(logger, problem.Message);
            current = current with { Version = version };
        }
    }

    private Snapshot Load()
    {
        var version = Version();
        var directory = Path.Combine(root, ThemeFiles.Default);
        if (!Directory.Exists(directory))
            throw new ThemeException(ThemeFiles.Default, [$"{Path.GetFullPath(directory)} does not exist"]);

        var files = ThemeFiles.Read(directory, inherited: null);
        var defaults = checksDefault ? Theme.Load(files, PageKind.All) : Theme.Open(files);
        var themes = new Dictionary<string, Theme>(StringComparer.Ordinal) { [ThemeFiles.Default] = defaults };
        foreach (var path in Directory.EnumerateDirectories(root))
        {
            var name = Path.GetFileName(path);
            if (name == ThemeFiles.Default || !ThemeFiles.IsThemeName(name))
                continue;
            try
            {
                themes[name] = Theme.Load(ThemeFiles.Read(path, defaults.Files), PageKind.All);
            }
            catch (ThemeException problem)
            {
                Log.ThemeUnusable(logger, name, problem.Message);
            }
        }

        return new Snapshot(version, themes);
    }

    private DateTime Version() => watch
        ? new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Max(file => file.LastWriteTimeUtc)
        : default;

    private sealed record Snapshot(DateTime Version, IReadOnlyDictionary<string, Theme> Themes);
}
