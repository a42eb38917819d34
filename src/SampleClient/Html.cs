using System.Globalization;
using System.Text.Encodings.Web;

namespace SampleClient;

/// <summary>Markup. Whatever is put into it is encoded, unless it is markup already; so nothing can be forgotten.
/// Format specifiers in the holes have no effect.</summary>
internal readonly record struct Html(string Markup)
{
    public static Html Empty => new("");

    public static Html Of(FormattableString markup) =>
        new(string.Format(CultureInfo.InvariantCulture, markup.Format, [.. markup.GetArguments().Select(Encode)]));

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Markup)));

    private static object Encode(object? value) => value is Html html
        ? html.Markup
        : HtmlEncoder.Default.Encode(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
}
