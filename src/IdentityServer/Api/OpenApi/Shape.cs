using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>What a description is for: one object looks different when it is sent, changed and answered with.</summary>
internal enum ShapeUse
{
    /// <summary>As answers show it.</summary>
    Answer,

    /// <summary>As POST and PUT take it.</summary>
    Request,

    /// <summary>As PATCH takes it: everything may be left out, and null removes.</summary>
    Patch,
}

/// <summary>
/// The form of a JSON value, said once beside the code that reads and shows it, and written as JSON Schema into the OpenAPI
/// document (OpenAPI 3.1 §4.8.24). That it is true is tested: every answer in the API's tests is held against it.
/// </summary>
internal abstract class Shape
{
    /// <summary>Text.</summary>
    public static readonly Shape Text = Plain("string");

    /// <summary>An id.</summary>
    public static readonly Shape Uuid = Plain("string", "uuid");

    /// <summary>A day, <c>YYYY-MM-DD</c>.</summary>
    public static readonly Shape Date = Plain("string", "date");

    /// <summary>An instant (§1.2).</summary>
    public static readonly Shape Instant = Plain("integer", "int64", "Milliseconds since 1970.");

    /// <summary>A switch.</summary>
    public static readonly Shape Flag = Plain("boolean");

    /// <summary>A whole number.</summary>
    public static readonly Shape Whole = Plain("integer", "int32");

    /// <summary>A whole number of many digits.</summary>
    public static readonly Shape Long = Plain("integer", "int64");

    /// <summary>Any number.</summary>
    public static readonly Shape Number = Plain("number");

    /// <summary>Any value at all.</summary>
    public static readonly Shape Any = new PlainShape([]);

    /// <summary>An object whose members the caller chooses.</summary>
    public static readonly Shape Free = new PlainShape(new() { ["type"] = "object", ["additionalProperties"] = true });

    /// <summary>The schema, for this use. Objects that have a name are put into <paramref name="components"/> and referred to.</summary>
    public abstract JsonObject Write(Components components, ShapeUse use);

    /// <summary>A list.</summary>
    public static Shape List(Shape item) => new Composite((components, use) => new()
    {
        ["type"] = "array",
        ["items"] = item.Write(components, use is ShapeUse.Patch ? ShapeUse.Request : use), // What a patch adds to a list is whole.
    });

    /// <summary>Values by a name that the caller chooses.</summary>
    public static Shape Map(Shape value) => new Composite((components, use) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = value.Write(components, use),
    });

    /// <summary>One of these words.</summary>
    public static Shape Words(params IEnumerable<string> words) => new PlainShape(new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. words.Select(word => JsonValue.Create(word))]),
    });

    /// <summary>An object. Without a name it stands where it is used.</summary>
    public static ObjectShape Object(string? name, params IEnumerable<Member> members) => new(name, new(() => [.. members]));

    private static PlainShape Plain(string type, string? format = null, string? about = null)
    {
        var schema = new JsonObject { ["type"] = type };
        if (format is not null)
        {
            schema["format"] = format;
        }

        if (about is not null)
        {
            schema["description"] = about;
        }

        return new PlainShape(schema);
    }

    private sealed class PlainShape(JsonObject schema) : Shape
    {
        public override JsonObject Write(Components components, ShapeUse use) => schema.DeepClone().AsObject();
    }

    private sealed class Composite(Func<Components, ShapeUse, JsonObject> write) : Shape
    {
        public override JsonObject Write(Components components, ShapeUse use) => write(components, use);
    }
}

/// <summary>The schemas that have names, gathered while a document is written.</summary>
internal sealed class Components
{
    private readonly SortedDictionary<string, JsonObject?> schemas = new(StringComparer.Ordinal);

    /// <summary>A reference to the schema of this name, which is written the first time that it is asked for.</summary>
    public JsonObject Refer(string name, Func<JsonObject> write)
    {
        if (!schemas.ContainsKey(name))
        {
            schemas[name] = null; // An object may hold others of its kind.
            schemas[name] = write();
        }

        return new JsonObject { ["$ref"] = "#/components/schemas/" + name };
    }

    /// <summary>All of them.</summary>
    public JsonObject Write() => new(schemas.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
}
