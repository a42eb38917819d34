using System.Text.RegularExpressions;
using HandlebarsDotNet;

namespace IdentityServer.Themes;

/// <summary>
/// The mails of one theme, compiled. A mail's template says what stands in it, by partials; each form (HTML, plain text, subject)
/// has its own partials of the same names. So the forms cannot differ in what they say.
/// </summary>
internal sealed partial class ThemeMails(Theme theme)
{
    private const string Frame = "mail";

    // The frame alone, of which only the subject is left.
    private static readonly Dictionary<string, string> SubjectPartials = new() { [Frame] = "{{subject}}" };

    private Dictionary<string, HandlebarsTemplate<TextWriter, object, object>> html = [];
    private Dictionary<string, HandlebarsTemplate<TextWriter, object, object>> text = [];
    private Dictionary<string, HandlebarsTemplate<TextWriter, object, object>> subject = [];

    /// <summary>Compiles the mails; adds to <paramref name="problems"/> what is wrong with them.</summary>
    public void Compile(List<string> problems)
    {
        var files = theme.Files.Mails;
        problems.AddRange(MailKind.All.Where(kind => !files.Templates.ContainsKey(kind.Template)).Select(kind => $"mail/{kind.Template}.hbs is missing"));
        html = Compile("html", files.Html, problems);
        text = Compile("text", files.Text, problems);
        subject = Compile("subject", SubjectPartials, problems);
    }

    /// <summary>A mail in the frame's language.</summary>
    public RenderedMail Render(IMail model, MailFrame frame)
    {
        var name = MailKind.Of(model).Template;
        return new(
            PlainModel.Line(Render(subject[name], model, frame, plain: true).Trim()),
            Tidy(Render(text[name], model, frame, plain: true)),
            Render(html[name], model, frame, plain: false));
    }

    private string Render(HandlebarsTemplate<TextWriter, object, object> template, IMail model, MailFrame frame, bool plain)
    {
        Func<string, string> write = plain ? PlainModel.Line : PlainModel.Escape;
        var context = PlainModel.Of(model, write);
        context["frame"] = PlainModel.Of(frame, write);
        using var writer = new StringWriter();
        template(writer, context, new Dictionary<string, object>
        {
            [Rendering.Key] = new Rendering(theme, theme.Files.Messages[frame.Language], "", plain),
        });
        return writer.ToString();
    }

    private Dictionary<string, HandlebarsTemplate<TextWriter, object, object>> Compile(
        string form, IReadOnlyDictionary<string, string> partials, List<string> problems)
    {
        var handlebars = TemplateHelpers.CreateEngine();
        var compiled = new Dictionary<string, HandlebarsTemplate<TextWriter, object, object>>(StringComparer.Ordinal);
        foreach (var (name, source) in partials)
            Try($"{form}/{name}", () => handlebars.RegisterTemplate(name, source));
        foreach (var (name, source) in theme.Files.Mails.Templates)
            Try(name, () => compiled[name] = handlebars.Compile(new StringReader(source)));
        return compiled;

        void Try(string name, Action compile)
        {
            try
            {
                compile();
            }
            catch (HandlebarsException problem)
            {
                problems.Add($"mail/{name}.hbs: {problem.Message}");
            }
        }
    }

    // Templates are laid out for those who edit them; what is read has one empty line between paragraphs.
    private static string Tidy(string text) => EmptyLines().Replace(LineEnds().Replace(text, "\n"), "\n\n").Trim() + "\n";

    [GeneratedRegex(@"[ \t]*\r?\n")]
    private static partial Regex LineEnds();

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex EmptyLines();
}
