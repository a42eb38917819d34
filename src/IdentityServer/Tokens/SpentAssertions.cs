using System.Security.Cryptography;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tokens;

/// <summary>Remembers one-time assertions until they expire: one insert, whose refusal is the answer.</summary>
public sealed class SpentAssertions(Database database)
{
    /// <summary>True the first time; false if the same was spent before.</summary>
    /// <param name="identity">What makes it unique: who sent it, and its <c>jti</c>.</param>
    /// <param name="expiresAt">From when on it would be refused anyway.</param>
    /// <param name="cancellation">Cancels the write.</param>
    public async Task<bool> SpendAsync(byte[] identity, DateTimeOffset expiresAt, CancellationToken cancellation)
    {
        try
        {
            await database.WriteAsync(
                (db, _) =>
                {
                    Add(db, identity, expiresAt);
                    return Task.CompletedTask;
                },
                cancellation);
            return true;
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsDuplicate(exception, out _))
        {
            return false;
        }
    }

    /// <summary>
    /// The same in the caller's transaction, with the effect of what is spent: if it was spent before, the transaction fails, as
    /// <see cref="DatabaseErrors.IsDuplicate"/> tells.
    /// </summary>
    public static void Add(ServerDbContext db, byte[] identity, DateTimeOffset expiresAt) =>
        db.SpentAssertions.Add(new SpentAssertion { Hash = SHA256.HashData(identity), ExpiresAt = expiresAt });
}
