using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>
/// RFC 6902. All operations or none (§5); bounded in their number, in what <c>copy</c> may multiply, and in the depth of what
/// grows, while it runs.
/// </summary>
internal sealed class JsonPatch
{
    private const int MaxOperations = 500;
    private const int MaxCopiedNodes = 50_000;

    private readonly JsonObject document;
    private int copied;

    private JsonPatch(JsonObject document) => this.document = document;

    /// <summary>Applies the operations in order. Null, with the reason noted, if one fails.</summary>
    public static JsonObject? Apply(JsonObject document, JsonArray? operations, FieldErrors errors)
    {
        if (operations is null || operations.Count > MaxOperations)
        {
            errors.AddGeneral("invalidJSON", $"A JSON Patch is a list of at most {MaxOperations} operations (RFC 6902 §3).");
            return null;
        }

        var patch = new JsonPatch(document);
        for (var index = 0; index < operations.Count; index++)
        {
            if (patch.Run(operations[index] as JsonObject) is { } problem)
            {
                errors.AddGeneral("invalid", $"Operation {index}: {problem}");
                return null;
            }
        }

        return document;
    }

    // Returns what is wrong, or null. §4: unknown members are ignored, and so is the order of members.
    private string? Run(JsonObject? operation)
    {
        if (operation is null || Text(operation, "op") is not { } name)
        {
            return "an operation is an object with a text 'op'.";
        }

        if (Pointer(operation, "path") is not { } path)
        {
            return "'path' is not a JSON Pointer (RFC 6901).";
        }

        if (path.IsRoot && name != "test")
        {
            return "the whole document can't be replaced or removed.";
        }

        return name switch
        {
            "add" => NeedsValue(operation) ?? Add(path, operation["value"]?.DeepClone()),
            "remove" => Remove(path, out _),
            "replace" => NeedsValue(operation) ?? Replace(path, operation["value"]?.DeepClone()),
            "move" => Pointer(operation, "from") is { IsRoot: false } from ? Move(from, path) : "'from' is not a JSON Pointer to a value.",
            "copy" => Pointer(operation, "from") is { } from ? Copy(from, path) : "'from' is not a JSON Pointer.",
            "test" => NeedsValue(operation) ?? Test(path, operation["value"]),
            _ => "'op' is one of add, remove, replace, move, copy and test.",
        };
    }

    // §4.1.
    private string? Add(JsonPointer path, JsonNode? value)
    {
        if (path.Tokens.Length + Depth(value) > ApiJson.MaxDepth)
        {
            return "the document would be nested too deeply.";
        }

        if (!path.TryFindParent(document, out var parent))
        {
            return NothingThere;
        }

        switch (parent)
        {
            case JsonObject members:
                members[path.Last] = value;
                return null;
            case JsonArray items when path.Last == "-":
                items.Add(value);
                return null;
            case JsonArray items when JsonPointer.TryIndex(path.Last, items.Count + 1, out var index):
                items.Insert(index, value);
                return null;
            default:
                return NothingThere;
        }
    }

    // §4.2.
    private string? Remove(JsonPointer path, out JsonNode? removed)
    {
        removed = null;
        path.TryFindParent(document, out var parent);
        switch (parent)
        {
            case JsonObject members when members.TryGetPropertyValue(path.Last, out removed):
                members.Remove(path.Last);
                return null;
            case JsonArray items when JsonPointer.TryIndex(path.Last, items.Count, out var index):
                removed = items[index];
                items.RemoveAt(index);
                return null;
            default:
                return NothingThere;
        }
    }

    // §4.3: a remove, then an add at the same place.
    private string? Replace(JsonPointer path, JsonNode? value) => Remove(path, out _) ?? Add(path, value);

    // §4.4.
    private string? Move(JsonPointer from, JsonPointer path) =>
        path.IsInside(from) ? "a value can't be moved into itself." : Remove(from, out var value) ?? Add(path, value);

    // §4.5.
    private string? Copy(JsonPointer from, JsonPointer path)
    {
        if (!from.TryFind(document, out var value))
        {
            return NothingThere;
        }

        copied += Count(value);
        return copied > MaxCopiedNodes ? "the patch copies too much." : Add(path, value?.DeepClone());
    }

    // §4.6.
    private string? Test(JsonPointer path, JsonNode? expected) =>
        path.TryFind(document, out var value) && JsonNode.DeepEquals(value, expected) ? null : "the test failed.";

    private static string? NeedsValue(JsonObject operation) => operation.ContainsKey("value") ? null : "'value' is missing.";

    private static JsonPointer? Pointer(JsonObject operation, string name) =>
        Text(operation, name) is { } text ? JsonPointer.Parse(text) : null;

    private static string? Text(JsonObject operation, string name) =>
        operation[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    // Neither recurses deeper than MaxDepth: a document starts within it, and nothing is added beyond it.
    private static int Depth(JsonNode? node) => node switch
    {
        JsonObject members => 1 + members.Select(member => Depth(member.Value)).DefaultIfEmpty().Max(),
        JsonArray items => 1 + items.Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };

    // Texts weigh by their length, so that copying can't multiply one long text either.
    private static int Count(JsonNode? node) => node switch
    {
        JsonObject members => 1 + members.Sum(member => 1 + (member.Key.Length / 32) + Count(member.Value)),
        JsonArray items => 1 + items.Sum(Count),
        JsonValue value when value.TryGetValue<string>(out var text) => 1 + (text.Length / 32),
        _ => 1,
    };

    private const string NothingThere = "there is nothing at the pointer.";
}
