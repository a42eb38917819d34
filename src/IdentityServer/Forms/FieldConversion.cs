using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IdentityServer.Forms;

/// <summary>
/// Between what is typed and what is stored: a text becomes the JSON value of the field's type or a finding, and a stored value the
/// text that a page shows.
/// </summary>
internal static partial class FieldConversion
{
    private const int MaxLine = 1000;
    private const int MaxText = 10_000;
    private const int MaxEmail = 254;

    /// <summary>A box that is ticked.</summary>
    public const string Ticked = "true";

    /// <summary>The value of an answer; null if there is nothing in it. What is wrong is noted at the field's key.</summary>
    public static JsonNode? Convert(FormField field, IReadOnlyList<string> answer, bool required, FieldErrors errors)
    {
        var key = field.Key.Text;
        if (field.IsBox)
        {
            return ConvertBox(field, answer, required, errors);
        }

        if (field.IsList)
        {
            return ConvertList(field, answer, required, errors);
        }

        // Several values for one are nobody's typing.
        if (answer.Count > 1)
        {
            errors.Add(key, "invalid", "One value, please.");
            return null;
        }

        var typed = answer is [var only] ? Clean(field, only) : string.Empty;
        if (typed.Length == 0)
        {
            NoteBlank(field, required, errors);
            return null;
        }

        return ConvertOne(field, typed, errors);
    }

    /// <summary>One value as the field's type; null and a finding, if it is none.</summary>
    public static JsonNode? ConvertOne(FormField field, string typed, FieldErrors errors)
    {
        var key = field.Key.Text;
        if (field.IsChoice && !field.IsOption(typed))
        {
            errors.Add(key, "invalid", "This is not one of the choices.");
            return null;
        }

        if (!field.IsChoice && !CheckCharacters(field, typed, errors))
        {
            return null;
        }

        var value = ConvertType(field.Definition.Type, typed, out var reason);
        if (value is null)
        {
            errors.Add(key, reason, Sentence(reason));
            return null;
        }

        return Validate(field, typed, value, errors) ? value : null;
    }

    /// <summary>Whether a text could be a value of this type at all: for options and conditions.</summary>
    public static bool IsConvertible(FormDataType type, string text) => ConvertType(type, text, out _) is not null;

    /// <summary>A stored value as the answer that would give it.</summary>
    public static IReadOnlyList<string> Show(FormField field, JsonNode? value)
    {
        if (value is JsonArray items)
        {
            return [.. items.Select(Text).OfType<string>()];
        }

        if (field.IsBox)
        {
            return value is JsonValue box && Text(box) == Ticked ? [Ticked] : [];
        }

        return Text(value) is { } text ? [text] : [];
    }

