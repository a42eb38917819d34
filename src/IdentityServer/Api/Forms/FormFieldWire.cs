using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Forms;

namespace IdentityServer.Api;

/// <summary>
/// A form field on the wire (§9). What FusionAuth's shape has no word for stands in members of our own: <c>label</c>,
/// <c>placeholder</c>, <c>default</c>, <c>optionLabels</c>, <c>texts</c> by language, <c>visibleIf</c>, <c>requiredIf</c>, and
/// lengths and bounds in <c>validator</c>.
/// </summary>
internal static class FormFieldWire
{
    /// <summary>What is read of an envelope's <c>field</c>.</summary>
    public static FieldInput Read(JsonFields field)
    {
        var type = field.CamelChoice<FormDataType>("type");
        var control = field.CamelChoice<FormControl>("control") ?? FormControl.Text;
        return new FieldInput(field.Text("name"), new FieldDefinition
        {
            Key = field.Text("key") ?? string.Empty,
            Control = control,
            Type = type ?? (control is FormControl.Consent ? FormDataType.Consent : FormDataType.String),
            Required = field.Flag("required"),
            Confirm = field.Flag("confirm"),
            Description = field.Text("description", JsonFields.Long),
            Label = field.Text("label"),
            Placeholder = field.Text("placeholder"),
            Default = field.Texts("default", JsonFields.Any) ?? [],
            Options = field.Texts("options", JsonFields.Any) ?? [],
            OptionLabels = field.TextMap("optionLabels"),
            Texts = ReadTexts(field),
            Validator = ReadValidator(field.Section("validator")),
            ConsentId = field.Id("consentId"),
            VisibleIf = ReadCondition(field, "visibleIf"),
            RequiredIf = ReadCondition(field, "requiredIf"),
            Data = field.Free("data").Deserialize<Dictionary<string, JsonElement>>()!,
        });
    }

    /// <summary>What is shown.</summary>
    public static JsonObject Show(StoredFormField stored)
    {
        var definition = FieldStore.Read(stored);
        var members = JsonSerializer.SerializeToNode(definition, FieldDefinition.Json)!.AsObject();
        var shown = new JsonObject
        {
            ["id"] = stored.Id,
            ["name"] = stored.Name,
            ["insertInstant"] = stored.CreatedAt.ToUnixTimeMilliseconds(),
            ["lastUpdateInstant"] = stored.UpdatedAt.ToUnixTimeMilliseconds(),
        };
        foreach (var (name, value) in members.ToList())
        {
            members.Remove(name);
            if (name != "default" || definition.Default.Count > 0)
            {
                shown[name] = value;
            }
        }

        return shown;
    }

    private static FieldValidator ReadValidator(JsonFields validator) => new()
    {
        Enabled = validator.Flag("enabled"),
        Expression = validator.Text("expression", JsonFields.Any),
        MinLength = validator.Number("minLength"),
        MaxLength = validator.Number("maxLength"),
        MinValue = validator.Decimal("minValue"),
        MaxValue = validator.Decimal("maxValue"),
    };

    private static FieldCondition? ReadCondition(JsonFields field, string name) => field.Has(name)
        ? new FieldCondition
        {
            Key = field.Section(name).Text("key") ?? string.Empty,
            Values = field.Section(name).Texts("values", JsonFields.Any) ?? [],
        }
        : null;

    private static Dictionary<string, FieldTexts>? ReadTexts(JsonFields field)
    {
        if (!field.Has("texts"))
        {
            return null;
        }

        var texts = field.Section("texts");
        return texts.Names.ToDictionary(
            language => language.Replace('_', '-'),
            language => new FieldTexts
            {
                Label = texts.Section(language).Text("label"),
                Description = texts.Section(language).Text("description", JsonFields.Long),
                Placeholder = texts.Section(language).Text("placeholder"),
                Options = texts.Section(language).TextMap("options"),
            },
            StringComparer.OrdinalIgnoreCase);
    }
}
