using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace IdentityServer.Themes;

/// <summary>
/// Turns a model into dictionaries, lists and primitives, so that a template can reach its data and no type behind it.
/// Every text is escaped for HTML on the way in, and the template engine writes what it is given: Handlebars.Net 2.4.3
/// forgets to escape inside a partial that stands indented on its own line, so escaping is not left to it.
/// </summary>
internal static class PlainModel
{
    // Letters of all languages stay readable; what means something to HTML, in text or in a quoted attribute, does not.
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static Dictionary<string, object?> Of<T>(T model) => Of(JsonSerializer.SerializeToElement(model, Options), Escape);

    /// <summary>The model of a mail, its texts written by <paramref name="write"/>: <see cref="Escape"/>, or <see cref="Line"/>.</summary>
    public static Dictionary<string, object?> Of(object model, Func<string, string> write) =>
        Of(JsonSerializer.SerializeToElement(model, model.GetType(), Options), write);

    public static string Escape(string text) => Html.Encode(text);

    /// <summary>A value in plain text: on one line, so that it cannot pass for more than a value, nor for a header of a mail.</summary>
    public static string Line(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(one => char.IsControl(one) ? ' ' : one)) : text;

    private static Dictionary<string, object?> Of(JsonElement model, Func<string, string> write) => (Dictionary<string, object?>)Plain(model, write)!;

    private static object? Plain(JsonElement element, Func<string, string> write) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(member => member.Name, member => Plain(member.Value, write)),
        JsonValueKind.Array => element.EnumerateArray().Select(item => Plain(item, write)).ToList(),
        JsonValueKind.String => write(element.GetString()!),
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
