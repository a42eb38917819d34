using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;

namespace IdentityServer.Users;

/// <summary>What came of comparing a password with a hash.</summary>
public enum PasswordVerdict
{
    /// <summary>It is another password, or there is none.</summary>
    Wrong,

    /// <summary>It is the password.</summary>
    Right,

    /// <summary>It is the password, and its hash is of an older make: replace it.</summary>
    RightButOutdated,

    /// <summary>Nothing was compared; too many wait. See <see cref="PasswordGate.RetryAfter"/>.</summary>
    Busy,
}

/// <summary>
/// Hashes and compares passwords with ASP.NET Core Identity's hasher (PBKDF2-HMAC-SHA512), behind the <see cref="PasswordGate"/>.
/// Passwords count in Unicode's normal form C, so that every keyboard types the same one, and are never cut. Hashes that were
/// imported from other systems are compared by their scheme, as typed, and count as outdated.
/// </summary>
public sealed class Passwords(IPasswordHasher<User> hasher, IEnumerable<IPasswordScheme> schemes, PasswordGate gate)
{
    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA512.</summary>
    public const int Iterations = 210_000;

    // The hasher has a place for a user in its interface and no use for one.
    private static readonly User Nobody =
        new() { Id = Guid.Empty, TenantId = Guid.Empty, SecurityStamp = string.Empty, CreatedAt = default, UpdatedAt = default };

    private readonly FrozenDictionary<string, IPasswordScheme> schemes = schemes.ToFrozenDictionary(scheme => scheme.Name, StringComparer.Ordinal);

    private readonly Lazy<string> decoy = new(() => hasher.HashPassword(Nobody, Convert.ToHexString(RandomNumberGenerator.GetBytes(16))));

    /// <summary>The hash to store, or null when the gate is busy.</summary>
    public Task<string?> HashAsync(string password, CancellationToken cancellation) =>
        gate.RunAsync<string?>(() => hasher.HashPassword(Nobody, Normalize(password)), busy: null, cancellation);

    /// <summary>Compares a password with a stored hash. No hash (a person without password) costs as much and is never right.</summary>
    public Task<PasswordVerdict> VerifyAsync(string? hash, string password, CancellationToken cancellation) =>
        hash is null || password.Length > PasswordRules.MaxLength || !Spelling.IsWellFormed(password)
            ? VerifyNothingAsync(cancellation)
            : gate.RunAsync(
                () => ImportedHash.Parse(hash) is { } imported ? VerifyImported(imported, password) : VerifyOwn(hash, password),
                PasswordVerdict.Busy,
                cancellation);

    /// <summary>The work of a comparison where there is nothing to compare with, so that time does not tell who exists.</summary>
    public Task<PasswordVerdict> VerifyNothingAsync(CancellationToken cancellation) =>
        gate.RunAsync(VerifyNothing, PasswordVerdict.Busy, cancellation);

    /// <summary>What is wrong with a hash that is to be imported, in a sentence; null if nothing is.</summary>
    public string? Problem(ImportedHash hash) =>
        !schemes.TryGetValue(hash.Scheme, out var scheme) ? "There is no such scheme. These are known: " + string.Join(", ", schemes.Keys.Order(StringComparer.Ordinal)) + "."
        : hash.ToStored() is null ? "The hash is too long, or its salt holds a comma."
        : scheme.Problem(hash);

    private PasswordVerdict VerifyOwn(string hash, string password) => hasher.VerifyHashedPassword(Nobody, hash, Normalize(password)) switch
    {
        PasswordVerificationResult.Success => PasswordVerdict.Right,
        PasswordVerificationResult.SuccessRehashNeeded => PasswordVerdict.RightButOutdated,
        _ => PasswordVerdict.Wrong,
    };

    // Costs are judged again: the limits may have become stricter since the import. A wrong password costs the work of our own hash
    // on top, or the cheaper schemes would tell by their speed who was imported.
    private PasswordVerdict VerifyImported(ImportedHash hash, string password) =>
        schemes.TryGetValue(hash.Scheme, out var scheme) && scheme.Problem(hash) is null && scheme.Verify(hash, password)
            ? PasswordVerdict.RightButOutdated
            : VerifyNothing();

    private PasswordVerdict VerifyNothing()
    {
        hasher.VerifyHashedPassword(Nobody, decoy.Value, string.Empty);
        return PasswordVerdict.Wrong;
    }

    private static string Normalize(string password) => password.Normalize(NormalizationForm.FormC);
}
