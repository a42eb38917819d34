using System.Buffers;
using System.Buffers.Text;

namespace IdentityServer.Protocol;

/// <summary>Base64url as RFC 7515 §2 wants it: no padding, no white space, and unused bits zero, so that a value has one spelling.</summary>
internal static class Base64UrlText
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    // The framework's decoder refuses set bits that are unused, but takes white space and padding.
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(Alphabet))
            return null;

        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.DecodeFromChars(text, bytes, out _, out _) == OperationStatus.Done ? bytes : null;
    }
}
