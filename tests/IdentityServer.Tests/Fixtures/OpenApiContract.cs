using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IdentityServer.Tests.Fixtures;

/// <summary>
/// Holds what the management API takes and answers against its OpenAPI document: no status, no member and no type that the document
/// does not know, and everything there that it promises.
/// </summary>
public sealed class OpenApiContract(JsonObject document)
{
    private static readonly Lock Gate = new();
    private static Task<OpenApiContract>? shared;

    /// <summary>The document.</summary>
    public JsonObject Document => document;

    /// <summary>The contract, which is the same on every server.</summary>
    public static Task<OpenApiContract> OfAsync(HttpClient http)
    {
        lock (Gate)
        {
            return shared ??= ReadAsync(http);
        }
    }

    /// <summary>All calls: method, path and description.</summary>
    public IEnumerable<(string Method, string Path, JsonObject Operation)> Operations =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!.AsObject());

    /// <summary>What of the document an answer breaks; null: nothing.</summary>
    public string? BrokenBy(string method, string pathAndQuery, HttpStatusCode status, string answer)
    {
        if (Find(method, pathAndQuery) is not { } operation)
        {
            return status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed ? null : "There is no such call in the document.";
        }

        if (operation["responses"]![((int)status).ToString(CultureInfo.InvariantCulture)] is not JsonObject response)
        {
            return $"The document does not know the status {(int)status}.";
        }

        var schema = Resolve(response)["content"]?["application/json"]?["schema"] as JsonObject;
        if (answer.Length > 0)
        {
            if (schema is null)
            {
                return "The document knows of no body.";
            }

            return Problem(JsonNode.Parse(answer), schema, "answer", isStrict: true);
        }

        return schema is not null && !IsOpen(operation) ? "The document promises a body." : null;
    }

    /// <summary>Whether a call needs neither a key nor a token.</summary>
    public static bool IsOpen(JsonObject operation) => operation["security"]!.AsArray().Any(scheme => scheme!.AsObject().Count == 0);

    /// <summary>Whether a call is one for keys, perhaps among others.</summary>
    public static bool TakesKey(JsonObject operation) => operation["security"]!.AsArray().Any(scheme => scheme!.AsObject().ContainsKey("apiKey"));

    /// <summary>Whether a person's token is taken in place of a key.</summary>
    public static bool TakesToken(JsonObject operation) => operation["security"]!.AsArray().Any(scheme => scheme!.AsObject().ContainsKey("accessToken"));

    /// <summary>What of a request that was taken the document does not allow; null: nothing. Members that are not known are ignored (C12).</summary>
    public string? Unknown(string method, string pathAndQuery, string mediaType, JsonNode body) =>
        Find(method, pathAndQuery)?["requestBody"]?["content"]?[mediaType]?["schema"] is JsonObject schema
            ? Problem(body, schema, "request", isStrict: false)
            : null;

    /// <summary>What a value is that its schema does not allow; null: nothing.</summary>
    public string? Problem(JsonNode? value, JsonObject schema, string path, bool isStrict)
    {
        if (schema["anyOf"] is JsonArray choices)
        {
            return choices.Select(choice => Problem(value, choice!.AsObject(), path, isStrict)).Aggregate((first, second) => first is null ? null : second);
        }

        schema = Resolve(schema);
        if (value is null)
        {
            return isStrict && schema["type"]?.GetValue<string>() is not (null or "null") ? $"{path} is null." : null;
        }

        var kind = value.GetValueKind();
        if (schema["type"]?.GetValue<string>() is { } type && !Fits(type, kind, value))
        {
            return $"{path} is {kind} and not {type}.";
        }

        if (schema["enum"] is JsonArray words && words.All(word => !JsonNode.DeepEquals(word, value)))
        {
            return $"{path} is {value}, which is not one of {words.ToJsonString()}.";
        }

        return value switch
        {
            JsonArray items => items.Select((item, index) => Problem(item, schema["items"]?.AsObject() ?? [], $"{path}[{index}]", isStrict)).FirstOrDefault(found => found is not null),
            JsonObject members => MemberProblem(members, schema, path, isStrict),
            _ when schema["format"]?.GetValue<string>() == "uuid" && !Guid.TryParseExact(value.GetValue<string>(), "D", out _) => $"{path} is no UUID.",
            _ => null,
        };
    }

    private string? MemberProblem(JsonObject members, JsonObject schema, string path, bool isStrict)
    {
        if ((schema["required"]?.AsArray() ?? []).Select(name => name!.GetValue<string>()).FirstOrDefault(name => !members.ContainsKey(name)) is { } missing)
        {
            return $"{path}.{missing} is missing.";
        }

        var (properties, others) = (schema["properties"]?.AsObject(), schema["additionalProperties"]);
        foreach (var (name, value) in members)
        {
            var known = properties?[name] as JsonObject ?? others as JsonObject;
            if (known is null && isStrict && others is null && properties is not null)
            {
                return $"{path}.{name} is not in the document.";
            }

            if (known is not null && Problem(value, known, $"{path}.{name}", isStrict) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private JsonObject? Find(string method, string pathAndQuery)
    {
        var segments = pathAndQuery.Split('?')[0].Trim('/').Split('/');
        return (
            from operation in Operations
            let template = operation.Path.Trim('/').Split('/')
            where operation.Method == method && template.Length == segments.Length
            where template.Zip(segments).All(pair => pair.First[0] == '{' || pair.First == pair.Second)
            orderby template.Count(segment => segment[0] == '{')
            select operation.Operation).FirstOrDefault();
    }

    private JsonObject Resolve(JsonObject node) => node["$ref"] is { } reference
        ? reference.GetValue<string>().TrimStart('#', '/').Split('/').Aggregate((JsonNode)document, (found, name) => found[name]!).AsObject()
        : node;

    private static bool Fits(string type, JsonValueKind kind, JsonNode value) => type switch
    {
        "object" => kind is JsonValueKind.Object,
        "array" => kind is JsonValueKind.Array,
        "string" => kind is JsonValueKind.String,
        "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
        "number" => kind is JsonValueKind.Number,
        "integer" => kind is JsonValueKind.Number && value.AsValue().TryGetValue<long>(out _),
        _ => false,
    };

    private static async Task<OpenApiContract> ReadAsync(HttpClient http) =>
        new(JsonNode.Parse(await http.GetStringAsync("/api/openapi.json"))!.AsObject());
}
