using System.Security.Cryptography;
using System.Text;
using IdentityServer.Data;
using IdentityServer.Quotas;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Factors;

/// <summary>
/// Wrong codes of a person, over all their sign-ins and nodes: five are free, then each makes the next wait twice as long, up to
/// an hour. A right code, or a day without a wrong one, begins anew. The caller holds the person's row, so that tries come one
/// after the other.
/// </summary>
internal static class FactorTries
{
    private const int Free = 5;

    private static readonly TimeSpan Memory = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>How long nothing is taken yet; zero if a try is free.</summary>
    public static async Task<TimeSpan> WaitAsync(ServerDbContext db, Guid userId, DateTimeOffset now, CancellationToken cancellation)
    {
        var key = Key(userId);
        var tries = await db.Quotas.AsNoTracking().FirstOrDefaultAsync(row => row.Key == key && row.ResetsAt > now, cancellation);
        if (tries is null)
        {
            return TimeSpan.Zero;
        }

        var end = tries.ResetsAt - Memory + WaitAfter(tries.Count);
        return end > now ? end - now : TimeSpan.Zero;
    }

    /// <summary>Counts a wrong code; says how long the next has to wait.</summary>
    public static async Task<TimeSpan> CountAsync(ServerDbContext db, Guid userId, DateTimeOffset now, CancellationToken cancellation)
    {
        var key = Key(userId);
        var tries = await db.Quotas.FirstOrDefaultAsync(row => row.Key == key, cancellation);
        if (tries is null)
        {
            db.Quotas.Add(new Quota { Key = key, Count = 1, ResetsAt = now + Memory });
            return TimeSpan.Zero;
        }

        tries.Count = tries.ResetsAt > now ? tries.Count + 1 : 1;
        tries.ResetsAt = now + Memory;
        return WaitAfter(tries.Count);
    }

    /// <summary>Forgets the wrong codes.</summary>
    public static Task ForgetAsync(ServerDbContext db, Guid userId, CancellationToken cancellation)
    {
        var key = Key(userId);
        return db.Quotas.Where(row => row.Key == key).ExecuteDeleteAsync(cancellation);
    }

    private static TimeSpan WaitAfter(int wrong)
    {
        var wait = wrong < Free ? TimeSpan.Zero : FirstWait * Math.Pow(2, Math.Min(wrong - Free, 16));
        return wait < LongestWait ? wait : LongestWait;
    }

    private static byte[] Key(Guid userId) => SHA256.HashData(Encoding.ASCII.GetBytes($"second-factor:{userId:N}"));
}
