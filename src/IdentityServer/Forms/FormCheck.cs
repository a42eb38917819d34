using System.Text.Json.Nodes;

namespace IdentityServer.Forms;

/// <summary>A field and its value; null where nothing is to be stored.</summary>
public sealed record FieldValue(FormField Field, JsonNode? Value);

/// <summary>What a form makes of answers: the values, what is wrong, and which fields are there at all.</summary>
public sealed class FormFindings
{
    /// <summary>The values of every field, in order; those of hidden, blank or wrong answers are null.</summary>
    public List<FieldValue> Values { get; } = [];

    /// <summary>What is wrong, at the fields' keys.</summary>
    public FieldErrors Errors { get; } = new();

    /// <summary>Keys of the fields that are shown.</summary>
    public HashSet<string> Visible { get; } = new(StringComparer.Ordinal);

    /// <summary>Keys of the fields that must be answered.</summary>
    public HashSet<string> Required { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a step shows anything.</summary>
    public bool HasSomething(FormStep step) => step.Fields.Any(field => Visible.Contains(field.Key.Text));

    /// <summary>Whether there is anything to do at a step.</summary>
    public bool Shows(FormStep step) => step.Type is FormStepType.VerifyEmail ? Visible.Contains(PredefinedFields.Email) : HasSomething(step);

    /// <summary>The value at a key, or null.</summary>
    public JsonNode? this[string key] => Values.Find(value => value.Field.Key.Text == key)?.Value;
}

/// <summary>
/// Judges answers by a form, all of it each time: conditions reach across steps, and what was right when it was typed may not be
/// any more.
/// </summary>
public static class FormCheck
{
    /// <summary>
    /// Judges. <paramref name="known"/> are answers of fields that the form leaves out, because they are known; conditions see them.
    /// </summary>
    public static FormFindings Check(Form form, Answers answers, Answers? known = null)
    {
        var findings = new FormFindings();
        foreach (var field in form.Fields)
        {
            var key = field.Key.Text;
            if (!Holds(field.Definition.VisibleIf, form, answers, known, findings))
            {
                findings.Values.Add(new(field, null));
                continue;
            }

            findings.Visible.Add(key);
            var required = field.Definition.Required
                || (field.Definition.RequiredIf is not null && Holds(field.Definition.RequiredIf, form, answers, known, findings));
            if (required)
            {
                findings.Required.Add(key);
            }

            var before = findings.Errors.Fields.Count;
            var value = FieldConversion.Convert(field, answers[key], required, findings.Errors);
            if (findings.Errors.Fields.Count == before && field.Definition.Confirm && !IsConfirmed(field, answers))
            {
                findings.Errors.Add(key, "doNotMatch", "The two are not the same.");
                value = null;
            }

            findings.Values.Add(new(field, value));
        }

        return findings;
    }

    /// <summary>A stored value as the answer that would give it.</summary>
    public static IReadOnlyList<string> Show(FormField field, JsonNode? value) => FieldConversion.Show(field, value);

    /// <summary>A single value as text, or null.</summary>
    public static string? Text(JsonNode? value) => FieldConversion.Text(value);

    // A secret is confirmed when it is typed; what is kept of it was.
    private static bool IsConfirmed(FormField field, Answers answers) =>
        (field.IsSecret && (!answers.Has(field.ConfirmName) || answers[field.Key.Text].SequenceEqual(answers[field.ConfirmName], StringComparer.Ordinal)))
        || (!field.IsSecret && answers[field.Key.Text].Select(Trim).SequenceEqual(answers[field.ConfirmName].Select(Trim), StringComparer.Ordinal))
        || (answers.IsBlank(field.Key.Text) && answers.IsBlank(field.ConfirmName));

    private static string Trim(string text) => text.Trim();

    private static bool Holds(FieldCondition? condition, Form form, Answers answers, Answers? known, FormFindings findings)
    {
        if (condition is null)
        {
            return true;
        }

        // A field that is hidden itself has no answer. One that is not in the form may be known.
        var other = form.Find(condition.Key);
        var given = other is null ? known?[condition.Key] ?? []
            : findings.Visible.Contains(condition.Key) ? answers[condition.Key]
            : [];
        var filled = given.Select(Trim).Where(value => value.Length > 0).ToList();
        return condition.Values.Count == 0
            ? filled.Count > 0
            : condition.Values.Any(wanted => filled.Exists(value => Same(wanted, value)));
    }

    private static bool Same(string wanted, string value) =>
        wanted == value || (FieldConversion.Number(wanted) is { } number && FieldConversion.Number(value) == number);
}
