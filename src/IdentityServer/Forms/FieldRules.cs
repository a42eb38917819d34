namespace IdentityServer.Forms;

/// <summary>What an admin asks a field to be.</summary>
public sealed record FieldInput(string? Name, FieldDefinition Definition);

/// <summary>What a field must fulfil to be stored, whoever wrote it. Findings stand at the API's field paths.</summary>
internal static class FieldRules
{
    private const int MaxName = 191;
    private const int MaxExpression = 1000;
    private const int MaxOptions = 500;
    private const int MaxValue = 1000;
    private const int MaxText = 1024;

    /// <summary>The definition with what is fixed for a predefined key, and notes on everything that is wrong.</summary>
    public static FieldDefinition Check(FieldInput input, FieldErrors errors)
    {
        CheckName(input.Name, "field.name", errors);
        var definition = Fix(input.Definition);
        if (string.IsNullOrWhiteSpace(definition.Key))
        {
            errors.Add("field.key", "blank", "A field has a key, such as user.email or registration.data.color.");
        }
        else if (FieldKey.Parse(definition.Key) is null)
        {
            errors.Add("field.key", "invalid", "A key is one of the predefined ones, or user.data or registration.data and the name of a value.");
        }

        CheckType(definition, errors);
        CheckOptions(definition, errors);
        CheckValidator(definition.Validator, errors);
        CheckCondition(definition.VisibleIf, definition.Key, "field.visibleIf", errors);
        CheckCondition(definition.RequiredIf, definition.Key, "field.requiredIf", errors);
        CheckTexts(definition, errors);
        return definition;
    }

    /// <summary>A name of a form, field or consent.</summary>
    public static void CheckName(string? name, string field, FieldErrors errors)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            errors.Add(field, "blank", "A name is required.");
        }
        else if (name.Length > MaxName)
        {
            errors.Add(field, "tooLong", $"A name has at most {MaxName} characters.");
        }
    }

    /// <summary>Tags of the languages that texts are given in (RFC 5646 §2.1, in short).</summary>
    public static void CheckLanguages(IEnumerable<string> tags, string field, FieldErrors errors)
    {
        if (tags.Any(tag => tag.Length is < 2 or > 35 || !tag.All(character => char.IsAsciiLetterOrDigit(character) || character == '-')))
        {
            errors.Add(field, "invalid", "Texts stand under language tags such as de or pt-BR.");
        }
    }

    private static FieldDefinition Fix(FieldDefinition definition) => PredefinedFields.Find(definition.Key) is { } predefined
        ? definition with { Control = predefined.Control, Type = predefined.Type, ConsentId = null }
        : definition;

    private static void CheckType(FieldDefinition definition, FieldErrors errors)
    {
        if (!Fits(definition))
        {
            errors.Add("field.type", "invalid", "This control gives no values of this type.");
        }

        if (definition.Type is FormDataType.Consent && definition.ConsentId is null)
        {
            errors.Add("field.consentId", "missing", "Name the consent that the field gives.");
        }

        if (definition.Confirm && definition.Control is FormControl.Checkbox or FormControl.Radio or FormControl.Select or FormControl.Consent)
        {
            errors.Add("field.confirm", "invalid", "What is chosen is not typed twice.");
        }
    }

    private static bool Fits(FieldDefinition definition) => definition.Control switch
    {
        FormControl.Password or FormControl.Textarea or FormControl.Url => definition.Type is FormDataType.String,
        FormControl.Number => definition.Type is FormDataType.Number or FormDataType.String,
        FormControl.Email => definition.Type is FormDataType.Email or FormDataType.String,
        FormControl.Tel => definition.Type is FormDataType.PhoneNumber or FormDataType.String,
        FormControl.Date => definition.Type is FormDataType.Date or FormDataType.String,
        FormControl.Consent => definition.Type is FormDataType.Consent,
        FormControl.Checkbox when definition.Options.Count == 0 => definition.Type is FormDataType.Bool or FormDataType.String or FormDataType.Consent,
        FormControl.Text => definition.Type is not (FormDataType.Bool or FormDataType.Consent),
        _ => definition.Type is not FormDataType.Consent,
    };

    private static void CheckOptions(FieldDefinition definition, FieldErrors errors)
    {
        const string Field = "field.options";
        var options = definition.Options;
        if (options.Count > MaxOptions)
        {
            errors.Add(Field, "tooMany", $"At most {MaxOptions} choices.");
        }
        else if (options.Count == 0 && definition.Control is FormControl.Radio or FormControl.Select && PredefinedFields.Find(definition.Key) is null)
        {
            errors.Add(Field, "missing", "There is nothing to choose from.");
        }
        else if (options.Count > 0 && definition.Control is not (FormControl.Radio or FormControl.Select or FormControl.Checkbox))
        {
            errors.Add(Field, "invalid", "This control offers no choices.");
        }

        for (var index = 0; index < options.Count && index < MaxOptions; index++)
        {
            var option = options[index];
            if (option.Length is 0 or > MaxValue || option != option.Trim() || !FieldConversion.IsConvertible(definition.Type, option))
            {
                errors.Add($"{Field}[{index}]", "invalid", "This is no value of the field's type.");
            }
            else if (options.Take(index).Contains(option, StringComparer.Ordinal))
            {
                errors.Add($"{Field}[{index}]", "duplicate", "This choice is there already.");
            }
        }
    }

    private static void CheckValidator(FieldValidator validator, FieldErrors errors)
    {
        const string Field = "field.validator";
        if (validator.Expression is { } expression)
        {
            if (expression.Length > MaxExpression)
            {
                errors.Add(Field + ".expression", "tooLong", $"At most {MaxExpression} characters.");
            }
            else if (Compile(expression) is { } problem)
            {
                errors.Add(Field + ".expression", "invalid", problem);
            }
        }

        CheckRange(validator.MinLength, validator.MaxLength, "Length", validator.MinLength < 0 || validator.MaxLength < 1);
        CheckRange(validator.MinValue, validator.MaxValue, "Value", outside: false);

        void CheckRange<T>(T? min, T? max, string what, bool outside)
            where T : struct, IComparable<T>
        {
            if (outside || (min is { } least && max is { } most && least.CompareTo(most) > 0))
            {
                errors.Add($"{Field}.max{what}", "invalid", "The bounds leave nothing between them.");
            }
        }
    }

    private static string? Compile(string expression)
    {
        try
        {
            _ = FormField.Compile(expression);
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
        catch (NotSupportedException)
        {
            return "Expressions that look around or refer back can't be run without the risk of running for ever.";
        }
    }

    private static void CheckCondition(FieldCondition? condition, string key, string field, FieldErrors errors)
    {
        if (condition is null)
        {
            return;
        }

        if (condition.Key == key || FieldKey.Parse(condition.Key) is not { } other || other.Text == PredefinedFields.Password)
        {
            errors.Add(field + ".key", "invalid", "Name another field of the form by its key.");
        }
    }

    private static void CheckTexts(FieldDefinition definition, FieldErrors errors)
    {
        CheckLanguages(definition.Texts?.Keys ?? [], "field.texts", errors);
        if (definition.Default.Any(value => value.Length > MaxText) || (definition.Default.Count > 0 && definition.Control is FormControl.Password))
        {
            errors.Add("field.default", "invalid", "This can't be filled in.");
        }
    }
}
