using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityServer.Data;
using IdentityServer.Tokens;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Links;

/// <summary>Where a link stands.</summary>
public enum LinkState
{
    /// <summary>Mailed; nobody has confirmed it.</summary>
    Waiting,

    /// <summary>Confirmed; the browser that holds it may go on.</summary>
    Confirmed,

    /// <summary>Confirmed, and did what there was to do.</summary>
    Spent,

    /// <summary>Superseded or expired before anybody confirmed it, or confirmed and not used in time.</summary>
    Gone,
}

/// <summary>
/// How links are made, found and spent. How people confirm them is <see cref="LinkConfirmation"/>'s. Who has the right to act by a
/// link is always the browser that holds it, once it is confirmed; for links handed out by the management API, who has the secret.
/// </summary>
public sealed class LinkStore(Database database, IDataProtectionProvider protection, TimeProvider clock)
{
    private const int LongestSecret = 128;

    private readonly IDataProtector protector = protection.CreateProtector("IdentityServer.Links.v1");

    /// <summary>
    /// Makes a link in the caller's transaction, the one in which its mail is queued. Older ones of the same person (or address),
    /// purpose and application are worth nothing from then on; of those for a registration, only the same browser's.
    /// </summary>
    public async Task<MadeLink> MakeAsync(ServerDbContext db, NewLink wanted, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        if (wanted.UserId is not null || wanted.EmailKey is not null)
        {
            await SupersedeAsync(db, wanted, now, token);
        }

        var secret = OpaqueSecret.Create();
        var code = wanted.WithCode ? LinkCode.Create() : null;
        var row = new Link
        {
            Id = wanted.Id,
            TenantId = wanted.TenantId,
            Purpose = wanted.Purpose,
            UserId = wanted.UserId,
            ApplicationId = wanted.ApplicationId,
            EmailKey = wanted.EmailKey,
            SecretHash = secret.Hash,
            CodeHash = code is null ? null : LinkCode.Hash(wanted.Id, wanted.Browser ?? secret.Value, code),
            BrowserHash = wanted.Browser is null ? null : HashOf(wanted.Browser),
            WaitingCodeHash = wanted.Browser is null ? null : LinkCode.Hash(wanted.Id, secret.Value, LinkCode.Waiting(wanted.Id, wanted.Browser)),
            Payload = Seal(wanted.Id, wanted.Facts),
            CreatedAt = now,
            ExpiresAt = now + (wanted.Lifetime ?? LinkLifetimes.Of(wanted.Purpose)),
        };
        db.Links.Add(row);
        return new MadeLink(row, secret.Value, code);
    }

    /// <summary>The link with this secret, whatever became of it.</summary>
    public async Task<Link?> FindAsync(string? secret, CancellationToken cancellation)
    {
        if (secret is not { Length: > 0 and <= LongestSecret })
        {
            return null;
        }

        var hash = OpaqueSecret.HashOf(secret);
        return await database.ReadAsync((db, token) => db.Links.FirstOrDefaultAsync(row => row.SecretHash == hash, token), cancellation);
    }

    /// <summary>The link with this id, whatever became of it, if this browser holds it.</summary>
    public async Task<Link?> FindAsync(Guid id, string? browser, CancellationToken cancellation)
    {
        if (browser is null)
        {
            return null;
        }

        var hash = HashOf(browser);
        return await database.ReadAsync((db, token) => db.Links.FirstOrDefaultAsync(row => row.Id == id && row.BrowserHash == hash, token), cancellation);
    }

    /// <summary>Spends a confirmed link in the transaction of what it does. False: this browser does not hold it, or it is gone.</summary>
    public async Task<bool> SpendAsync(ServerDbContext db, Guid id, string browser, CancellationToken token)
    {
        var (hash, now) = (HashOf(browser), clock.GetUtcNow());
        return await db.Links
            .Where(row => row.Id == id && row.BrowserHash == hash && row.ConfirmedAt != null && row.SpentAt == null && row.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.SpentAt, now), token) == 1;
    }

    /// <summary>
    /// Spends a link that no browser asked for, by its secret alone, in the transaction of what it does: for links handed out by the
    /// management API.
    /// </summary>
    public async Task<bool> SpendAsync(ServerDbContext db, string secret, LinkPurpose purpose, CancellationToken token)
    {
        var (hash, now) = (OpaqueSecret.HashOf(secret), clock.GetUtcNow());
        return await db.Links
            .Where(row => row.SecretHash == hash && row.Purpose == purpose && row.WaitingCodeHash == null && row.SpentAt == null && row.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.SpentAt, now), token) == 1;
    }

    /// <summary>Ends all pending links of a person, of one purpose or of any, such as when their password or address changed.</summary>
    public Task EndAsync(ServerDbContext db, Guid userId, LinkPurpose? purpose, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        return db.Links.Where(row => row.UserId == userId && row.SpentAt == null && (purpose == null || row.Purpose == purpose))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.SpentAt, now), token);
    }

    /// <summary>Where it stands.</summary>
    public LinkState StateOf(Link link) =>
        link is { SpentAt: not null, ConfirmedAt: not null } ? LinkState.Spent
        : link.SpentAt is not null || link.ExpiresAt <= clock.GetUtcNow() ? LinkState.Gone
        : link.ConfirmedAt is not null ? LinkState.Confirmed
        : LinkState.Waiting;

    /// <summary>Whether this browser holds the link.</summary>
    public static bool IsHeldBy(Link link, string? browser) =>
        link.BrowserHash is not null && browser is not null && CryptographicOperations.FixedTimeEquals(link.BrowserHash, HashOf(browser));

    /// <summary>The code that the waiting page shows, for whoever opens the link elsewhere.</summary>
    public static string? WaitingCode(Link link, string browser) =>
        link.WaitingCodeHash is null ? null : LinkCode.Show(LinkCode.Waiting(link.Id, browser));

    /// <summary>What it needs to go on.</summary>
    public LinkFacts FactsOf(Link link) => link.Payload is null ? new LinkFacts()
        : JsonSerializer.Deserialize<LinkFacts>(For(link.Id).Unprotect(link.Payload))!;

    /// <summary>The facts as they are stored with a link.</summary>
    public byte[] Seal(Guid id, LinkFacts facts) => For(id).Protect(JsonSerializer.SerializeToUtf8Bytes(facts));

    internal static byte[] HashOf(string browser) => SHA256.HashData(Encoding.UTF8.GetBytes("link:" + browser));

    // Bound to its row: what is sealed for one link opens for no other.
    private IDataProtector For(Guid id) => protector.CreateProtector(id.ToString("N"));

    private static Task<int> SupersedeAsync(ServerDbContext db, NewLink wanted, DateTimeOffset now, CancellationToken token)
    {
        var older = db.Links.Where(row =>
            row.TenantId == wanted.TenantId && row.Purpose == wanted.Purpose && row.ApplicationId == wanted.ApplicationId && row.SpentAt == null);
        older = wanted.UserId is { } user ? older.Where(row => row.UserId == user)
            : older.Where(row => row.UserId == null && row.EmailKey == wanted.EmailKey);
        if (wanted is { Purpose: LinkPurpose.Register, Browser: { } browser })
        {
            // Anybody may type anybody's address: that ends neither what others wait for nor what they have proven.
            var hash = HashOf(browser);
            older = older.Where(row => row.BrowserHash == hash && row.ConfirmedAt == null);
        }

        return older.ExecuteUpdateAsync(set => set.SetProperty(row => row.SpentAt, now), token);
    }
}
