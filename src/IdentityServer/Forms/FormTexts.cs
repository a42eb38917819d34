namespace IdentityServer.Forms;

/// <summary>A form's words in one language; what has none in it, or in the language it belongs to, is in the form's own words.</summary>
public static class FormTexts
{
    /// <summary>A step's title, or null.</summary>
    public static string? Title(FormStep step, string language) => Find(step.Titles, language) ?? step.Title;

    /// <summary>A field's label, or null where the theme's word for the key, or else the field's name, is to be taken.</summary>
    public static string? Label(FormField field, string language) => Texts(field, language)?.Label ?? field.Definition.Label;

    /// <summary>A field's help text, or null.</summary>
    public static string? Description(FormField field, string language) => Texts(field, language)?.Description ?? field.Definition.Description;

    /// <summary>An example, or null.</summary>
    public static string? Placeholder(FormField field, string language) => Texts(field, language)?.Placeholder ?? field.Definition.Placeholder;

    /// <summary>How one of the choices is called.</summary>
    public static string Option(FormField field, string value, string language) =>
        Texts(field, language)?.Options?.GetValueOrDefault(value)
        ?? field.Definition.OptionLabels?.GetValueOrDefault(value)
        ?? (field.Definition.Options.Count > 0 ? value : StandardOptions.Label(field.Key.Text, value));

    private static FieldTexts? Texts(FormField field, string language) => Find(field.Definition.Texts, language);

    // RFC 4647 §3.4: shorter and shorter.
    private static T? Find<T>(IReadOnlyDictionary<string, T>? texts, string language)
        where T : class
    {
        if (texts is null)
        {
            return null;
        }

        for (var rest = language; rest.Length > 0; rest = rest.LastIndexOf('-') is > 0 and var cut ? rest[..cut] : string.Empty)
        {
            foreach (var (tag, text) in texts)
            {
                if (tag.Equals(rest, StringComparison.OrdinalIgnoreCase))
                {
                    return text;
                }
            }
        }

        return null;
    }
}
