using System.Security.Cryptography;
using System.Text;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Factors;

/// <summary>
/// Recovery codes: ten at a time, shown once, each good once. They are kept as keyed hashes: fifty bits withstand guessing at the
/// door, and who has a copy of the database has not the key.
/// </summary>
public sealed class RecoveryCodes(MasterKey masterKey)
{
    /// <summary>How many there are.</summary>
    public const int Count = 10;

    private const int Length = 10;

    // Without letters that are taken for digits, or for one another.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    private readonly byte[] key = masterKey.Derive("recovery-codes");

    /// <summary>New codes in place of all that there were, in the caller's transaction. Nobody can read them again.</summary>
    public async Task<IReadOnlyList<string>> ReplaceAsync(ServerDbContext db, Guid userId, DateTimeOffset now, CancellationToken cancellation)
    {
        await db.RecoveryCodes.Where(row => row.UserId == userId).ExecuteDeleteAsync(cancellation);
        var codes = new List<string>();
        for (var index = 0; index < Count; index++)
        {
            var code = RandomNumberGenerator.GetString(Alphabet, Length);
            db.RecoveryCodes.Add(new RecoveryCode { Id = Guid.CreateVersion7(now), UserId = userId, Hash = Hash(userId, code) });
            codes.Add(code.Insert(Length / 2, "-"));
        }

        return codes;
    }

    /// <summary>Spends a code in the caller's transaction: one statement, whose row count is the answer.</summary>
    public async Task<bool> SpendAsync(ServerDbContext db, Guid userId, string typed, CancellationToken cancellation)
    {
        if (Normalize(typed) is not { } code)
        {
            return false;
        }

        var hash = Hash(userId, code);
        return await db.RecoveryCodes.Where(row => row.UserId == userId && row.Hash == hash).ExecuteDeleteAsync(cancellation) == 1;
    }

    /// <summary>How many are left.</summary>
    public static Task<int> CountAsync(ServerDbContext db, Guid userId, CancellationToken cancellation) =>
        db.RecoveryCodes.CountAsync(row => row.UserId == userId, cancellation);

    private static string? Normalize(string typed)
    {
        var code = new string([.. typed.Where(char.IsAsciiLetterOrDigit)]).ToLowerInvariant();
        return code.Length == Length ? code : null;
    }

    private byte[] Hash(Guid userId, string code) => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"{userId:N}:{code}"));
}
