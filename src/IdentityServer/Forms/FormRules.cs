namespace IdentityServer.Forms;

/// <summary>What an admin asks a form to be.</summary>
public sealed record FormInput(string? Name, FormType Type, IReadOnlyList<StepDefinition> Steps, string Data);

/// <summary>What a form must fulfil to be stored, whoever wrote it. Findings stand at the API's field paths.</summary>
internal static class FormRules
{
    private const string Steps = "form.steps";
    private const int MaxSteps = 20;
    private const int MaxFields = 100;

    /// <summary>Notes everything that is wrong.</summary>
    public static void Check(FormInput input, IReadOnlyDictionary<Guid, FormField> fields, FieldErrors errors)
    {
        FieldRules.CheckName(input.Name, "form.name", errors);
        if (input.Steps.Count == 0)
        {
            errors.Add(Steps, "empty", "A form has at least one step.");
        }
        else if (input.Steps.Count > MaxSteps || input.Steps.Sum(step => step.Fields.Count) > MaxFields)
        {
            errors.Add(Steps, "tooMany", $"A form has at most {MaxSteps} steps and {MaxFields} fields.");
            return;
        }

        var before = new List<FormField>();
        for (var index = 0; index < input.Steps.Count; index++)
        {
            var step = input.Steps[index];
            var path = $"{Steps}[{index}]";
            if (step.Type is FormStepType.VerifyEmail)
            {
                CheckVerification(input, index, before, path, errors);
            }
            else if (step.Fields.Count == 0)
            {
                errors.Add(path + ".fields", "empty", "A step has at least one field.");
            }

            FieldRules.CheckLanguages(step.Titles?.Keys ?? [], path + ".titles", errors);
            foreach (var id in step.Type is FormStepType.CollectData ? step.Fields : [])
            {
                if (Problem(id, fields, before, input.Type) is { } problem)
                {
                    errors.Add(path + ".fields", "invalid", problem);
                }
                else
                {
                    before.Add(fields[id]);
                }
            }
        }
    }

    /// <summary>Whether somebody could sign in who was asked for these fields alone.</summary>
    public static bool AsksForLoginId(IEnumerable<FormField> fields) =>
        fields.Any(PredefinedFields.SignsIn);

    // §9 of the compatibility notes: registration forms only, after the step with the address, before the password.
    private static void CheckVerification(FormInput input, int index, List<FormField> before, string path, FieldErrors errors)
    {
        if (input.Type is not FormType.Registration)
        {
            errors.Add(path + ".type", "invalid", "Only a form by which people register has their address proven.");
        }
        else if (input.Steps.Take(index).Any(step => step.Type is FormStepType.VerifyEmail))
        {
            errors.Add(path + ".type", "invalid", "The address is proven once.");
        }
        else if (!before.Exists(field => field.Key.Text == PredefinedFields.Email))
        {
            errors.Add(path + ".type", "invalid", $"The address is proven after a step that asks for {PredefinedFields.Email}.");
        }
        else if (before.Exists(field => field.Key.Text == PredefinedFields.Password))
        {
            errors.Add(path + ".type", "invalid", $"The address is proven before {PredefinedFields.Password} is asked for.");
        }

        if (input.Steps[index].Fields.Count > 0)
        {
            errors.Add(path + ".fields", "invalid", "A step that proves the address has no fields.");
        }
    }

    private static string? Problem(Guid id, IReadOnlyDictionary<Guid, FormField> fields, List<FormField> before, FormType type)
    {
        if (!fields.TryGetValue(id, out var field))
        {
            return $"There is no field {id}.";
        }

        if (before.Find(other => other.Key.Overlaps(field.Key)) is { } rival)
        {
            return $"The fields '{rival.Name}' and '{field.Name}' set the same value.";
        }

        if (field.Key.Text is PredefinedFields.Roles && type is FormType.Registration or FormType.SelfServiceUser)
        {
            return "Nobody gives roles to themselves.";
        }

        // Judged in the order in which people answer.
        foreach (var condition in new[] { field.Definition.VisibleIf, field.Definition.RequiredIf })
        {
            if (condition is not null && !before.Exists(other => other.Key.Text == condition.Key))
            {
                return $"The field '{field.Name}' depends on {condition.Key}, which the form does not ask for before it.";
            }
        }

        return null;
    }
}
