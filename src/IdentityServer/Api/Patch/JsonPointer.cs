using System.Globalization;
using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>A JSON Pointer (RFC 6901), taken apart.</summary>
internal readonly record struct JsonPointer(string[] Tokens)
{
    /// <summary>Whether it points at the whole document.</summary>
    public bool IsRoot => Tokens.Length == 0;

    /// <summary>The name or index at its end.</summary>
    public string Last => Tokens[^1];

    /// <summary>Reads a pointer, or null: it is empty or starts with a slash, and <c>~</c> stands before 0 or 1 alone (§3).</summary>
    public static JsonPointer? Parse(string text)
    {
        if (text.Length == 0)
        {
            return new JsonPointer([]);
        }

        if (text[0] != '/' || text.Replace("~0", string.Empty, StringComparison.Ordinal).Replace("~1", string.Empty, StringComparison.Ordinal).Contains('~', StringComparison.Ordinal))
        {
            return null;
        }

        // §4: first ~1, then ~0, so that ~01 means "~1".
        return new JsonPointer([.. text[1..].Split('/').Select(token => token
            .Replace("~1", "/", StringComparison.Ordinal)
            .Replace("~0", "~", StringComparison.Ordinal))]);
    }

    /// <summary>Whether it points at something inside what <paramref name="other"/> points at.</summary>
    public bool IsInside(JsonPointer other) =>
        Tokens.Length > other.Tokens.Length && Tokens.AsSpan(0, other.Tokens.Length).SequenceEqual(other.Tokens);

    /// <summary>Finds the value; false if there is none.</summary>
    public bool TryFind(JsonNode? document, out JsonNode? value) => TryWalk(document, Tokens, out value);

    /// <summary>Finds the object or list that holds, or would hold, the value.</summary>
    public bool TryFindParent(JsonNode? document, out JsonNode? parent) => TryWalk(document, Tokens.AsSpan(0, Tokens.Length - 1), out parent);

    /// <summary>An index of a list: digits without leading zeros, below <paramref name="end"/> (§4).</summary>
    public static bool TryIndex(string token, int end, out int index)
    {
        index = -1;
        return token is ['0'] or [not '0', ..]
            && int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && index < end;
    }

    private static bool TryWalk(JsonNode? document, ReadOnlySpan<string> tokens, out JsonNode? value)
    {
        value = document;
        foreach (var token in tokens)
        {
            switch (value)
            {
                case JsonObject members when members.TryGetPropertyValue(token, out var member):
                    value = member;
                    break;
                case JsonArray items when TryIndex(token, items.Count, out var index):
                    value = items[index];
                    break;
                default:
                    value = null;
                    return false;
            }
        }

        return true;
    }
}
