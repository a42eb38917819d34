using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Quotas;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Browsers;

/// <summary>
/// Browsers in which a person signed in before. A sign-in from another is told to them by mail, and strangers who guess at the
/// account's password do not lock these out.
/// </summary>
public sealed class KnownBrowsers(Database database, QuotaCounter quotas, SecurityNotices notices, TimeProvider clock)
{
    private const int MaxUserAgent = 256;

    // Who signs in from more keeps the latest.
    private const int MaxBrowsers = 30;

    // What a known browser may try while the account is locked for others: enough for typing errors, too little for guessing.
    private const string TriesPurpose = "login:known-browser";
    private const int Tries = 10;
    private static readonly TimeSpan TriesWindow = TimeSpan.FromHours(1);

    /// <summary>
    /// Notes a sign-in, in the transaction in which its session begins, which holds the person's row. A browser that is new among
    /// others is told to the person; the very first is not.
    /// </summary>
    public async Task RememberAsync(
        ServerDbContext db, User user, string secret, string? userAgent, string? address, DateTimeOffset now, CancellationToken token)
    {
        var (userId, hash) = (user.Id, Hash(secret));
        var agent = userAgent is { Length: > MaxUserAgent } ? userAgent[..MaxUserAgent] : userAgent;
        if (await db.KnownBrowsers.Where(row => row.UserId == userId && row.SecretHash == hash).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.LastSeenAt, now).SetProperty(row => row.UserAgent, agent).SetProperty(row => row.Address, address), token) == 1)
        {
            return;
        }

        var others = await db.KnownBrowsers.Where(row => row.UserId == userId)
            .OrderByDescending(row => row.LastSeenAt).ThenByDescending(row => row.Id).Select(row => row.Id).ToListAsync(token);
        if (others.Count >= MaxBrowsers)
        {
            var oldest = others.Skip(MaxBrowsers - 1).ToList();
            await db.KnownBrowsers.Where(row => oldest.Contains(row.Id)).ExecuteDeleteAsync(token);
        }

        db.KnownBrowsers.Add(new KnownBrowser
        {
            Id = Guid.CreateVersion7(now), UserId = userId, SecretHash = hash, UserAgent = agent, Address = address, CreatedAt = now, LastSeenAt = now,
        });
        if (others.Count > 0)
        {
            await notices.QueueAsync(db, user, NoticeKind.NewDevice, DeviceView.Of(userAgent).Words, address, token);
        }
    }

    /// <summary>
    /// Whether an attempt comes from a browser that this person signed in with before, and has tries of its own left; the attempt
    /// takes one, right or wrong, before its password is looked at. Asked about nobody, it costs the same.
    /// </summary>
    public async Task<bool> TryChargeAsync(Guid? userId, string? secret, CancellationToken cancellation)
    {
        if (secret is null)
        {
            return false;
        }

        var (id, hash) = (userId ?? Guid.Empty, Hash(secret));
        var known = await database.ReadAsync((db, token) => db.KnownBrowsers.AnyAsync(row => row.UserId == id && row.SecretHash == hash, token), cancellation);
        return known && await database.WriteAsync(
            (db, token) => quotas.TryCountAsync(db, TriesPurpose, $"{id} {Convert.ToHexString(hash)}", Tries, TriesWindow, token), cancellation);
    }

    /// <summary>The browsers in which a person signed in before, the latest first.</summary>
    public Task<List<KnownBrowser>> ListAsync(Guid userId, CancellationToken cancellation) => database.ReadAsync(
        (db, token) => db.KnownBrowsers.Where(row => row.UserId == userId)
            .OrderByDescending(row => row.LastSeenAt).ThenByDescending(row => row.Id).ToListAsync(token),
        cancellation);

    /// <summary>Whether it is the browser with this secret.</summary>
    public static bool Is(KnownBrowser browser, string? secret) =>
        secret is not null && CryptographicOperations.FixedTimeEquals(browser.SecretHash, Hash(secret));

    /// <summary>
    /// Forgets one browser of a person, and with it that it is trusted: the next sign-in there is one from a new device. False: it is
    /// not theirs, or was forgotten before.
    /// </summary>
    public async Task<bool> ForgetAsync(Guid userId, Guid id, CancellationToken cancellation) =>
        await ForgetAsync(userId, rows => rows.Where(row => row.Id == id), cancellation) == 1;

    /// <summary>Forgets all browsers of a person but the one with this secret.</summary>
    public Task<int> ForgetOthersAsync(Guid userId, string? secret, CancellationToken cancellation)
    {
        var kept = secret is null ? [] : Hash(secret);
        return ForgetAsync(userId, rows => rows.Where(row => row.SecretHash != kept), cancellation);
    }

    private Task<int> ForgetAsync(Guid userId, Func<IQueryable<KnownBrowser>, IQueryable<KnownBrowser>> which, CancellationToken cancellation) =>
        database.WriteAsync(
            async (db, token) =>
            {
                var count = await which(db.KnownBrowsers.Where(row => row.UserId == userId)).ExecuteDeleteAsync(token);
                if (count > 0)
                {
                    AuditLog.Add(
                        db, AuditLog.User(userId), "browser forgotten",
                        new Dictionary<string, string> { ["count"] = count.ToString(CultureInfo.InvariantCulture) }, clock.GetUtcNow());
                }

                return count;
            },
            cancellation);

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
