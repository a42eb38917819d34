using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace IdentityServer.Api;

/// <summary>How JSON comes in and goes out: bounded in depth, every name once, text that every database can hold.</summary>
internal static class ApiJson
{
    /// <summary>The deepest nesting of a body. Stored settings and data are read back with the same bound.</summary>
    public const int MaxDepth = 32;

    /// <summary>Responses leave out nulls (§1.4 of the compatibility notes); escaping is left to what JSON itself needs.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        MaxDepth = MaxDepth * 2,
    };

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a body. An absent one is null and no error (C6).</summary>
    public static JsonNode? Parse(ReadOnlyMemory<byte> body, FieldErrors errors)
    {
        var json = body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
        if (json.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return null;
        }

        try
        {
            // The parser looks into strings only when they are read; what is wrong in them has to be found here.
            if (Utf8.IsValid(json.Span) && AreStringsWhole(json.Span))
            {
                var node = JsonNode.Parse(json.Span, documentOptions: Strict);
                RefuseNulCharacters(node, string.Empty, errors);
                return node;
            }
        }
        catch (JsonException)
        {
            // Told below, like every other way of not being JSON.
        }

        errors.AddGeneral("invalidJSON", "The body is not valid JSON.");
        return null;
    }

    /// <summary>A copy whose values are all backed by JSON text, whatever they were made of.</summary>
    public static JsonObject Copy(object value) => JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(value, Options))!.AsObject();

    /// <summary>A list of objects.</summary>
    public static JsonArray List(IEnumerable<JsonNode> items) => [.. items];

    /// <summary>The object without members that are null: responses leave them out (§1.4).</summary>
    public static JsonObject WithoutNulls(JsonObject members)
    {
        foreach (var name in members.Where(member => member.Value is null).Select(member => member.Key).ToList())
        {
            members.Remove(name);
        }

        return members;
    }

    /// <summary>The object without members that are null, at any depth: stored data has none (§1.4).</summary>
    public static void RemoveNulls(JsonNode? node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items)
            {
                RemoveNulls(item);
            }
        }

        if (node is not JsonObject members)
        {
            return;
        }

        foreach (var (name, value) in members.ToList())
        {
            if (value is null)
            {
                members.Remove(name);
            }
            else
            {
                RemoveNulls(value);
            }
        }
    }

    // An escaped half of a surrogate pair has no form in UTF-8: neither a database nor a client could hold it.
    private static bool AreStringsWhole(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !IsWhole(ref reader))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsWhole(ref Utf8JsonReader reader)
    {
        try
        {
            _ = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // PostgreSQL holds no U+0000 in text.
    private static void RefuseNulCharacters(JsonNode? node, string path, FieldErrors errors)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    var inner = path.Length == 0 ? name : $"{path}.{name}";
                    if (name.Contains('\0', StringComparison.Ordinal))
                    {
                        errors.Add(inner.Replace("\0", string.Empty, StringComparison.Ordinal), "invalid", NulRefused);
                    }

                    RefuseNulCharacters(value, inner, errors);
                }

                break;
            case JsonArray items:
                for (var index = 0; index < items.Count; index++)
                {
                    RefuseNulCharacters(items[index], $"{path}[{index}]", errors);
                }

                break;
            case JsonValue value when value.TryGetValue<string>(out var text) && text.Contains('\0', StringComparison.Ordinal):
                errors.Add(path, "invalid", NulRefused);
                break;
        }
    }

    private const string NulRefused = "Text must not contain the character U+0000.";
}
