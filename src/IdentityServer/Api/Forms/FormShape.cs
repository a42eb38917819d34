using System.Text.Json;
using IdentityServer.Forms;
using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of form fields (§9).</summary>
internal static class FormFieldShape
{
    /// <summary>A field.</summary>
    public static readonly ObjectShape Field = RecordShape.Of<FieldDefinition>(FieldDefinition.Json).As("FormField").With(
        Shown("id", Shape.Uuid),
        Required("name", Shape.Text),
        Optional("default", Shape.List(Shape.Text), "What is filled in at first."),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Forms", "FormField", "a field", "field", Field)
    {
        Example = """
            {
              "field": {
                "name": "Lowest price",
                "key": "registration.data.minprice",
                "control": "number",
                "type": "number",
                "required": true
              }
            }
            """,
    };

    /// <summary>GET of all.</summary>
    public static ApiCall List => Noun.List("fields", "all fields");
}

/// <summary>What the OpenAPI document says of forms (§9).</summary>
internal static class FormShape
{
    private static readonly ObjectShape Step = Shape.Object(
        "FormStep",
        Kept("fields", Shape.List(Shape.Uuid), "At least one in a step of type collectData, none in one of type verifyEmail."),
        Kept("type", Shape.Words("collectData", "verifyEmail"), "verifyEmail has the address proven: in registration forms only, after user.email and before user.password."),
        Optional("title", Shape.Text),
        Optional("titles", Shape.Map(Shape.Text), "By language."));

    private static readonly ObjectShape Form = Shape.Object(
        "Form",
        Shown("id", Shape.Uuid),
        Required("name", Shape.Text),
        Kept("type", Shape.Words(Enum.GetNames<FormType>().Select(JsonNamingPolicy.CamelCase.ConvertName))),
        Required("steps", Shape.List(Step)),
        Kept("data", Shape.Free),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Forms", "Form", "a form", "form", Form)
    {
        Example = """
            {
              "form": {
                "name": "House hunters",
                "steps": [
                  { "fields": ["0197a0c0-0000-7000-8000-000000000100", "0197a0c0-0000-7000-8000-000000000102"] }
                ]
              }
            }
            """,
    };

    /// <summary>GET of all.</summary>
    public static ApiCall List => Noun.List("forms", "all forms");

    /// <summary>GET of the schema.</summary>
    public static ApiCall Schema => new("Forms", "retrieveFormSchema", "Shows the JSON Schema of a form's answers") { Answer = Shape.Free };
}
