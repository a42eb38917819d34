using System.Text.Json.Nodes;
using IdentityServer.Forms;

namespace IdentityServer.Hosting;

/// <summary>The demo's forms: people who register say on a second page what homes they look for, and may change it in their profile.</summary>
internal static class DemoForms
{
    /// <summary>The form by which people register.</summary>
    public const string Registration = "0197a0c0-0000-7000-8000-000000000021";

    /// <summary>The form by which they change it.</summary>
    public const string Profile = "0197a0c0-0000-7000-8000-000000000022";

    private const string LowestPrice = "0197a0c0-0000-7000-8000-000000000023";
    private const string HighestPrice = "0197a0c0-0000-7000-8000-000000000024";
    private const string Area = "0197a0c0-0000-7000-8000-000000000025";

    private static readonly string[] Search = [LowestPrice, HighestPrice, Area];

    /// <summary>The requests that make them, as method, address and body.</summary>
    public static IEnumerable<(string Url, JsonObject Body)> Requests()
    {
        yield return Price(LowestPrice, "Lowest price", "Preis ab", "minprice", required: true);
        yield return Price(HighestPrice, "Highest price", "Preis bis", "maxprice", required: false);
        yield return Field(Area, new JsonObject
        {
            ["name"] = "Area",
            ["key"] = "registration.data.geographicarea",
            ["control"] = "select",
            ["options"] = new JsonArray("Denver", "Boulder", "Fort Collins"),
            ["texts"] = new JsonObject { ["de"] = new JsonObject { ["label"] = "Gegend" } },
        });
        string[] person = [.. new[] { "user.fullName", PredefinedFields.Email, PredefinedFields.Password }.Select(key => ShippedFields.IdOf(key).ToString())];
        yield return Form(Registration, "Home hunters", "registration", Step(person), SearchStep());
        yield return Form(Profile, "Home hunters' profile", "selfServiceUser", SearchStep());
    }

    private static (string Url, JsonObject Body) Price(string id, string name, string german, string key, bool required) => Field(id, new JsonObject
    {
        ["name"] = name,
        ["key"] = "registration.data." + key,
        ["control"] = "number",
        ["type"] = "number",
        ["required"] = required,
        ["placeholder"] = "250000",
        ["validator"] = new JsonObject { ["enabled"] = true, ["minValue"] = 0 },
        ["texts"] = new JsonObject { ["de"] = new JsonObject { ["label"] = german } },
    });

    private static (string Url, JsonObject Body) Field(string id, JsonObject field) => ("/api/form/field/" + id, new JsonObject { ["field"] = field });

    private static (string Url, JsonObject Body) Form(string id, string name, string type, params JsonNode?[] steps) =>
        ("/api/form/" + id, new JsonObject { ["form"] = new JsonObject { ["name"] = name, ["type"] = type, ["steps"] = new JsonArray(steps) } });

    private static JsonObject SearchStep()
    {
        var step = Step(Search);
        step["title"] = "What are you looking for?";
        step["titles"] = new JsonObject { ["de"] = "Was suchen Sie?" };
        return step;
    }

    private static JsonObject Step(IEnumerable<string> fields) => new() { ["fields"] = new JsonArray([.. fields.Select(id => (JsonNode)id)]) };
}
