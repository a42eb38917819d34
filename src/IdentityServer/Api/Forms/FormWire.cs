using System.Text.Json.Nodes;
using IdentityServer.Forms;

namespace IdentityServer.Api;

/// <summary>A form on the wire (§9). A step's <c>title</c> and <c>titles</c> by language are ours.</summary>
internal static class FormWire
{
    private const string CollectData = "collectData";
    private const string VerifyEmail = "verifyEmail";
    private const string VerifyPhoneNumber = "verifyPhoneNumber";

    /// <summary>What is read of an envelope's <c>form</c>.</summary>
    public static FormInput Read(JsonFields form, FieldErrors errors) => new(
        form.Text("name"),
        form.CamelChoice<FormType>("type") ?? FormType.Registration,
        [.. (form.Sections("steps") ?? []).Select(step => ReadStep(step, errors))],
        form.Free("data").ToJsonString(ApiJson.Options));

    /// <summary>What is shown.</summary>
    public static JsonObject Show(StoredForm stored) => new()
    {
        ["id"] = stored.Id,
        ["name"] = stored.Name,
        ["type"] = Word(stored.Type),
        ["data"] = JsonNode.Parse(stored.Data),
        ["steps"] = ApiJson.List(FormStore.ReadSteps(stored).Select(Show)),
        ["insertInstant"] = stored.CreatedAt.ToUnixTimeMilliseconds(),
        ["lastUpdateInstant"] = stored.UpdatedAt.ToUnixTimeMilliseconds(),
    };

    private static StepDefinition ReadStep(JsonFields step, FieldErrors errors)
    {
        var type = step.Text("type") ?? CollectData;
        if (type is VerifyPhoneNumber)
        {
            errors.Add(step.Path + ".type", "invalid", "Telephone numbers can't be proven: this server sends no messages.");
        }
        else if (type is not (CollectData or VerifyEmail))
        {
            errors.Add(step.Path + ".type", "invalid", $"A step is of type {CollectData} or {VerifyEmail}.");
        }

        return new StepDefinition
        {
            Type = type is VerifyEmail ? FormStepType.VerifyEmail : FormStepType.CollectData,
            Fields = ReadIds(step, errors),
            Title = step.Text("title"),
            Titles = step.TextMap("titles"),
        };
    }

    private static List<Guid> ReadIds(JsonFields step, FieldErrors errors)
    {
        var ids = new List<Guid>();
        foreach (var text in step.Texts("fields") ?? [])
        {
            if (Guid.TryParseExact(text, "D", out var id))
            {
                ids.Add(id);
            }
            else
            {
                errors.Add(step.Path + ".fields", "invalid", "The fields of a step are named by their ids.");
            }
        }

        return ids;
    }

    private static JsonObject Show(StepDefinition step) => ApiJson.WithoutNulls(new()
    {
        ["type"] = step.Type is FormStepType.VerifyEmail ? VerifyEmail : CollectData,
        ["fields"] = new JsonArray([.. step.Fields.Select(id => (JsonNode)JsonValue.Create(id.ToString()))]),
        ["title"] = step.Title,
        ["titles"] = step.Titles is null ? null : new JsonObject(step.Titles.Select(title => KeyValuePair.Create(title.Key, (JsonNode?)title.Value))),
    });

    private static string Word(FormType type) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(type.ToString());
}
