using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace IdentityServer.Users;

/// <summary>
/// Hashes in the text of crypt(3), such as <c>$2b$10$…</c> or <c>$6$…</c>, under the scheme <c>crypt</c>; and <c>bcrypt</c> as
/// FusionAuth takes it apart: cost, 22 characters of salt, 31 of hash.
/// </summary>
internal sealed partial class Crypt : IPasswordScheme
{
    private const string Bcrypt = "bcrypt";
    private const int BcryptSalt = 22;
    private const int BcryptHash = 31;
    private const int MaxBcryptCost = 14;   // 16,384 rounds of key setup: about a second.
    private const int MaxRounds = 1_000_000; // Of SHA-crypt: about a second.

    private Crypt(string name) => Name = name;

    /// <summary>Both of them.</summary>
    public static IReadOnlyList<IPasswordScheme> All { get; } = [new Crypt("crypt"), new Crypt(Bcrypt)];

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string? Problem(ImportedHash hash) =>
        !SystemCrypt.IsThere ? "This machine has no library libcrypt with crypt_rn, which this scheme needs."
        : Text(hash) is not { } text || !Known().IsMatch(text) ? "This is not a hash that crypt(3) makes, or not one of those that are taken."
        : !IsBearable(text) ? "The cost of this hash is too high."
        : null;

    /// <inheritdoc/>
    public bool Verify(ImportedHash hash, string password) =>
        Text(hash) is { } text && SystemCrypt.Hash(password, text) is { } computed
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(computed), Encoding.UTF8.GetBytes(text));

    private string? Text(ImportedHash hash)
    {
        if (Name != Bcrypt)
        {
            return hash.Hash;
        }

        return hash is { Factor: >= 4 and <= 31, Salt.Length: BcryptSalt, Hash.Length: BcryptHash } && Base64.IsCrypt(hash.Salt) && Base64.IsCrypt(hash.Hash)
            ? string.Create(CultureInfo.InvariantCulture, $"$2b${hash.Factor:00}${hash.Salt}{hash.Hash}")
            : null;
    }

    private static bool IsBearable(string text)
    {
        var parts = text.Split('$');
        return parts[1] switch
        {
            "2a" or "2b" or "2y" => int.Parse(parts[2], CultureInfo.InvariantCulture) <= MaxBcryptCost,
            "5" or "6" => !parts[2].StartsWith("rounds=", StringComparison.Ordinal) || int.Parse(parts[2][7..], CultureInfo.InvariantCulture) <= MaxRounds,
            _ => true, // The others are bearable in every form that the pattern lets through.
        };
    }

    // yescrypt in the cost that Debian and Fedora use, and two each way; scrypt up to N = 2^16 with r = 8 and p = 1 (64 MiB).
    [GeneratedRegex(
        """
        ^(?:\$1\$[^$:]{0,8}\$[./0-9A-Za-z]{22}
        |\$2[aby]\$(?:0[4-9]|[12][0-9]|3[01])\$[./0-9A-Za-z]{53}
        |\$5\$(?:rounds=[0-9]{4,9}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{43}
        |\$6\$(?:rounds=[0-9]{4,9}\$)?[^$:]{0,16}\$[./0-9A-Za-z]{86}
        |\$7\$[A-E]6\.\.\.\./\.\.\.\.[^$:]{0,64}\$[./0-9A-Za-z]{43}
        |\$g?y\$j[789AB]T\$[./0-9A-Za-z]{0,86}\$[./0-9A-Za-z]{43})$
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Known();
}
