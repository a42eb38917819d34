using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Users;

/// <summary>
/// The hashes of Werkzeug, which Flask applications keep: <c>pbkdf2:sha256:600000$salt$hex</c> and <c>scrypt:32768:8:1$salt$hex</c>.
/// All is in the one text.
/// </summary>
internal sealed class Werkzeug : IPasswordScheme
{
    private const int MaxIterations = 2_500_000;
    private const int MaxScryptMemory = 64 * 1024 * 1024;
    private const int MaxScryptWork = 2 * MaxScryptMemory;

    /// <inheritdoc/>
    public string Name => "werkzeug";

    /// <inheritdoc/>
    public string? Problem(ImportedHash hash) =>
        Parse(hash.Hash, out var tooDear) is null
            ? tooDear ? "The cost of this hash is too high." : "This is not a hash of Werkzeug's pbkdf2 or scrypt."
            : null;

    /// <inheritdoc/>
    public bool Verify(ImportedHash hash, string password) =>
        Parse(hash.Hash, out _) is { } parsed
        && CryptographicOperations.FixedTimeEquals(parsed.Compute(Encoding.UTF8.GetBytes(password), parsed.Salt, parsed.Hash.Length), parsed.Hash);

    private static Parsed? Parse(string text, out bool tooDear)
    {
        tooDear = false;
        if (text.Split('$') is not [var method, var salt, { Length: >= 32 and <= 256 } hex] || hex.Length % 2 != 0 || !hex.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        Func<byte[], byte[], int, byte[]>? compute = null;
        switch (method.Split(':'))
        {
            case ["pbkdf2", var name, var rounds] when Algorithm(name) is { } algorithm && Number(rounds) is { } iterations:
                tooDear = iterations > MaxIterations;
                compute = (password, salt, length) => Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, algorithm, length);
                break;

            case ["scrypt", var first, var second, var third] when Number(first) is { } n && Number(second) is { } r && Number(third) is { } p && int.IsPow2(n) && n > 1:
                tooDear = 128L * n * r > MaxScryptMemory || 128L * n * r * p > MaxScryptWork;
                compute = (password, salt, length) => Scrypt.DeriveKey(password, salt, n, r, p, length);
                break;
        }

        return compute is null || tooDear ? null : new Parsed(compute, Encoding.UTF8.GetBytes(salt), Convert.FromHexString(hex));
    }

    private static HashAlgorithmName? Algorithm(string name) => name switch
    {
        "sha1" => HashAlgorithmName.SHA1,
        "sha256" => HashAlgorithmName.SHA256,
        "sha512" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;

    private sealed record Parsed(Func<byte[], byte[], int, byte[]> Compute, byte[] Salt, byte[] Hash);
}
