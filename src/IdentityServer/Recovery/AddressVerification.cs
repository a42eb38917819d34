using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Recovery;

/// <summary>How people prove that the address of their account, or of a registration, is theirs.</summary>
public sealed class AddressVerification(
    Database database, PasswordReset reset, AddressProof proof, LinkStore links, MailLimits limits, ApplicationCatalog applications, TimeProvider clock)
{
    // Asked for by whoever; see RecoveryWish.ByStranger.
    private const string Stranger = "stranger";

    // The id alone proves nothing, for it is in the hands of whoever wants the proof.
    private const string Code = "byCode";

    /// <summary>Queues the mail in the caller's transaction; null: there are too many already.</summary>
    public async Task<MadeLink?> QueueAsync(
        ServerDbContext db, User user, LinkPurpose purpose, RecoveryWish wish, CancellationToken token, bool sends = true)
    {
        if (user is not { Email: { } email, EmailKey: { } key }
            || (sends && !await limits.TryCountAsync(
                db, new(MailPurpose.Verify, key) { UserId = user.Id, ApplicationId = wish.Application?.Id, RemoteAddress = wish.Address }, token)))
        {
            return null;
        }

        var facts = new Dictionary<string, string>();
        if (wish.ByStranger)
        {
            facts[Stranger] = "true";
        }

        if (wish.ByCode)
        {
            facts[Code] = "true";
        }

        return await reset.MakeAsync(db, purpose, user, key, email, wish, token, sends, facts);
    }

    /// <summary>Whether it takes the mailed code, beside its secret, to confirm a link by the management API.</summary>
    internal bool TakesCode(Link link) => links.FactsOf(link).More.ContainsKey(Code);

    /// <summary>Mails a link to a person of whom it is known that they are there; null: there are too many already.</summary>
    public Task<MadeLink?> AskAsync(User user, LinkPurpose purpose, RecoveryWish wish, CancellationToken cancellation, bool sends = true) =>
        database.WriteAsync((db, token) => QueueAsync(db, user, purpose, wish, token, sends), cancellation);

    /// <summary>Mails the same once more; null: there are too many already, or there is nothing to prove any more.</summary>
    internal async Task<Guid?> AskAgainAsync(Link link, LinkFacts facts, string browser, CancellationToken cancellation)
    {
        var wish = new RecoveryWish
        {
            Application = link.ApplicationId is { } id ? applications.Find(id) : null,
            Browser = browser,
            Return = facts.More.GetValueOrDefault(PasswordReset.Return),
            BackUrl = facts.BackUrl,
        };
        var made = await database.WriteAsync(
            async (db, token) => await PasswordReset.HoldAsync(db, link, token) is { } user ? await QueueAsync(db, user, link.Purpose, wish, token) : null,
            cancellation);
        return made?.Row.Id;
    }

    /// <summary>Notes that the address is proven, in the transaction in which the link is confirmed. False: it is not the person's any more.</summary>
    internal async Task<bool> ConfirmAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token)
    {
        if (link.EmailKey is null || await PasswordReset.HoldAsync(db, link, token) is not { } user)
        {
            return false;
        }

        // Asked for by a browser: by the one in which the account was made, or that is signed in to it, and the code on its screen
        // shows that whoever reads the mail sits there. Asked for by a stranger: who made the account is not known.
        var proven = await proof.ProveAsync(db, user, alsoSignedIn: !facts.More.ContainsKey(Stranger), token);
        if (proven && link is { Purpose: LinkPurpose.VerifyRegistration, ApplicationId: { } applicationId })
        {
            await MarkRegistrationAsync(db, user.Id, applicationId, token);
        }

        return proven;
    }

    /// <summary>Spends a link that was handed out by the management API. False: it is worth nothing.</summary>
    public Task<bool> CompleteAsync(string secret, LinkPurpose purpose, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var hash = Tokens.OpaqueSecret.HashOf(secret);
            return await links.SpendAsync(db, secret, purpose, token)
                && await db.Links.AsNoTracking().SingleOrDefaultAsync(row => row.SecretHash == hash, token) is { } link
                && !TakesCode(link)
                && await ConfirmAsync(db, link, links.FactsOf(link), token);
        },
        cancellation);

    /// <summary>Notes that an administrator knows the address to be the person's. False: there is no such person, or no address.</summary>
    public Task<bool> MarkAsync(Guid userId, string actor, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var now = clock.GetUtcNow();
            var marked = await db.Users.Where(row => row.Id == userId && row.EmailKey != null).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Verified, true).SetProperty(row => row.VerifiedAt, row => row.VerifiedAt ?? now), token) == 1;
            if (marked)
            {
                AuditLog.Add(db, actor, "e-mail address marked as proven", new Dictionary<string, string> { ["userId"] = userId.ToString() }, now);
            }

            return marked;
        },
        cancellation);

    private Task<int> MarkRegistrationAsync(ServerDbContext db, Guid userId, Guid applicationId, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        return db.Registrations.Where(row => row.UserId == userId && row.ApplicationId == applicationId).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Verified, true).SetProperty(row => row.VerifiedAt, row => row.VerifiedAt ?? now), token);
    }
}

/// <summary>Links that prove an address: once confirmed, all is done, and the browser that waited goes on.</summary>
internal sealed class VerificationLinks(LinkPurpose purpose, AddressVerification verification) : ILinkPurpose
{
    /// <inheritdoc/>
    public LinkPurpose Purpose => purpose;

    /// <inheritdoc/>
    public async Task<LinkEffect> ConfirmAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token) =>
        await verification.ConfirmAsync(db, link, facts, token) ? LinkEffect.Done : LinkEffect.Refused;

    /// <inheritdoc/>
    public string? Next(Link link, LinkFacts facts) => facts.More.GetValueOrDefault(PasswordReset.Return);

    /// <inheritdoc/>
    public Task<Guid?> ResendAsync(Link link, LinkFacts facts, string browser, CancellationToken cancellation) =>
        verification.AskAgainAsync(link, facts, browser, cancellation);
}
