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
/// Passwords count in Unicode's normal form C, so that every keyboard types the same one, and are never cut.
/// </summary>
public sealed class Passwords(IPasswordHasher<User> hasher, PasswordGate gate)
{
    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA512.</summary>
    public const int Iterations = 210_000;

    // The hasher has a place for a user in its interface and no use for one.
    private static readonly User Nobody =
        new() { Id = Guid.Empty, TenantId = Guid.Empty, SecurityStamp = string.Empty, CreatedAt = default, UpdatedAt = default };

    private readonly Lazy<string> decoy = new(() => hasher.HashPassword(Nobody, Convert.ToHexString(RandomNumberGenerator.GetBytes(16))));

    /// <summary>The hash to store, or null when the gate is busy.</summary>
    public Task<string?> HashAsync(string password, CancellationToken cancellation) =>
        gate.RunAsync<string?>(() => hasher.HashPassword(Nobody, Normalize(password)), busy: null, cancellation);

    /// <summary>Compares a password with a stored hash. No hash (a person without password) costs as much and is never right.</summary>
    public Task<PasswordVerdict> VerifyAsync(string? hash, string password, CancellationToken cancellation) =>
        hash is null || password.Length > PasswordRules.MaxLength || !Spelling.IsWellFormed(password)
            ? VerifyNothingAsync(cancellation)
            : gate.RunAsync(
                () => hasher.VerifyHashedPassword(Nobody, hash, Normalize(password)) switch
                {
                    PasswordVerificationResult.Success => PasswordVerdict.Right,
                    PasswordVerificationResult.SuccessRehashNeeded => PasswordVerdict.RightButOutdated,
                    _ => PasswordVerdict.Wrong,
                },
                PasswordVerdict.Busy,
                cancellation);

    /// <summary>The work of a comparison where there is nothing to compare with, so that time does not tell who exists.</summary>
    public Task<PasswordVerdict> VerifyNothingAsync(CancellationToken cancellation) =>
        gate.RunAsync(
            () =>
            {
                hasher.VerifyHashedPassword(Nobody, decoy.Value, string.Empty);
                return PasswordVerdict.Wrong;
            },
            PasswordVerdict.Busy,
            cancellation);

    private static string Normalize(string password) => password.Normalize(NormalizationForm.FormC);
}
