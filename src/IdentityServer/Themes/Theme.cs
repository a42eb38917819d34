using System.Text;
using HandlebarsDotNet;

namespace IdentityServer.Themes;

/// <summary>One theme, compiled: its own files over those of the default theme. Immutable.</summary>
internal sealed class Theme
{
    private readonly Dictionary<string, HandlebarsTemplate<TextWriter, object, object>> templates = new(StringComparer.Ordinal);

    private Theme(ThemeFiles files)
    {
        Files = files;
        Mails = new ThemeMails(this);
        Languages = [.. files.Messages.Keys.Order(StringComparer.Ordinal)];
    }

    public string Name => Files.Name;

    public ThemeFiles Files { get; }

    /// <summary>The mails in its look.</summary>
    public ThemeMails Mails { get; }

    /// <summary>Tags of the languages that have a message file.</summary>
    public IReadOnlyList<string> Languages { get; }

    /// <summary>A theme that is known to be good: each template is compiled when it is first used.</summary>
    public static Theme Open(ThemeFiles files)
    {
        var theme = new Theme(files);
        theme.Compile(TemplateCompiler.WhenUsed);
        return theme;
    }

    /// <summary>Compiles a theme and renders every page in every language with its samples.</summary>
    /// <exception cref="ThemeException">Something is missing or not allowed; the message lists everything found.</exception>
    public static Theme Load(ThemeFiles files, IReadOnlyList<PageKind> kinds)
    {
        List<string> problems =
        [
            .. TemplateRules.Check(files),
            .. kinds.Where(kind => !files.Templates.ContainsKey(kind.Template)).Select(kind => $"{kind.Template}.hbs is missing"),
            .. MailKind.All.Where(kind => !files.Mails.Templates.ContainsKey(kind.Template)).Select(kind => $"mail/{kind.Template}.hbs is missing"),
        ];
        var theme = new Theme(files);
        if (problems.Count == 0)
            theme.Compile(TemplateCompiler.AtOnce(problems));
        if (problems.Count == 0)
            problems.AddRange(kinds.SelectMany(kind => kind.Try(theme)).Concat(MailKind.All.SelectMany(kind => kind.Try(theme))));
        return problems.Count == 0 ? theme : throw new ThemeException(files.Name, problems);
    }

    /// <summary>A page as UTF-8.</summary>
    public byte[] Render<T>(T model, PageFrame frame) where T : class, IPage<T> => Render(T.Template, PlainModel.Of(model), frame);

    /// <summary>A page as UTF-8, of a model that is plain and escaped already.</summary>
    public byte[] Render(string template, Dictionary<string, object?> context, PageFrame frame)
    {
        context["frame"] = PlainModel.Of(frame);
        var data = new Dictionary<string, object> { [Rendering.Key] = new Rendering(this, Files.Messages[frame.Language], frame.PathBase) };

        using var writer = new StringWriter(new StringBuilder(8 * 1024));
        templates[template](writer, context, data);
        return Encoding.UTF8.GetBytes(writer.ToString());
    }

    /// <summary>Links to the same page in each language; none if there is no choice.</summary>
    public IReadOnlyList<LanguageLink> LanguageLinks(string url, string current) => Languages.Count < 2
        ? []
        : [.. Languages.Select(code => new LanguageLink(
            code, Files.Messages[code].Text("language.name"), LanguageNegotiation.WithLocale(url, code), code == current))];

    // What is no page is a part of some, and a part may be named like a page no more than once: so all are registered as both.
    private void Compile(TemplateCompiler compiler)
    {
        var handlebars = TemplateHelpers.CreateEngine();
        foreach (var (name, text) in Files.Templates)
        {
            if (compiler.Compile(handlebars, $"{name}.hbs", text) is { } compiled)
            {
                templates[name] = compiled;
                handlebars.RegisterTemplate(name, compiled);
            }
        }

        Mails.Compile(compiler);
    }
}

/// <summary>A theme that cannot be used, and why.</summary>
internal sealed class ThemeException(string theme, IReadOnlyList<string> problems)
    : InvalidOperationException($"The theme '{theme}' cannot be used:{string.Concat(problems.Distinct().Select(problem => "\n  - " + problem))}");
