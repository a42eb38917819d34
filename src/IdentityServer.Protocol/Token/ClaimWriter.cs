using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>Shapes that several kinds of token share.</summary>
internal static class ClaimWriter
{
    /// <summary>RFC 7519 §4.1.3: one audience stands alone, several in a list.</summary>
    public static void WriteAudience(Utf8JsonWriter writer, IReadOnlyList<string> audience)
    {
        if (audience.Count == 1)
            writer.WriteString("aud"u8, audience[0]);
        else
            WriteList(writer, Claims.Audience, audience);
    }

    public static void WriteOptional(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    public static void WriteOptional(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? value)
    {
        if (value is { } time)
            writer.WriteNumber(name, time.ToUnixTimeSeconds());
    }

    public static void WriteOptional(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Guid? value)
    {
        if (value is { } id)
            writer.WriteString(name, id);
    }

    public static void WriteOptional(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        if (values.Count > 0)
            WriteList(writer, name, values);
    }

    public static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        for (var i = 0; i < values.Count; i++)
            writer.WriteStringValue(values[i]);
        writer.WriteEndArray();
    }
}
