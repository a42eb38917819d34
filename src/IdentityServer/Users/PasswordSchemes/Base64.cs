using System.Buffers;
using System.Text;

namespace IdentityServer.Users;

/// <summary>The spellings of base64 in imported hashes.</summary>
internal static class Base64
{
    /// <summary>The alphabet of crypt(3), phpass and their like.</summary>
    private const string CryptAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<char> CryptCharacters = SearchValues.Create(CryptAlphabet);

    /// <summary>The bytes, or null if this is not base64. Padding may be missing.</summary>
    public static byte[]? Decode(string text)
    {
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var written) ? bytes[..written] : null;
    }

    /// <summary>Whether the text is written in the alphabet of crypt(3).</summary>
    public static bool IsCrypt(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(CryptCharacters);

    /// <summary>The bytes in phpass's spelling: 24 bits at a time, lowest bits first.</summary>
    public static string EncodePhpass(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        for (var index = 0; index < bytes.Length; index += 3)
        {
            var left = Math.Min(3, bytes.Length - index);
            var value = bytes[index] | (left > 1 ? bytes[index + 1] << 8 : 0) | (left > 2 ? bytes[index + 2] << 16 : 0);
            for (var digit = 0; digit <= left; digit++, value >>= 6)
            {
                text.Append(CryptAlphabet[value & 63]);
            }
        }

        return text.ToString();
    }
}
