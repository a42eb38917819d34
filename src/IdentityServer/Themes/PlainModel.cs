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

    public static Dictionary<string, object?> Of<T>(T model) =>
        (Dictionary<string, object?>)Plain(JsonSerializer.SerializeToElement(model, Options))!;

    public static string Escape(string text) => Html.Encode(text);

    private static object? Plain(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(member => member.Name, member => Plain(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.String => Escape(element.GetString()!),
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
