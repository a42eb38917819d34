using System.Text.Unicode;
using HandlebarsDotNet;

namespace IdentityServer.Themes;

/// <summary>What a template may call. Helpers take and return escaped text (<see cref="PlainModel"/>).</summary>
internal static class TemplateHelpers
{
    public static IHandlebars CreateEngine()
    {
        var handlebars = Handlebars.Create(new HandlebarsConfiguration
        {
            ThrowOnUnresolvedBindingExpression = true,
            // Everything is escaped before it gets here.
            NoEscape = true,
            TextEncoder = null,
            PartialRecursionDepthLimit = 10,
        });

        // {{t "login.title" application=name}}: a sentence in the page's language.
        handlebars.RegisterHelper("t", (in HelperOptions options, in Context _, in Arguments arguments) =>
        {
            var key = (string)arguments[0]!;
            return Rendering.In(options).Format(key, arguments.Hash!)
                ?? throw new KeyNotFoundException($"The message '{key}' names a value that the template does not give.");
        });

        // {{text (join "scope." name ".title") title}}: a sentence if there is one, else the second value.
        handlebars.RegisterHelper("text", (in HelperOptions options, in Context _, in Arguments arguments) =>
        {
            var rendering = Rendering.In(options);
            return arguments[0] is string key && rendering.Messages.Has(key) ? rendering.Sentence(key) : arguments[1]!;
        });

        // {{finding this}}: the sentence for one of the model's errors.
        handlebars.RegisterHelper("finding", (in HelperOptions options, in Context _, in Arguments arguments) =>
        {
            var error = (IReadOnlyDictionary<string, object?>)arguments[0]!;
            return Rendering.In(options).Messages.Finding(
                (string)error["code"]!, (string)error["reason"]!, (string)error["message"]!,
                error["data"] as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>());
        });

        // {{#each (findings errors "user.email")}}: the model's errors at one field.
        handlebars.RegisterHelper("findings", (in HelperOptions _, in Context _, in Arguments arguments) =>
        {
            var errors = (IReadOnlyDictionary<string, object?>)arguments[0]!;
            var field = (string)arguments[1]!;
            return ((List<object?>)errors["fields"]!)
                .Where(error => error is IReadOnlyDictionary<string, object?> finding && (string?)finding["field"] == field)
                .ToList();
        });

        // {{asset "style.css"}}: the address of a file, which changes with its content.
        handlebars.RegisterHelper("asset", (in HelperOptions options, in Context _, in Arguments arguments) =>
        {
            var rendering = Rendering.In(options);
            return PlainModel.Escape(rendering.PathBase + ThemeAssets.Url(rendering.Theme, (string)arguments[0]!));
        });

        handlebars.RegisterHelper("join", (in HelperOptions _, in Context _, in Arguments arguments) => string.Concat(arguments));
        handlebars.RegisterHelper("eq", (in HelperOptions _, in Context _, in Arguments arguments) => Equals(arguments[0], arguments[1]));
        handlebars.RegisterHelper("any", (in HelperOptions _, in Context _, in Arguments arguments) => arguments.Any(value => value is string { Length: > 0 }));
        return handlebars;
    }
}

/// <summary>What helpers know of the page being rendered. No member is public: a template that finds it can read nothing.</summary>
internal sealed class Rendering(Theme theme, Messages messages, string pathBase, bool plain = false)
{
    internal const string Key = "rendering";

    internal Theme Theme => theme;

    internal Messages Messages => messages;

    internal string PathBase => pathBase;

    internal string Sentence(string key) => plain ? messages.Text(key) : messages.Html(key);

    internal string? Format(string key, IReadOnlyDictionary<string, object?> values) =>
        plain ? messages.FormatPlain(key, values) : messages.Format(key, values);

    internal static Rendering In(in HelperOptions options) => options.Data.Value<Rendering>(Key)!;
}
