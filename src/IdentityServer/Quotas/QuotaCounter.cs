using System.Security.Cryptography;
using System.Text;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Quotas;

/// <summary>Counts what is limited, for all nodes, in the caller's transaction.</summary>
public sealed class QuotaCounter(TimeProvider clock)
{
    /// <summary>
    /// Counts once more and says whether that is still within <paramref name="limit"/> for <paramref name="window"/>, which begins
    /// with the first. One statement, whose row count is the answer: parallel ones never pass together. What is over the limit is
    /// not counted, and a count that is rolled back has not happened.
    /// </summary>
    /// <param name="db">The transaction.</param>
    /// <param name="purpose">What is counted, such as <c>mail:address</c>.</param>
    /// <param name="subject">For whom: a canonical address, an id, a network.</param>
    /// <param name="limit">How often.</param>
    /// <param name="window">In how long a time.</param>
    /// <param name="token">Cancels.</param>
    public async Task<bool> TryCountAsync(ServerDbContext db, string purpose, string subject, int limit, TimeSpan window, CancellationToken token)
    {
        var key = KeyOf(purpose, subject);
        var now = clock.GetUtcNow();
        var (start, end) = (now.ToUnixTimeMilliseconds(), (now + window).ToUnixTimeMilliseconds());
        return await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO "Quotas" ("Key", "Count", "ResetsAt") VALUES ({key}, 1, {end})
            ON CONFLICT ("Key") DO UPDATE SET
              "Count" = CASE WHEN "Quotas"."ResetsAt" <= {start} THEN 1 ELSE "Quotas"."Count" + 1 END,
              "ResetsAt" = CASE WHEN "Quotas"."ResetsAt" <= {start} THEN {end} ELSE "Quotas"."ResetsAt" END
            WHERE "Quotas"."ResetsAt" <= {start} OR "Quotas"."Count" < {limit}
            """,
            token) == 1;
    }

    /// <summary>Forgets what was counted, as after a success.</summary>
    public static async Task ForgetAsync(ServerDbContext db, string purpose, string subject, CancellationToken token)
    {
        var key = KeyOf(purpose, subject);
        await db.Quotas.Where(row => row.Key == key).ExecuteDeleteAsync(token);
    }

    private static byte[] KeyOf(string purpose, string subject) => SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}\n{subject}"));
}
