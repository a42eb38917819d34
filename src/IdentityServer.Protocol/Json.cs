using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace IdentityServer.Protocol;

/// <summary>JSON as strangers send it, and JSON as we write it.</summary>
internal static class Json
{
    private const int MaxDepth = 16;

    // A name twice in one object would let two readers see two values (RFC 7515 §4, RFC 7519 §4).
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    // The relaxed encoder escapes what JSON demands and leaves other languages' letters one to three bytes long; nothing
    // written here is ever embedded in HTML.
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    /// <summary>Reads JSON all of whose names and strings can be read later without an exception.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out JsonElement element)
    {
        element = default;
        try
        {
            if (!IsText(utf8))
                return false;
            element = JsonElement.Parse(utf8, Strict);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The same for a value that somebody else has parsed, less strictly perhaps.</summary>
    public static bool TryParse(JsonElement parsed, out JsonElement element)
    {
        element = default;
        return parsed.ValueKind != JsonValueKind.Undefined && TryParse(JsonMarshal.GetRawUtf8Value(parsed), out element);
    }

    // The parser lets bytes pass that are not UTF-8, and escapes that are half a character; whoever then asks for the string
    // gets an InvalidOperationException.
    private static bool IsText(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            return false;
        if (utf8.IndexOf("\\u"u8) < 0)
            return true;

        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    reader.GetString();
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    // One writer per thread: on the hot paths a writer would be the largest thing allocated.
    public static void Write<T>(IBufferWriter<byte> output, T value, Action<T, Utf8JsonWriter> write)
    {
        // Taken, so that a nested call on this thread gets a writer of its own.
        var writer = t_writer ?? new Utf8JsonWriter(output, Options);
        t_writer = null;
        writer.Reset(output);
        write(value, writer);
        writer.Flush();
        writer.Reset(Stream.Null);
        t_writer = writer;
    }

    public static byte[] ToBytes<T>(T value, Action<T, Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        Write(output, value, write);
        return output.WrittenSpan.ToArray();
    }
}
