using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Users;

/// <summary>
/// The portable hashes of phpass, as WordPress (MD5) and Drupal 7 (SHA-512) have them: the digest of salt and password, and then
/// as often as the factor says the digest of that and the password. The hash is given in base64 or in phpass's own spelling.
/// </summary>
internal sealed class Phpass(string name, int textLength, Func<byte[], byte[]> digest) : IPasswordScheme
{
    private const int MaxFactor = 1 << 21;

    /// <summary>Both of them. Drupal keeps the first 43 characters.</summary>
    public static readonly IReadOnlyList<IPasswordScheme> All = [new Phpass("phpass-md5", 22, Md5), new Phpass("phpass-sha512", 43, SHA512.HashData)];

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string? Problem(ImportedHash hash) =>
        hash.Factor is not > 0 ? "The factor, which is the number of rounds, is missing."
        : hash.Factor > MaxFactor ? $"The factor is at most {MaxFactor}."
        : Base64.Decode(hash.Salt) is null ? "The salt is not base64."
        : hash.Hash.Length < textLength ? $"The hash has at least {textLength} characters."
        : null;

    /// <inheritdoc/>
    public bool Verify(ImportedHash hash, string password)
    {
        var bytes = Encoding.UTF8.GetBytes(password);
        var state = digest([.. Base64.Decode(hash.Salt)!, .. bytes]);
        for (var round = 0; round < hash.Factor; round++)
        {
            state = digest([.. state, .. bytes]);
        }

        var given = Encoding.UTF8.GetBytes(hash.Hash[..textLength]);
        return CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Base64.EncodePhpass(state)[..textLength]))
            | CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(Convert.ToBase64String(state)[..textLength]));
    }

#pragma warning disable CA5351 // It is what the other system did; the hash is replaced at the first sign-in.
    private static byte[] Md5(byte[] data) => MD5.HashData(data);
#pragma warning restore CA5351
}
