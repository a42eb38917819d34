using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Forms;

/// <summary>Makes the page of a form of where somebody stands in it.</summary>
public static class FormViews
{
    /// <summary>The page in a language. Fields for which <paramref name="readOnly"/> holds are shown and can't be changed.</summary>
    public static FormPage Page(FormProgress progress, string surface, string action, string language, Func<FormField, bool>? readOnly = null)
    {
        var deciding = progress.Form.Fields
            .SelectMany(field => new[] { field.Definition.VisibleIf, field.Definition.RequiredIf })
            .Select(condition => condition?.Key).ToHashSet(StringComparer.Ordinal);
        return new FormPage
        {
            Action = action,
            Surface = surface,
            Answers = progress.Sealed,
            StepTitle = FormTexts.Title(progress.Form.Steps[progress.Step], language),
            Number = progress.Number,
            Count = progress.Count,
            HasPrevious = progress.Previous is not null,
            Notice = progress.Notice is FormNotice.None ? null : progress.Notice.ToString().ToLowerInvariant(),
            Fields =
            [
                .. progress.Fields.Select(field => View(field, progress, language) with
                {
                    Decides = deciding.Contains(field.Key.Text),
                    ReadOnly = readOnly?.Invoke(field) == true,

                    // Of one's own profile everybody knows that.
                    Optional = surface != FormPage.Profile && !progress.Findings.Required.Contains(field.Key.Text),
                }),
            ],
            PasswordMinLength = PasswordRules.MinLength,
            Errors = progress.Errors,
        };
    }

    private static FormFieldView View(FormField field, FormProgress progress, string language)
    {
        var (key, definition, answer) = (field.Key.Text, field.Definition, progress.Answers[field.Key.Text]);
        var label = FormTexts.Label(field, language);
        var type = InputType(field);
        return new FormFieldView
        {
            Key = key,
            Kind = Kind(field),
            Type = type,
            LabelKey = label is null ? "field." + key : string.Empty,
            Label = label ?? field.Name,
            Hint = FormTexts.Description(field, language) ?? string.Empty,
            Placeholder = FormTexts.Placeholder(field, language) ?? string.Empty,
            Value = !field.IsSecret && answer is [var typed, ..] ? typed : string.Empty,
            ConfirmValue = !field.IsSecret && progress.Answers[field.ConfirmName] is [var again, ..] ? again : string.Empty,
            Options = [.. field.Options.Select((option, index) =>
                new FormOptionView(key, $"{key}-{index}", option, FormTexts.Option(field, option, language), answer.Contains(option)))],
            Checked = field.IsBox && answer.Contains("true"),
            Required = progress.Findings.Required.Contains(key),
            Confirm = definition.Confirm,
            Kept = field.IsSecret && progress.Answers.Has(key),
            Predefined = field.Key.IsPredefined,
            Spelled = type is "email" or "url" || key == PredefinedFields.Username,
            InputMode = type switch { "email" => "email", "url" => "url", "tel" => "tel", "number" => "decimal", _ => string.Empty },
            Autocomplete = PredefinedFields.Find(key)?.Autocomplete ?? (definition.Type is FormDataType.Email ? "email" : "on"),
        };
    }

    private static string Kind(FormField field) => field.Definition.Control switch
    {
        FormControl.Password => "password",
        FormControl.Textarea => "textarea",
        FormControl.Select when field.Options.Count > 0 => "select",
        FormControl.Radio => "radio",
        _ when field.IsList => "checkboxes",
        _ when field.IsBox => "checkbox",
        _ => "input",
    };

    // The control says how it is shown; a plain text, what it holds.
    private static string InputType(FormField field) => (field.Definition.Control, field.Definition.Type) switch
    {
        (FormControl.Number, _) or (FormControl.Text, FormDataType.Number) => "number",
        (FormControl.Email, _) or (FormControl.Text, FormDataType.Email) => "email",
        (FormControl.Tel, _) or (FormControl.Text, FormDataType.PhoneNumber) => "tel",
        (FormControl.Date, _) or (FormControl.Text, FormDataType.Date) => "date",
        (FormControl.Url, _) => "url",
        _ => field.Key.Text == "user.imageUrl" ? "url" : "text",
    };
}
