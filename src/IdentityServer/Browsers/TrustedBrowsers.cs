using System.Security.Cryptography;
using System.Text;
using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IdentityServer.Browsers;

/// <summary>
/// Browsers in which a person is not asked for the second factor for a while, because they said so when they gave it. Trust ends
/// with its time, when the person takes it back, and with every change of password or factor.
/// </summary>
public sealed class TrustedBrowsers(Database database, IOptions<ServerOptions> options, TimeProvider clock) : IUserAccess
{
    private const int MaxUserAgent = 256;

    private TimeSpan Duration => TimeSpan.FromDays(options.Value.TwoFactor.TrustDays);

    /// <summary>For how many days a browser can be trusted at this application; null: it can't.</summary>
    public int? DaysAt(Application? application) =>
        options.Value.TwoFactor.TrustDays is > 0 and var days && PolicyOf(application) is not MultiFactorTrustPolicy.None ? days : null;

    /// <summary>Whether this person trusts this browser, and the application lets that count.</summary>
    public async Task<bool> AreTrustedAsync(Guid userId, string? secret, Application? application, CancellationToken cancellation)
    {
        if (secret is null || DaysAt(application) is null)
        {
            return false;
        }

        var (hash, now, id) = (Hash(secret), clock.GetUtcNow(), application?.Id);
        var onlyHere = PolicyOf(application) is MultiFactorTrustPolicy.This;
        return await database.ReadAsync(
            (db, token) => db.KnownBrowsers.AnyAsync(
                row => row.UserId == userId && row.SecretHash == hash && row.TrustedUntil > now
                    && (row.TrustedApplicationId == id || (row.TrustedApplicationId == null && !onlyHere)),
                token),
            cancellation);
    }

    /// <summary>Trusts a browser from now on, at this application or, as its policy says, everywhere.</summary>
    public async Task TrustAsync(
        Guid userId, string secret, Application? application, string? userAgent, string? address, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var wanted = new KnownBrowser
        {
            Id = Guid.CreateVersion7(now),
            UserId = userId,
            SecretHash = Hash(secret),
            TrustedUntil = now + Duration,
            TrustedAt = now,
            TrustedApplicationId = PolicyOf(application) is MultiFactorTrustPolicy.This ? application?.Id : null,
            UserAgent = userAgent is { Length: > MaxUserAgent } ? userAgent[..MaxUserAgent] : userAgent,
            Address = address,
            CreatedAt = now,
            LastSeenAt = now,
        };
        try
        {
            await database.WriteAsync((db, token) => TrustAsync(db, wanted, now, token), cancellation);
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsDuplicate(exception, out _))
        {
            await database.WriteAsync((db, token) => TrustAsync(db, wanted, now, token), cancellation); // Another tab was faster.
        }
    }

    /// <summary>The browsers that a person trusts now.</summary>
    public Task<List<KnownBrowser>> ListAsync(Guid userId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.ReadAsync(
            (db, token) => db.KnownBrowsers.Where(row => row.UserId == userId && row.TrustedUntil > now).OrderByDescending(row => row.TrustedAt).ToListAsync(token),
            cancellation);
    }

    /// <summary>Takes trust back, from one browser or from all.</summary>
    public Task RevokeAsync(Guid userId, Guid? id, string actor, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            if (await EndAsync(db.KnownBrowsers.Where(row => row.UserId == userId && (id == null || row.Id == id)), token) > 0)
            {
                AuditLog.Add(db, actor, "browser no longer trusted", null, clock.GetUtcNow());
            }
        },
        cancellation);

    /// <summary>Ends the trust of all of a person's browsers, in the caller's transaction.</summary>
    public static Task EndAsync(ServerDbContext db, Guid userId, CancellationToken cancellation) =>
        EndAsync(db.KnownBrowsers.Where(row => row.UserId == userId), cancellation);

    /// <inheritdoc/>
    Task IUserAccess.EndAsync(ServerDbContext db, Guid userId, Guid? applicationId, DateTimeOffset now, CancellationToken cancellation) =>
        EndAsync(db.KnownBrowsers.Where(row => row.UserId == userId && (applicationId == null || row.TrustedApplicationId == applicationId)), cancellation);

    private static Task<int> EndAsync(IQueryable<KnownBrowser> browsers, CancellationToken cancellation) =>
        browsers.Where(row => row.TrustedUntil != null).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.TrustedUntil, (DateTimeOffset?)null)
                .SetProperty(row => row.TrustedAt, (DateTimeOffset?)null)
                .SetProperty(row => row.TrustedApplicationId, (Guid?)null),
            cancellation);

    private static async Task TrustAsync(ServerDbContext db, KnownBrowser wanted, DateTimeOffset now, CancellationToken cancellation)
    {
        var (userId, hash) = (wanted.UserId, wanted.SecretHash);
        if (await db.KnownBrowsers.Where(row => row.UserId == userId && row.SecretHash == hash).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.TrustedUntil, wanted.TrustedUntil)
                .SetProperty(row => row.TrustedAt, wanted.TrustedAt)
                .SetProperty(row => row.TrustedApplicationId, wanted.TrustedApplicationId)
                .SetProperty(row => row.UserAgent, wanted.UserAgent)
                .SetProperty(row => row.Address, wanted.Address)
                .SetProperty(row => row.LastSeenAt, now),
            cancellation) == 0)
        {
            db.KnownBrowsers.Add(wanted);
        }

        AuditLog.Add(db, AuditLog.User(userId), "browser trusted", null, now);
    }

    private static MultiFactorTrustPolicy PolicyOf(Application? application) =>
        application?.Settings.MultiFactorConfiguration.TrustPolicy ?? MultiFactorTrustPolicy.Any;

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
