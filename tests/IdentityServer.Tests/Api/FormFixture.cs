using System.Text.Json.Nodes;
using IdentityServer.Forms;

namespace IdentityServer.Tests.Api;

/// <summary>Fields and forms made over the API.</summary>
public static class FormFixture
{
    /// <summary>The id of a field that every server ships.</summary>
    public static string Shipped(string key) => ShippedFields.IdOf(key).ToString();

    /// <summary>Creates a field and returns its id.</summary>
    public static async Task<string> NewFieldAsync(this ApiClient api, string key, string more = "{}")
    {
        var field = JsonNode.Parse(more)!.AsObject();
        field["name"] ??= ApiFixture.NewName();
        field["key"] = key;
        return (await api.PostAsync("/api/form/field", new JsonObject { ["field"] = field })).Expect("field")["id"]!.GetValue<string>();
    }

    /// <summary>Creates a form of steps of field ids and returns its id.</summary>
    public static Task<string> NewFormAsync(this ApiClient api, params string[][] steps) => api.NewFormAsync("registration", steps);

    /// <summary>Creates a form of a type.</summary>
    public static async Task<string> NewFormAsync(this ApiClient api, string type, string[][] steps) =>
        (await api.PostAsync("/api/form", Form(ApiFixture.NewName(), type, steps))).Expect("form")["id"]!.GetValue<string>();

    /// <summary>The body of a form.</summary>
    public static JsonObject Form(string name, string type, params string[][] steps) => new()
    {
        ["form"] = new JsonObject
        {
            ["name"] = name,
            ["type"] = type,
            ["steps"] = new JsonArray([.. steps.Select(fields => new JsonObject { ["fields"] = new JsonArray([.. fields.Select(id => JsonValue.Create(id))]) })]),
        },
    };
}
