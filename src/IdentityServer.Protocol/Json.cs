using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>One JSON writer per thread: on the hot paths a writer would be the largest thing allocated.</summary>
internal static class Json
{
    /// <summary>Names twice in one object, comments and trailing commas are refused; depth is bounded.</summary>
    public static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    // The relaxed encoder escapes what JSON demands and leaves other languages' letters one to three bytes long; nothing
    // written here is ever embedded in HTML.
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

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
