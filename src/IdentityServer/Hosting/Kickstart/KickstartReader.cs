using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Api;
using IdentityServer.ApiKeys;

namespace IdentityServer.Hosting;

/// <summary>Reads a kickstart file whole before anything is done: a mistake anywhere in it leaves the database untouched.</summary>
internal sealed class KickstartReader
{
    private static readonly string[] Methods = ["POST", "PUT", "PATCH", "DELETE"];

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false,
    };

    private readonly KickstartText text;
    private readonly List<string> problems = [];

    private KickstartReader(KickstartText text) => this.text = text;

    /// <summary>Parses the JSON of a file.</summary>
    /// <exception cref="InvalidDataException">It is not a JSON object.</exception>
    public static JsonObject Parse(string json)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: Lenient) as JsonObject ?? throw new InvalidDataException("it is not a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("it is not valid JSON: " + exception.Message, exception);
        }
    }

    /// <summary>Reads a file; <paramref name="text"/> knows what placeholders stand for.</summary>
    /// <exception cref="InvalidDataException">With every problem in the file.</exception>
    public static KickstartPlan Read(JsonObject file, KickstartText text)
    {
        var reader = new KickstartReader(text);
        var plan = reader.Read(file);
        reader.problems.AddRange(text.Problems);
        return reader.problems.Count == 0
            ? plan
            : throw new InvalidDataException(string.Join("\n  ", reader.problems.Prepend("it has mistakes, and nothing was done:").Distinct()));
    }

    private KickstartPlan Read(JsonObject file)
    {
        foreach (var (name, value) in file["variables"] as JsonObject ?? [])
        {
            if (value is JsonValue)
            {
                text.Define(name, text.Fill(value.ToString()));
            }
            else
            {
                problems.Add($"variables.{name} is not a text.");
            }
        }

        return new KickstartPlan(
            [.. Objects(file, "apiKeys").Select(item => ReadKey(item.Item, item.Where))],
            [.. Objects(file, "requests").Select(item => ReadRequest(item.Item, item.Where))]);
    }

    private ApiKeyInput ReadKey(JsonObject item, string where)
    {
        var errors = new FieldErrors();
        var fields = new JsonFields(item, where, errors);
        var permissions = fields.Section("permissions");
        var key = new ApiKeyInput
        {
            Key = fields.Text("key", JsonFields.Long),
            Name = fields.Text("name"),
            Description = fields.Text("description", JsonFields.Long),
            Permissions = ApiKeyWire.ReadPermissions(permissions.Has("endpoints") ? permissions.Section("endpoints") : permissions),
            TenantId = fields.Id("tenantId"),
            KeyManager = fields.Flag("keyManager"),
        };
        problems.AddRange(errors.Fields.Select(error => $"{error.Field}: {error.Message}"));
        if (key.Key is null)
        {
            problems.Add($"{where}.key is missing.");
        }

        return key;
    }

    private KickstartRequest ReadRequest(JsonObject item, string where)
    {
        var request = new KickstartRequest(Text(item, "method"), Text(item, "url"), Optional(item, "tenantId"), Optional(item, "contentType"), item["body"]);
        if (!Methods.Contains(request.Method))
        {
            problems.Add($"{where}.method is not one of {string.Join(", ", Methods)}.");
        }

        if (!request.Url.StartsWith("/api/", StringComparison.Ordinal))
        {
            problems.Add($"{where}.url does not start with /api/.");
        }

        return request;
    }

    private IEnumerable<(JsonObject Item, string Where)> Objects(JsonObject file, string name)
    {
        if (file[name] is not (null or JsonArray))
        {
            problems.Add($"{name} is not a list.");
        }

        var items = file[name] as JsonArray ?? [];
        for (var index = 0; index < items.Count; index++)
        {
            var where = $"{name}[{index}]";
            if (text.Fill(items[index]) is JsonObject item)
            {
                yield return (item, where);
            }
            else
            {
                problems.Add($"{where} is not an object.");
            }
        }
    }

    private static string Text(JsonObject item, string name) => Optional(item, name) ?? string.Empty;

    private static string? Optional(JsonObject item, string name) =>
        item[name] is JsonValue value && value.TryGetValue<string>(out var found) ? found : null;
}
