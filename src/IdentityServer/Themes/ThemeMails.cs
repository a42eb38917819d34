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

    /// <summary>Compiles the mails.</summary>
    public void Compile(TemplateCompiler compiler)
    {
        var files = theme.Files.Mails;
        html = Compile("html", files.Html, compiler);
        text = Compile("text", files.Text, compiler);
        subject = Compile("subject", SubjectPartials, compiler);
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
        string form, IReadOnlyDictionary<string, string> partials, TemplateCompiler compiler)
    {
        var handlebars = TemplateHelpers.CreateEngine();
        var mails = new Dictionary<string, HandlebarsTemplate<TextWriter, object, object>>(StringComparer.Ordinal);
        foreach (var (name, source) in partials)
        {
            if (compiler.Compile(handlebars, $"mail/{form}/{name}.hbs", source) is { } partial)
                handlebars.RegisterTemplate(name, partial);
        }

        foreach (var (name, source) in theme.Files.Mails.Templates)
        {
            if (compiler.Compile(handlebars, $"mail/{name}.hbs", source) is { } mail)
                mails[name] = mail;
        }

        return mails;
    }

    // Templates are laid out for those who edit them; what is read has one empty line between paragraphs.
    private static string Tidy(string text) => EmptyLines().Replace(LineEnds().Replace(text, "\n"), "\n\n").Trim() + "\n";

    [GeneratedRegex(@"[ \t]*\r?\n")]
    private static partial Regex LineEnds();

    [GeneratedRegex(@"\n{3,}")]
    private static partial Regex EmptyLines();
}
