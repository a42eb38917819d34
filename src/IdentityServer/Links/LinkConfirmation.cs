using System.Security.Cryptography;
using IdentityServer.Data;
using IdentityServer.Tokens;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Links;

/// <summary>How somebody wants to confirm a link.</summary>
public sealed record LinkProof
{
    /// <summary>The link's secret, if they opened it.</summary>
    public string? Secret { get; init; }

    /// <summary>Its id, if they stand at its waiting page.</summary>
    public Guid? Id { get; init; }

    /// <summary>The secret of their browser.</summary>
    public string? Browser { get; init; }

    /// <summary>What they typed.</summary>
    public string? Typed { get; init; }
}

/// <summary>How that ended.</summary>
public enum ConfirmationResult
{
    /// <summary>It is confirmed, and the browser that holds it may go on.</summary>
    Confirmed,

    /// <summary>It is confirmed and did what there was to do.</summary>
    Done,

    /// <summary>No code was typed, or none that could be one; costs no try.</summary>
    Unreadable,

    /// <summary>Another code.</summary>
    Wrong,

    /// <summary>Too many wrong codes in this place.</summary>
    TooMany,

    /// <summary>There is no such link, or not any more.</summary>
    Gone,
}

/// <summary>The result, and the link as it was found; null where there is none.</summary>
public readonly record struct Confirmation(ConfirmationResult Result, Link? Link)
{
    /// <summary>Whether it is confirmed.</summary>
    public bool Succeeded => Result is ConfirmationResult.Confirmed or ConfirmationResult.Done;
}

/// <summary>
/// How people confirm that a mail reached them, which opening it does not: scanners open all that comes. In the browser that asked,
/// the link or the mailed code does; elsewhere the link, and the code that the browser that asked shows; where no browser asked, the
/// link and the mailed code.
/// </summary>
public sealed class LinkConfirmation(Database database, LinkStore links, LinkPurposes purposes, TimeProvider clock)
{
    // One counter for both places. Whoever only has the mail can use up no more than half of it, and so never takes the person's
    // own tries.
    private const int TriesHere = 10;
    private const int TriesElsewhere = 5;

    /// <summary>Whether it takes a code to confirm this link, in this browser, with its secret at hand.</summary>
    public static bool AsksForCode(Link link, string? browser) =>
        link.WaitingCodeHash is null ? link.CodeHash is not null : !LinkStore.IsHeldBy(link, browser);

    /// <summary>
    /// Confirms, counting a wrong code before anything else can be tried, and lets the purpose act in the same transaction.
    /// </summary>
    public async Task<Confirmation> ConfirmAsync(LinkProof proof, CancellationToken cancellation)
    {
        try
        {
            return await database.WriteAsync((db, token) => ConfirmAsync(db, proof, token), cancellation);
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsDuplicate(exception, out _))
        {
            // Somebody else took the address, or the name, in the same moment. Now that shows.
            return await database.WriteAsync((db, token) => ConfirmAsync(db, proof, token), cancellation);
        }
    }

    private async Task<Confirmation> ConfirmAsync(ServerDbContext db, LinkProof proof, CancellationToken token)
    {
        if (await FindAsync(db, proof, token) is not { } link || links.StateOf(link) is LinkState.Spent or LinkState.Gone)
        {
            return new(ConfirmationResult.Gone, null);
        }

        var now = clock.GetUtcNow();
        if (CodeFor(link, proof) is { } expected)
        {
            if (LinkCode.Read(proof.Typed) is not { } typed)
            {
                return new(ConfirmationResult.Unreadable, link);
            }

            var tries = db.Links.Where(row => row.Id == link.Id && row.SpentAt == null && row.Attempts < expected.Tries);
            if (await tries.ExecuteUpdateAsync(set => set.SetProperty(row => row.Attempts, row => row.Attempts + 1), token) == 0)
            {
                return new(ConfirmationResult.TooMany, link);
            }

            if (!CryptographicOperations.FixedTimeEquals(LinkCode.Hash(link.Id, expected.Key, typed), expected.Hash))
            {
                return new(ConfirmationResult.Wrong, link);
            }
        }

        return await MarkAsync(db, link, proof, now, token) ? await ActAsync(db, link, now, token) : new(ConfirmationResult.Gone, link);
    }

    private static async Task<Link?> FindAsync(ServerDbContext db, LinkProof proof, CancellationToken token)
    {
        if (proof.Secret is { } secret)
        {
            var hash = OpaqueSecret.HashOf(secret);
            return await db.Links.AsNoTracking().FirstOrDefaultAsync(row => row.SecretHash == hash && (proof.Id == null || row.Id == proof.Id), token);
        }

        if (proof is { Id: { } id, Browser: { } browser })
        {
            var hash = LinkStore.HashOf(browser);
            return await db.Links.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id && row.BrowserHash == hash, token);
        }

        return null;
    }

    // Null: the link itself, in this browser, is enough. A hash that is missing fits no code.
    private static (byte[] Hash, string Key, int Tries)? CodeFor(Link link, LinkProof proof) =>
        proof.Secret is not { } secret ? (link.CodeHash ?? [], proof.Browser!, TriesHere)
        : !AsksForCode(link, proof.Browser) ? null
        : link.WaitingCodeHash is { } waiting ? (waiting, secret, TriesElsewhere)
        : (link.CodeHash!, secret, TriesHere);

    // Where no browser asked, the one in which it was confirmed holds it from now on.
    private static async Task<bool> MarkAsync(ServerDbContext db, Link link, LinkProof proof, DateTimeOffset now, CancellationToken token)
    {
        var holder = link.WaitingCodeHash is null && proof.Browser is { } browser ? LinkStore.HashOf(browser) : link.BrowserHash;
        var expires = now + LinkLifetimes.AfterConfirmation;
        expires = expires > link.ExpiresAt ? expires : link.ExpiresAt;
        return await db.Links.Where(row => row.Id == link.Id && row.SpentAt == null && row.ExpiresAt > now).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.ConfirmedAt, row => row.ConfirmedAt ?? now)
                .SetProperty(row => row.BrowserHash, holder)
                .SetProperty(row => row.ExpiresAt, expires),
            token) == 1;
    }

    private async Task<Confirmation> ActAsync(ServerDbContext db, Link link, DateTimeOffset now, CancellationToken token)
    {
        var effect = purposes.Find(link.Purpose) is { } purpose ? await purpose.ConfirmAsync(db, link, links.FactsOf(link), token) : LinkEffect.GoesOn;
        if (effect is LinkEffect.GoesOn)
        {
            return new(ConfirmationResult.Confirmed, link);
        }

        var confirmed = effect is LinkEffect.Done ? now : (DateTimeOffset?)null;
        await db.Links.Where(row => row.Id == link.Id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.SpentAt, now).SetProperty(row => row.ConfirmedAt, confirmed), token);
        return new(confirmed is null ? ConfirmationResult.Gone : ConfirmationResult.Done, link);
    }
}
