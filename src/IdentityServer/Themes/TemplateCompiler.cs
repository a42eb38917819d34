using HandlebarsDotNet;

namespace IdentityServer.Themes;

/// <summary>Compiles templates, which costs milliseconds each: at once, to see what is wrong with them, or when they are first used.</summary>
internal sealed class TemplateCompiler
{
    /// <summary>Compiles each when it is first used: for what is known to be good.</summary>
    public static readonly TemplateCompiler WhenUsed = new(null);

    private readonly List<string>? problems;

    private TemplateCompiler(List<string>? problems) => this.problems = problems;

    /// <summary>Compiles each at once, and adds what is wrong to <paramref name="problems"/>.</summary>
    public static TemplateCompiler AtOnce(List<string> problems) => new(problems);

    /// <summary>Compiles a template; null if it cannot be.</summary>
    public HandlebarsTemplate<TextWriter, object, object>? Compile(IHandlebars handlebars, string name, string text)
    {
        if (problems is null)
        {
            var compiled = new Lazy<HandlebarsTemplate<TextWriter, object, object>>(() =>
            {
                lock (handlebars) // Its parts are safe to share; nobody says so of the whole.
                {
                    return handlebars.Compile(new StringReader(text));
                }
            });
            return (writer, context, data) => compiled.Value(writer, context, data);
        }

        try
        {
            return handlebars.Compile(new StringReader(text));
        }
        catch (HandlebarsException problem)
        {
            problems.Add($"{name}: {problem.Message}");
            return null;
        }
    }
}
