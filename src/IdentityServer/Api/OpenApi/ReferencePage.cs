using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Themes;

namespace IdentityServer.Api;

/// <summary>The management API, to read: what the OpenAPI document holds, without a script and without a request elsewhere.</summary>
/// <param name="Action">This page.</param>
/// <param name="Version">The server's version.</param>
/// <param name="DocumentUrl">The document.</param>
/// <param name="Groups">The calls.</param>
/// <param name="Schemas">The objects that they take and give.</param>
internal sealed record ReferencePage(
    string Action, string Version, string DocumentUrl, IReadOnlyList<ReferenceGroup> Groups, IReadOnlyList<ReferenceSchema> Schemas)
    : IPage<ReferencePage>, IRepeatable
{
    /// <summary>Where the page is.</summary>
    public const string Path = "/api/reference";

    /// <inheritdoc/>
    public static string Template => "reference";

    /// <inheritdoc/>
    public static ReferencePage Sample => new(
        Path, "1.0", "/api/openapi.json",
        [
            new("Users", [
                new("retrieveUser", "GET", "/api/user/registration", "Shows a user", null, [new("userId", new("uuid"), Required: true, null)], [], [new("user", new("", "User"), Required: true, null)], "curl -sS http://localhost:9011/api/user/registration", IsOpen: false),
                new("patchUser", "PATCH", "/api/user/registration", "Changes a user", "In one of three dialects.", [], [new("user", new("", "UserInput"), Required: true, "The user.")], [], "curl -sS …", IsOpen: true),
            ]),
        ],
        [new("User", [new("id", new("uuid"), Required: true, null), new("registrations", new("list of ", "Registration"), Required: false, "Where they are registered.")])]);

    /// <summary>What a document says.</summary>
    public static ReferencePage Of(JsonObject document, string address, string documentUrl)
    {
        var calls =
            from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            let call = operation.Value!.AsObject()
            select (Group: call["tags"]![0]!.GetValue<string>(), Call: Read(document, operation.Key.ToUpperInvariant(), path.Key, call, address));
        return new ReferencePage(
            Path,
            document["info"]!["version"]!.GetValue<string>(),
            documentUrl,
            [.. calls.GroupBy(entry => entry.Group, entry => entry.Call).Select(group => new ReferenceGroup(group.Key, [.. group]))],
            [
                .. from schema in document["components"]!["schemas"]!.AsObject()
                   where !IsPatch(schema.Key)
                   select new ReferenceSchema(schema.Key, Members(document, schema.Value!.AsObject())),
            ]);
    }

    private static ReferenceCall Read(JsonObject document, string method, string path, JsonObject call, string address)
    {
        var parameters =
            from parameter in call["parameters"]!.AsArray()
            where parameter!["$ref"] is null
            select new ReferenceMember(
                Text(parameter, "name")!, TypeOf(parameter["schema"]!.AsObject()), parameter["required"]?.GetValue<bool>() ?? false, Text(parameter, "description"));
        var media = call["requestBody"]?["content"]?["application/json"];
        return new ReferenceCall(
            Text(call, "operationId")!, method, path, Text(call, "summary")!, Text(call, "description"),
            [.. parameters],
            Members(document, media?["schema"]?.AsObject()),
            Members(document, call["responses"]!["200"]!["content"]?["application/json"]?["schema"]?.AsObject()),
            Curl(method, address + path, media?["example"], IsOpen(call) ? null : TakesKey(call) ? "$API_KEY" : "Bearer $ACCESS_TOKEN"),
            IsOpen(call));
    }

    private static bool IsOpen(JsonObject call) => call["security"]!.AsArray().Any(scheme => scheme!.AsObject().Count == 0);

    private static bool TakesKey(JsonObject call) => call["security"]!.AsArray().Any(scheme => scheme!.AsObject().ContainsKey("apiKey"));

    private static List<ReferenceMember> Members(JsonObject document, JsonObject? schema)
    {
        if (schema?["$ref"] is not null)
        {
            schema = document["components"]!["schemas"]![NameOf(schema)]!.AsObject();
        }

        var required = (schema?["required"]?.AsArray() ?? []).Select(name => name!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from member in schema?["properties"]?.AsObject() ?? []
               let value = member.Value!.AsObject()
               select new ReferenceMember(member.Key, TypeOf(value), required.Contains(member.Key), Text(value, "description")),
        ];
    }

    private static ReferenceType TypeOf(JsonObject schema)
    {
        if (schema["$ref"] is not null)
        {
            // What PATCH takes is what PUT takes, member by member.
            var name = NameOf(schema);
            return new("", IsPatch(name) ? name[..^"Patch".Length] + "Input" : name);
        }

        if (schema["enum"] is JsonArray words)
        {
            return new(string.Join(" | ", words.Select(word => word!.GetValue<string>())));
        }

        return Text(schema, "type") switch
        {
            "array" => Inside("list of ", schema["items"]!.AsObject()),
            "object" when schema["additionalProperties"] is JsonObject values => Inside("object of ", values),
            { } type => new(Text(schema, "format") switch
            {
                null or "int32" => type,
                "int64" => type == "integer" ? "instant or long integer" : type,
                { } format => format,
            }),
            null => new("any"),
        };

        static ReferenceType Inside(string prefix, JsonObject schema)
        {
            var inner = TypeOf(schema);
            return inner with { Text = prefix + inner.Text };
        }
    }

    private static string Curl(string method, string url, JsonNode? example, string? authorization)
    {
        var command = new StringBuilder("curl -sS ");
        if (method != (example is null ? "GET" : "POST"))
        {
            command.Append("-X ").Append(method).Append(' ');
        }

        command.Append(url);
        if (authorization is not null)
        {
            command.Append(" \\\n  -H \"Authorization: ").Append(authorization).Append('"');
        }

        if (example is not null)
        {
            command.Append(" -H 'Content-Type: application/json' -d '").Append(example.ToJsonString(Indented)).Append('\'');
        }

        return command.ToString();
    }

    private static readonly JsonSerializerOptions Indented = new(ApiJson.Options) { WriteIndented = true };

    private static bool IsPatch(string name) => name.EndsWith("Patch", StringComparison.Ordinal);

    private static string NameOf(JsonObject reference) => Text(reference, "$ref")!.Split('/')[^1];

    private static string? Text(JsonNode node, string name) => node[name]?.GetValue<string>();
}

/// <summary>Calls under one heading.</summary>
internal sealed record ReferenceGroup(string Name, IReadOnlyList<ReferenceCall> Calls);

/// <summary>A call.</summary>
internal sealed record ReferenceCall(
    string Id, string Method, string Path, string Summary, string? Remarks, IReadOnlyList<ReferenceMember> Parameters,
    IReadOnlyList<ReferenceMember> Body, IReadOnlyList<ReferenceMember> Answer, string Curl, bool IsOpen);

/// <summary>An object.</summary>
internal sealed record ReferenceSchema(string Name, IReadOnlyList<ReferenceMember> Members);

/// <summary>A member or parameter.</summary>
internal sealed record ReferenceMember(string Name, ReferenceType Type, bool Required, string? About);

/// <summary>A type in words; an object has a schema of this name on the page.</summary>
internal sealed record ReferenceType(string Text, string? Schema = null);
