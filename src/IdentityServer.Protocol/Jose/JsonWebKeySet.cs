using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>A set of public keys (RFC 7517 §5).</summary>
public sealed class JsonWebKeySet
{
    public const int MaxKeys = 100;

    private static readonly OAuthError NotJson = OAuthError.InvalidKey("The key set is not valid JSON.");

    public JsonWebKeySet(IReadOnlyList<JsonWebKey> keys) => Keys = keys;

    public static JsonWebKeySet Empty { get; } = new([]);

    public IReadOnlyList<JsonWebKey> Keys { get; }

    public static OAuthResult<JsonWebKeySet> Parse(ReadOnlySpan<byte> json) =>
        Json.TryParse(json, out var element) ? Read(element) : NotJson;

    public static OAuthResult<JsonWebKeySet> Parse(JsonElement json) =>
        Json.TryParse(json, out var element) ? Read(element) : NotJson;

    // Keys of other types are skipped, as §5 asks; a private key refuses the whole set.
    private static OAuthResult<JsonWebKeySet> Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
            return OAuthError.InvalidKey("A key set must be a JSON object with an array named keys.");
        if (list.GetArrayLength() > MaxKeys)
            return OAuthError.InvalidKey($"A key set has at most {MaxKeys} keys.");

        var keys = new List<JsonWebKey>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (JsonWebKey.Read(item).Succeeded(out var key, out var error))
                keys.Add(key);
            else if (error == OAuthError.PrivateKeyPublished)
                return error;
        }

        return new JsonWebKeySet(keys);
    }

    /// <summary>
    /// The one key that a signature names by <c>kid</c>, or without a <c>kid</c> the only one that fits. Never tries several:
    /// what verifies must not depend on chance.
    /// </summary>
    public JsonWebKey? Find(string? keyId, JwsAlgorithm algorithm)
    {
        JsonWebKey? found = null;
        foreach (var key in Keys)
        {
            if (!key.Fits(algorithm) || (keyId is not null && key.KeyId != keyId))
                continue;
            if (found is not null)
                return null;
            found = key;
        }

        return found;
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("keys"u8);
        foreach (var key in Keys)
            key.WriteTo(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public byte[] ToUtf8Bytes() => Json.ToBytes(this, static (keys, writer) => keys.WriteTo(writer));
}
