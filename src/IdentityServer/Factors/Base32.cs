namespace IdentityServer.Factors;

/// <summary>Base 32 (RFC 4648 §6) as authenticator apps read secrets: upper case, without padding.</summary>
public static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Writes bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[((bytes.Length * 8) + 4) / 5];
        for (var index = 0; index < text.Length; index++)
        {
            var value = 0;
            for (var bit = index * 5; bit < (index * 5) + 5; bit++)
            {
                value = (value << 1) | (bit < bytes.Length * 8 ? (bytes[bit / 8] >> (7 - (bit % 8))) & 1 : 0);
            }

            text[index] = Alphabet[value];
        }

        return new string(text);
    }

    /// <summary>Reads bytes, in either case, with or without padding; null if the text is none.</summary>
    public static byte[]? Decode(string text)
    {
        var trimmed = text.TrimEnd('=');
        var bytes = new byte[trimmed.Length * 5 / 8];
        var (buffer, bits, written) = (0, 0, 0);
        foreach (var letter in trimmed)
        {
            var value = Alphabet.IndexOf(char.ToUpperInvariant(letter), StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            buffer = ((buffer << 5) | value) & 0xFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[written++] = (byte)(buffer >> bits);
            }
        }

        return bytes;
    }
}
