using IdentityServer.Forms;

namespace IdentityServer.Tests.Forms;

/// <summary>Forms written in a test.</summary>
internal static class TestForms
{
    public static FormField Field(
        string key, FormControl control = FormControl.Text, FormDataType type = FormDataType.String, Func<FieldDefinition, FieldDefinition>? change = null)
    {
        var definition = new FieldDefinition { Key = key, Control = control, Type = type };
        return new FormField(Guid.NewGuid(), key, change?.Invoke(definition) ?? definition);
    }

    public static Form Of(params FormField[][] steps) => new(Guid.NewGuid(), "Test", FormType.Registration, [.. steps.Select(fields => new FormStep(fields))]);

    public static FormPost Post(string? state, params (string Name, string Value)[] typed) => new(
    [
        .. state is null ? [] : new[] { KeyValuePair.Create(FormPost.StateField, state) },
        .. typed.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)),
    ]);
}
