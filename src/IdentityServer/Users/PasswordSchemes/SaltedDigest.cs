using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Users;

/// <summary>
/// The family of FusionAuth's own schemes (§6.3 of the compatibility notes): salt and hash in base64 beside each other, and a
/// factor that says how often to repeat.
/// </summary>
/// <param name="name">The name on the wire.</param>
/// <param name="length">How many bytes a hash has.</param>
/// <param name="maxFactor">The dearest factor: about a second of work.</param>
/// <param name="compute">The hash of a password with a salt and a factor.</param>
internal sealed class SaltedDigest(string name, int length, int maxFactor, Func<byte[], byte[], int, byte[]> compute) : IPasswordScheme
{
    /// <summary>All of the family.</summary>
    public static readonly IReadOnlyList<IPasswordScheme> All =
    [
        new SaltedDigest("salted-md5", MD5.HashSizeInBytes, 3_000_000, (password, salt, factor) => Repeat(password, salt, factor, Md5)),
        new SaltedDigest("salted-sha256", SHA256.HashSizeInBytes, 3_000_000, (password, salt, factor) => Repeat(password, salt, factor, SHA256.HashData)),
        new SaltedDigest("salted-hmac-sha256", SHA256.HashSizeInBytes, int.MaxValue, (password, salt, _) => HMACSHA256.HashData(salt, password)),
        Pbkdf2("salted-pbkdf2-hmac-sha256", HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
        Pbkdf2("salted-pbkdf2-hmac-sha256-512", HashAlgorithmName.SHA256, SHA512.HashSizeInBytes),
        Pbkdf2("salted-pbkdf2-hmac-sha512-512", HashAlgorithmName.SHA512, SHA512.HashSizeInBytes),
    ];

    private const string Hmac = "salted-hmac-sha256";

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string? Problem(ImportedHash hash) =>
        name != Hmac && hash.Factor is not > 0 ? "The factor is missing."
        : hash.Factor > maxFactor ? $"The factor is at most {maxFactor}."
        : Base64.Decode(hash.Salt) is null ? "The salt is not base64."
        : Base64.Decode(hash.Hash)?.Length != length ? $"The hash is not {length} bytes in base64."
        : null;

    /// <inheritdoc/>
    public bool Verify(ImportedHash hash, string password) => CryptographicOperations.FixedTimeEquals(
        compute(Encoding.UTF8.GetBytes(password), Base64.Decode(hash.Salt)!, hash.Factor ?? 1), Base64.Decode(hash.Hash)!);

    private static SaltedDigest Pbkdf2(string name, HashAlgorithmName algorithm, int length) => new(
        name, length, 2_500_000, (password, salt, factor) => Rfc2898DeriveBytes.Pbkdf2(password, salt, factor, algorithm, length));

    private static byte[] Repeat(byte[] password, byte[] salt, int factor, Func<byte[], byte[]> digest)
    {
        var hash = digest([.. password, .. salt]);
        for (var round = 1; round < factor; round++)
        {
            hash = digest(hash);
        }

        return hash;
    }

#pragma warning disable CA5351 // It is what the other system did; the hash is replaced at the first sign-in.
    private static byte[] Md5(byte[] data) => MD5.HashData(data);
#pragma warning restore CA5351
}