    /// <summary>A single JSON value as text.</summary>
    public static string? Text(JsonNode? value) => value is not JsonValue single ? null : single.GetValueKind() switch
    {
        JsonValueKind.String => single.GetValue<string>(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => single.ToJsonString(),
        _ => null,
    };

    private static JsonValue? ConvertBox(FormField field, IReadOnlyList<string> answer, bool required, FieldErrors errors)
    {
        if (answer.Any(value => value != Ticked))
        {
            errors.Add(field.Key.Text, "invalid", "A box is ticked or it is not.");
            return null;
        }

        if (answer.Count == 0)
        {
            NoteBlank(field, required, errors);
        }

        // A box says no as well as yes; as text it is there or it is not.
        return field.Definition.Type is FormDataType.String
            ? answer.Count > 0 ? JsonValue.Create(Ticked) : null
            : JsonValue.Create(answer.Count > 0);
    }

    private static JsonArray? ConvertList(FormField field, IReadOnlyList<string> answer, bool required, FieldErrors errors)
    {
        var chosen = answer.Where(value => value.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        if (chosen.Count == 0)
        {
            NoteBlank(field, required, errors);
            return null;
        }

        var list = new JsonArray();
        foreach (var value in chosen)
        {
            if (ConvertOne(field, value, errors) is not { } item)
            {
                return null;
            }

            list.Add(item);
        }

        return list;
    }

    private static void NoteBlank(FormField field, bool required, FieldErrors errors)
    {
        if (required)
        {
            errors.Add(field.Key.Text, field.IsChoice ? "missing" : "blank", field.IsChoice ? "Choose something." : "Fill this in.");
        }
    }

    // Passwords are taken as they are; browsers end lines with two characters.
    private static string Clean(FormField field, string typed) => field.Definition.Control switch
    {
        FormControl.Password => typed,
        FormControl.Textarea => typed.ReplaceLineEndings("\n").Trim(),
        _ => typed.Trim(),
    };

    private static bool CheckCharacters(FormField field, string typed, FieldErrors errors)
    {
        var several = field.Definition.Control is FormControl.Textarea;
        var longest = several ? MaxText : MaxLine;
        if (typed.Length > longest)
        {
            errors.Add(field.Key.Text, "tooLong", $"At most {longest} characters.", Data("max", longest));
            return false;
        }

        if (!typed.Any(character => char.IsControl(character) && !(several && character is '\n' or '\t')))
        {
            return true;
        }

        errors.Add(field.Key.Text, "invalid", "This holds characters that can't be stored.");
        return false;
    }

    private static JsonValue? ConvertType(FormDataType type, string typed, out string reason)
    {
        reason = "couldNotConvert";
        switch (type)
        {
            case FormDataType.Number:
                return Number(typed) is { } number ? JsonValue.Create(number) : null;
            case FormDataType.Bool:
                return typed is "true" or "false" ? JsonValue.Create(typed == "true") : null;
            case FormDataType.Date:
                return DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? JsonValue.Create(typed) : null;
            case FormDataType.Email:
                reason = "notEmail";
                return IsEmail(typed) ? JsonValue.Create(typed) : null;
            case FormDataType.PhoneNumber:
                reason = "invalidPhone";
                var digits = Separators().Replace(typed, string.Empty);
                return PhoneNumber().IsMatch(digits) ? JsonValue.Create(digits) : null;
            default:
                return JsonValue.Create(typed);
        }
    }

    /// <summary>A number as HTML writes it (HTML §2.3.4.3), without zeros that mean nothing.</summary>
    public static decimal? Number(string typed) =>
        decimal.TryParse(
            typed, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
            ? number / 1.0000000000000000000000000000m
            : null;

    // HTML §4.10.5.1.5 in short: what people with such an address get mail by; the rules for sign-in are stricter, and Users' own.
    private static bool IsEmail(string text)
    {
        var at = text.LastIndexOf('@');
        return text.Length <= MaxEmail && at > 0 && text.IndexOf('@', StringComparison.Ordinal) == at
            && text.AsSpan(at).Contains('.') && text[^1] != '.' && text[at + 1] != '.' && !text.Any(char.IsWhiteSpace);
    }

    private static bool Validate(FormField field, string typed, JsonNode value, FieldErrors errors)
    {
        var validator = field.Definition.Validator;
        if (!validator.Enabled)
        {
            return true;
        }

        var key = field.Key.Text;
        var length = typed.EnumerateRunes().Count();
        if (length < validator.MinLength)
        {
            errors.Add(key, "tooShort", $"At least {validator.MinLength} characters.", Data("min", validator.MinLength));
        }
        else if (length > validator.MaxLength)
        {
            errors.Add(key, "tooLong", $"At most {validator.MaxLength} characters.", Data("max", validator.MaxLength));
        }
        else if (!Matches(field, typed))
        {
            errors.Add(key, "invalid", "This is not valid.");
        }
        else if (field.Definition.Type is FormDataType.Number && value.GetValue<decimal>() is var number
            && (number < validator.MinValue || number > validator.MaxValue))
        {
            var tooSmall = number < validator.MinValue;
            errors.Add(
                key, tooSmall ? "tooSmall" : "tooLarge",
                tooSmall ? $"At least {validator.MinValue}." : $"At most {validator.MaxValue}.",
                tooSmall ? Data("min", validator.MinValue) : Data("max", validator.MaxValue));
        }
        else
        {
            return true;
        }

        return false;
    }

    private static bool Matches(FormField field, string typed)
    {
        try
        {
            return field.Pattern?.IsMatch(typed) ?? true;
        }
        catch (RegexMatchTimeoutException)
        {
            return false; // The framework has no other way to say so; what was not seen to match does not.
        }
    }

    private static Dictionary<string, object> Data(string name, object? value) => new() { [name] = value! };

    private static string Sentence(string reason) => reason switch
    {
        "notEmail" => "This is not an e-mail address.",
        "invalidPhone" => "This is not a telephone number.",
        _ => "This can't be read.",
    };

    [GeneratedRegex(@"[\s()./-]+")]
    private static partial Regex Separators();

    // ITU-T E.164 §6.2.1: fifteen digits at most.
    [GeneratedRegex(@"^\+?[0-9]{4,15}$")]
    private static partial Regex PhoneNumber();
}
