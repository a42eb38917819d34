using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Tokens;

/// <summary>
/// A random secret that its holder sees once and we keep as a hash: 256 bits, so that a fast hash suffices and nobody guesses.
/// </summary>
public readonly record struct OpaqueSecret(string Value, byte[] Hash)
{
    private const int Size = 32;

    /// <summary>Makes a new one.</summary>
    public static OpaqueSecret Create()
    {
        Span<byte> bytes = stackalloc byte[Size];
        RandomNumberGenerator.Fill(bytes);
        var value = Base64Url.EncodeToString(bytes);
        return new(value, HashOf(value));
    }

    /// <summary>The hash under which a presented secret would be stored.</summary>
    public static byte[] HashOf(string presented) => SHA256.HashData(Encoding.UTF8.GetBytes(presented));

    /// <summary>The secret never appears in a log.</summary>
    public override string ToString() => nameof(OpaqueSecret);
}
