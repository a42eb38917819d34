using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Recovery;

/// <summary>
/// A change of address. The old one counts until the new one is proven, is told at once, and can take the change back for a week:
/// also after it happened, and then whoever did it is shut out.
/// </summary>
public sealed class EmailChange(
    Database database, LinkStore links, Mailer mailer, MailLimits limits, SecurityNotices notices, IEnumerable<IUserAccess> access, PublicAddress address, TimeProvider clock)
{
    private const string NewEmail = "email";
    private const string OldEmail = "oldEmail";
    private const string UserId = "userId";
    private const string Field = "user.email";

    /// <summary>
    /// Mails a link to the new address, and one that stops it to the old. An address that somebody else has looks the same: its owner
    /// is told, and nothing can be confirmed.
    /// </summary>
    public async Task<FieldResult<MadeLink>> AskAsync(User user, string email, string browser, string? from, IReadOnlyList<string> languages, CancellationToken cancellation)
    {
        if (CanonicalKey.Email(email) is not { } key)
        {
            return new FieldErrors().Add(Field, "notEmail", "This is not an e-mail address.");
        }

        if (key == user.EmailKey)
        {
            return new FieldErrors().Add(Field, "unchanged", "This is the address that you have.");
        }

        return await database.WriteAsync<FieldResult<MadeLink>>(
            async (db, token) =>
            {
                if (!await limits.TryCountAsync(db, new(MailPurpose.Verify, key) { UserId = user.Id }, token))
                {
                    return new FieldErrors().AddGeneral("tooManyMails", "No more mails for now.");
                }

                var owner = await db.Users.AsNoTracking().FirstOrDefaultAsync(row => row.TenantId == user.TenantId && row.EmailKey == key, token);
                var made = await links.MakeAsync(
                    db,
                    Wanted(LinkPurpose.ChangeEmail, user, owner is null ? key : null, email) with { Browser = browser },
                    token);
                var mail = owner is null
                    ? Draft(user, languages, LinkMail.Of(made, address)) with { To = key, UsefulUntil = made.Row.ExpiresAt }
                    : Draft(owner, languages, KnownAddressMail.For(KnownAddressMail.ChangeEmail, null, address)) with { To = owner.Email! };
                if (owner is { Active: false })
                {
                    mailer.Pretend(db, mail);
                }
                else
                {
                    mailer.Queue(db, mail);
                }

                await WarnAsync(db, user, email, from, languages, token);
                return made;
            },
            cancellation);
    }

    /// <summary>Puts the proven address in the place of the old one. False: somebody else has it by now, or the account has changed.</summary>
    internal async Task<bool> ConfirmAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token)
    {
        var (email, old) = (facts.More[NewEmail], facts.More.GetValueOrDefault(OldEmail));
        var rows = db.Users.Where(row => row.Id == link.UserId && row.Active && row.Email == old);
        if (link.EmailKey is not { } key
            || await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), token) == 0
            || await db.Users.AnyAsync(row => row.TenantId == link.TenantId && row.EmailKey == key, token))
        {
            return false;
        }

        var user = await rows.SingleAsync(token);
        if (user.Email is not null)
        {
            await WarnAsync(db, user, email, null, [], token, changed: true);
        }

        var now = clock.GetUtcNow();
        (user.Email, user.EmailKey, user.Verified, user.VerifiedAt, user.UpdatedAt) = (key, key, true, now, now);
        await links.EndAsync(db, user.Id, LinkPurpose.ChangePassword, token); // Those went to the old address.
        AuditLog.Add(db, AuditLog.User(user.Id), "e-mail address changed", Data(user), now);
        return true;
    }

    /// <summary>
    /// Stops a change that waits, or takes back one that happened: then the old address counts again, and everything that whoever
    /// changed it may hold ends, the password included.
    /// </summary>
    internal async Task<bool> UndoAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token)
    {
        var (id, old) = (Guid.Parse(facts.More[UserId]), facts.More[OldEmail]);
        var now = clock.GetUtcNow();
        var rows = db.Users.Where(row => row.Id == id);
        if (await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, now), token) == 0)
        {
            return false;
        }

        var user = await rows.SingleAsync(token);
        await links.EndAsync(db, user.Id, LinkPurpose.ChangeEmail, token);
        if (user.Email != old)
        {
            if (await db.Users.AnyAsync(row => row.TenantId == link.TenantId && row.EmailKey == link.EmailKey, token))
            {
                return false;
            }

            (user.Email, user.EmailKey, user.Verified, user.VerifiedAt) = (old, link.EmailKey, true, now);
        }

        (user.PasswordHash, user.PasswordChangedAt, user.PasswordChangeRequired, user.SecurityStamp) = (null, null, false, People.NewStamp());
        foreach (var kind in access)
        {
            await kind.EndAsync(db, user.Id, applicationId: null, now, token);
        }

        AuditLog.Add(db, AuditLog.User(user.Id), "change of e-mail address taken back; password removed", Data(user), now);
        return true;
    }

    private async Task WarnAsync(
        ServerDbContext db, User user, string email, string? from, IReadOnlyList<string> languages, CancellationToken token, bool changed = false)
    {
        if (user is not { Email: { } old, Verified: true })
        {
            return; // Nobody has proven that it is theirs, so nobody there has a say.
        }

        if (changed)
        {
            await notices.QueueAsync(db, user, NoticeKind.EmailChanged, null, from, token);
            return;
        }

        var undo = await links.MakeAsync(db, Wanted(LinkPurpose.UndoChangeEmail, user, user.EmailKey, email), token);
        mailer.Queue(db, Draft(user, languages, LinkMail.Of(undo, address, new NoticeFact("newEmail", LinkPage.Mask(email)!))) with { To = old });
    }

    private static NewLink Wanted(LinkPurpose purpose, User user, string? key, string email)
    {
        var more = new Dictionary<string, string> { [UserId] = user.Id.ToString(), [NewEmail] = CanonicalKey.Email(email)! };
        if (user.Email is { } old)
        {
            more[OldEmail] = old;
        }

        return new NewLink
        {
            Purpose = purpose,
            TenantId = user.TenantId,

            // Whoever has got into the account can end its links, and can ask for more changes; the way back stays.
            UserId = purpose is LinkPurpose.UndoChangeEmail ? null : user.Id,
            EmailKey = key,
            Facts = new LinkFacts { Address = purpose is LinkPurpose.ChangeEmail ? email : user.Email, BackUrl = purpose is LinkPurpose.ChangeEmail ? Paths.AccountEmail : null, More = more },
        };
    }

    private static MailDraft Draft(User user, IReadOnlyList<string> languages, IMail mail) => new(mail)
    {
        To = string.Empty,
        TenantId = user.TenantId,
        UserId = user.Id,
        Languages = [.. user.PreferredLanguages, .. languages],
    };

    private static Dictionary<string, string> Data(User user) => new() { ["userId"] = user.Id.ToString() };
}

/// <summary>Links that change an address, or take that back.</summary>
internal sealed class EmailChangeLinks(LinkPurpose purpose, EmailChange change) : ILinkPurpose
{
    /// <inheritdoc/>
    public LinkPurpose Purpose => purpose;

    /// <inheritdoc/>
    public async Task<LinkEffect> ConfirmAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token) =>
        await (purpose is LinkPurpose.ChangeEmail ? change.ConfirmAsync(db, link, facts, token) : change.UndoAsync(db, link, facts, token))
            ? LinkEffect.Done : LinkEffect.Refused;

    /// <inheritdoc/>
    public string? Next(Link link, LinkFacts facts) => purpose is LinkPurpose.ChangeEmail ? Paths.AccountEmail : null;

    /// <inheritdoc/>
    public Task<Guid?> ResendAsync(Link link, LinkFacts facts, string browser, CancellationToken cancellation) => Task.FromResult<Guid?>(null);
}
