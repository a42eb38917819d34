using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Registrations;
using IdentityServer.Tokens;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Recovery;

/// <summary>
/// A new password by mail, for people who forgot theirs, and the first one of people whom somebody else created. Whoever asks sees
/// and waits the same, whether or not there is an account. A second factor stays what it was.
/// </summary>
public sealed class PasswordReset(
    Database database,
    People people,
    PasswordChange passwords,
    Administrators administrators,
    IEnumerable<IUserAccess> access,
    AddressProof proof,
    SecurityNotices notices,
    LinkStore links,
    Mailer mailer,
    MailLimits limits,
    ApplicationCatalog applications,
    TimeProvider clock,
    PublicAddress address)
{
    /// <summary>What a link remembers of where its browser goes on.</summary>
    internal const string Return = "return";

    /// <summary>What a caller of the management API wants back.</summary>
    internal const string State = "state";

    private static readonly FieldErrors Gone = new FieldErrors().AddGeneral("linkGone", "This link doesn't work any more.");

    /// <summary>Mails a link for a new password to whoever that is; returns the id under which a browser waits. Null: nobody can be called that.</summary>
    public async Task<Guid?> AskAsync(string loginId, RecoveryWish wish, CancellationToken cancellation)
    {
        if (CanonicalKey.LoginId(loginId, out _) is not { } key)
        {
            return null;
        }

        var user = await people.FindByLoginIdAsync(loginId, cancellation);
        var usable = user is { Active: true, Email: not null, EmailKey: not null } && !(user.ExpiresAt <= clock.GetUtcNow());
        var made = await database.WriteAsync(
            async (db, token) =>
            {
                var addressKey = user?.EmailKey ?? key;
                var counted = await limits.TryCountAsync(
                    db,
                    new(MailPurpose.ChangePassword, addressKey) { UserId = user?.Id, ApplicationId = wish.Application?.Id, RemoteAddress = wish.Address },
                    token);
                return await MakeAsync(db, LinkPurpose.ChangePassword, usable && counted ? user : null, counted ? addressKey : null, loginId, wish, token);
            },
            cancellation);
        return made.Row.Id;
    }

    /// <summary>Makes a link in the caller's transaction and mails it, if there is a person; else costs the same.</summary>
    public async Task<MadeLink> MakeAsync(
        ServerDbContext db, LinkPurpose purpose, User? user, string? addressKey, string typed, RecoveryWish wish, CancellationToken token, bool sends = true,
        Dictionary<string, string>? more = null)
    {
        more ??= [];
        if (wish.State is { } state)
        {
            more[State] = state;
        }

        if (wish.Return is { } way)
        {
            more[Return] = way;
        }

        var tenant = user?.TenantId ?? wish.Application?.TenantId ?? applications.Find(AccountApplication.Id)!.TenantId;
        var made = await links.MakeAsync(
            db,
            new NewLink
            {
                Purpose = purpose,
                TenantId = tenant,
                UserId = user?.Id,
                ApplicationId = wish.Application?.Id,
                EmailKey = addressKey,
                Browser = wish.Browser,
                Facts = new LinkFacts
                {
                    Address = typed.Trim(),
                    BackUrl = wish.BackUrl,
                    More = more,
                },
            },
            token);
        var mail = Draft(made, user?.Email ?? typed, user, wish.Application, wish.Languages);
        if (user is not null && sends)
        {
            mailer.Queue(db, mail);
        }
        else
        {
            mailer.Pretend(db, mail);
        }

        return made;
    }

    /// <summary>The mail with a link of this room.</summary>
    internal MailDraft Draft(MadeLink made, string to, User? user, Application? application, params IReadOnlyList<string> languages) =>
        new(LinkMail.Of(made, address, application is null ? [] : [new("application", application.Name)]))
        {
            To = to,
            TenantId = made.Row.TenantId,
            UserId = user?.Id,
            Languages = [.. user?.PreferredLanguages ?? [], .. languages],
            UsefulUntil = made.Row.ExpiresAt,
        };

    /// <summary>Mails the same once more; null: it is not to be sent again.</summary>
    public async Task<Guid?> AskAgainAsync(Link link, LinkFacts facts, string browser, CancellationToken cancellation) =>
        facts.Address is not { } typed || link.Purpose is not LinkPurpose.ChangePassword ? null : await AskAsync(
            typed,
            new RecoveryWish
            {
                Application = link.ApplicationId is { } id ? applications.Find(id) : null,
                Browser = browser,
                Return = facts.More.GetValueOrDefault(Return),
                BackUrl = facts.BackUrl,
            },
            cancellation);

    /// <summary>Whose password a browser may set by a link that it holds, confirmed; null: nobody's, or not any more.</summary>
    public async Task<(Link Link, User User)?> FindAsync(Guid id, string? browser, CancellationToken cancellation) =>
        await links.FindAsync(id, browser, cancellation) is { Purpose: LinkPurpose.ChangePassword or LinkPurpose.Invitation, UserId: { } userId } link
            && links.StateOf(link) is LinkState.Confirmed
            && await people.FindAsync(userId, cancellation) is { Active: true } user && user.EmailKey == link.EmailKey
                ? (link, user)
                : null;

    /// <summary>Whose password an id of the management API changes, or one that was mailed for it; null: nobody's, or not any more.</summary>
    public async Task<(Link Link, User User)?> FindAsync(string secret, CancellationToken cancellation) =>
        await links.FindAsync(secret, cancellation) is { Purpose: LinkPurpose.ChangePassword or LinkPurpose.Invitation, UserId: { } userId, WaitingCodeHash: null } link
            && links.StateOf(link) is LinkState.Waiting
            && await people.FindAsync(userId, cancellation) is { Active: true } user && (link.EmailKey is null || user.EmailKey == link.EmailKey)
                ? (link, user)
                : null;

    /// <summary>Sets the password and spends the link, both or neither.</summary>
    public async Task<FieldResult<User>> FinishAsync(
        Guid id, string browser, string password, bool endAccess, CancellationToken cancellation)
    {
        if (await FindAsync(id, browser, cancellation) is not var (link, known))
        {
            return Gone;
        }

        if ((await passwords.PrepareAsync(known, password, await MinLengthAsync(known, cancellation), cancellation)).Failed(out var errors, out var hash))
        {
            return errors;
        }

        return await database.WriteAsync<FieldResult<User>>(
            async (db, token) => await links.SpendAsync(db, id, browser, token) && await SetAsync(db, link, hash, endAccess, token) is { } user
                ? user
                : Gone,
            cancellation);
    }

    /// <summary>The shortest password that this person may take.</summary>
    public async Task<int> MinLengthAsync(User user, CancellationToken cancellation) =>
        await administrators.IsOneAsync(user.Id, cancellation) ? PasswordRules.AdministratorMinLength : PasswordRules.MinLength;

    /// <summary>
    /// Sets the password in the transaction that spent the link; null: it is nobody's any more. The mail proved the address, and what
    /// somebody else set before it was proven goes.
    /// </summary>
    public async Task<User?> SetAsync(ServerDbContext db, Link link, string hash, bool endAccess, CancellationToken token)
    {
        if (await HoldAsync(db, link, token) is not { } user)
        {
            return null;
        }

        if (link.EmailKey is not null)
        {
            var had = user.PasswordHash;
            await proof.ProveAsync(db, user, alsoSignedIn: false, token);
            if (had is not null && user.PasswordHash is null)
            {
                await notices.QueueAsync(db, user, NoticeKind.PasswordChanged, null, null, token);
            }
        }

        await db.SaveChangesAsync(token); // The next statements go past what is tracked.
        if (!await passwords.SetAsync(db, user, hash, token))
        {
            return null;
        }

        if (endAccess)
        {
            foreach (var kind in access)
            {
                await kind.EndAsync(db, user.Id, applicationId: null, clock.GetUtcNow(), token);
            }
        }

        await links.EndAsync(db, user.Id, LinkPurpose.ChangePassword, token);
        await links.EndAsync(db, user.Id, LinkPurpose.Invitation, token);
        return user;
    }

    /// <summary>Spends the one-time password that a change by the management API gave, and says whose it was; null: it is worth nothing.</summary>
    public Task<User?> RedeemAsync(string oneTimePassword, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var hash = OpaqueSecret.HashOf(oneTimePassword);
            return await links.SpendAsync(db, oneTimePassword, LinkPurpose.OneTimePassword, token)
                && await db.Links.AsNoTracking().SingleOrDefaultAsync(row => row.SecretHash == hash, token) is { } link
                    ? await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == link.UserId && row.Active, token)
                    : null;
        },
        cancellation);

    /// <summary>
    /// The person of a link, tracked, their row held by a write; null if they have another address by now than the one that it was
    /// mailed to, or are shut out.
    /// </summary>
    internal static async Task<User?> HoldAsync(ServerDbContext db, Link link, CancellationToken token)
    {
        var rows = db.Users.Where(row => row.Id == link.UserId && (link.EmailKey == null || row.EmailKey == link.EmailKey) && row.Active);
        return link.UserId is not null && await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), token) == 1
            ? await rows.SingleAsync(token)
            : null;
    }
}
