using System.Globalization;

namespace IdentityServer.Users;

/// <summary>
/// A password hash that another system made, in the one text that stands in the place of ours until the person's next sign-in:
/// <c>{scheme}factor,salt,hash</c>. Our own hashes are base64 and never begin with a brace.
/// </summary>
/// <param name="Scheme">The name of its <see cref="IPasswordScheme"/>.</param>
/// <param name="Factor">The cost, where the scheme keeps it outside the hash.</param>
/// <param name="Salt">The salt, where the scheme keeps it outside the hash.</param>
/// <param name="Hash">The hash as it came.</param>
public sealed record ImportedHash(string Scheme, int? Factor, string Salt, string Hash)
{
    /// <summary>The longest text that can be stored.</summary>
    public const int MaxLength = 512;

    /// <summary>Reads what is stored; null if it is a hash of our own.</summary>
    public static ImportedHash? Parse(string stored)
    {
        if (!stored.StartsWith('{') || stored.IndexOf('}', StringComparison.Ordinal) is not (> 0 and var end))
        {
            return null;
        }

        return stored[(end + 1)..].Split(',', 3) is [var factor, var salt, var hash]
            ? new ImportedHash(
                stored[1..end], int.TryParse(factor, NumberStyles.None, CultureInfo.InvariantCulture, out var cost) ? cost : null, salt, hash)
            : null;
    }

    /// <summary>The text to store, or null if it can't be read back: too long, or a comma where none may be.</summary>
    public string? ToStored()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{{{Scheme}}}{Factor},{Salt},{Hash}");
        return text.Length <= MaxLength && Parse(text) == this ? text : null;
    }
}

/// <summary>A way of hashing passwords that other systems use. It verifies; nothing new is hashed with it.</summary>
public interface IPasswordScheme
{
    /// <summary>Its name on the wire (<c>encryptionScheme</c>).</summary>
    string Name { get; }

    /// <summary>
    /// What is wrong with a hash, in a sentence: not of this scheme, or so dear to compute that whoever imports it could stop the
    /// server with it. Null: nothing.
    /// </summary>
    string? Problem(ImportedHash hash);

    /// <summary>Whether this is the password. Asked only about a hash without a problem.</summary>
    bool Verify(ImportedHash hash, string password);
}
