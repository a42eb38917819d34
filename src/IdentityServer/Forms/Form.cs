using System.Text;

namespace IdentityServer.Forms;

/// <summary>What a form is for.</summary>
public enum FormType
{
    /// <summary>People register themselves.</summary>
    Registration,

    /// <summary>Admins edit a registration.</summary>
    AdminRegistration,

    /// <summary>Admins edit a person.</summary>
    AdminUser,

    /// <summary>People edit their own profile.</summary>
    SelfServiceUser,
}

/// <summary>
/// A form as requests see it: ordered steps of ordered fields. This room owns forms, their fields and the engine that every surface
/// uses; what becomes of the values is decided by those who know people (<see cref="Registrations.Profiles"/>).
/// </summary>
public sealed class Form
{
    private readonly Dictionary<string, (FormField Field, int Step)> byKey = new(StringComparer.Ordinal);

    /// <summary>Works out a form.</summary>
    public Form(Guid id, string name, FormType type, IReadOnlyList<FormStep> steps)
    {
        Id = id;
        Name = name;
        Type = type;
        Steps = steps;
        var text = new StringBuilder(id.ToString());
        for (var step = 0; step < steps.Count; step++)
        {
            text.Append(steps[step].Type is FormStepType.VerifyEmail ? "|@" : "|");
            foreach (var field in steps[step].Fields)
            {
                byKey[field.Key.Text] = (field, step);
                text.Append(field.Fingerprint).Append(' ');
            }
        }

        Version = FormField.Short(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>The id.</summary>
    public Guid Id { get; }

    /// <summary>The name by which admins know it.</summary>
    public string Name { get; }

    /// <summary>What it is for.</summary>
    public FormType Type { get; }

    /// <summary>Its steps.</summary>
    public IReadOnlyList<FormStep> Steps { get; }

    /// <summary>Changes with everything that decides which answers are right and in what order they are asked for.</summary>
    public string Version { get; }

    /// <summary>All fields, in order.</summary>
    public IEnumerable<FormField> Fields => Steps.SelectMany(step => step.Fields);

    /// <summary>The field with this key, if the form has one.</summary>
    public FormField? Find(string key) => byKey.TryGetValue(key, out var found) ? found.Field : null;

    /// <summary>The step that the field with this key stands in; the last, if the form has no such field.</summary>
    public int StepOf(string key) => byKey.TryGetValue(key, out var found) ? found.Step : Steps.Count - 1;

    /// <summary>The steps at which an address is proven, by their places.</summary>
    public IEnumerable<int> Verifications => Enumerable.Range(0, Steps.Count).Where(step => Steps[step].Type is FormStepType.VerifyEmail);

    /// <summary>The form, having the address proven right after the step that asks for it, if it does and does not yet.</summary>
    public Form Verifying() => Verifications.Any() || Find(PredefinedFields.Email) is null
        ? this
        : new(Id, Name, Type, [.. Steps.Take(StepOf(PredefinedFields.Email) + 1), FormStep.Verification, .. Steps.Skip(StepOf(PredefinedFields.Email) + 1)]);

    /// <summary>The form with only those fields; steps that lose all of theirs go.</summary>
    public Form Narrow(Func<FormField, bool> keep) => new(Id, Name, Type,
    [
        .. Steps.Select(step => step with { Fields = [.. step.Fields.Where(keep)] }).Where(step => step.Fields.Count > 0),
    ]);
}

/// <summary>What a step does.</summary>
public enum FormStepType
{
    /// <summary>Asks for its fields.</summary>
    CollectData,

    /// <summary>Has the e-mail address proven that was typed before. It has no fields.</summary>
    VerifyEmail,
}

/// <summary>A step of a form.</summary>
public sealed record FormStep(IReadOnlyList<FormField> Fields)
{
    /// <summary>A step at which the address is proven.</summary>
    public static FormStep Verification { get; } = new([]) { Type = FormStepType.VerifyEmail };

    /// <summary>What it does.</summary>
    public FormStepType Type { get; init; }

    /// <summary>The title where the language has none.</summary>
    public string? Title { get; init; }

    /// <summary>The titles by language tag.</summary>
    public IReadOnlyDictionary<string, string>? Titles { get; init; }
}
