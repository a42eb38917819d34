using System.Net;
using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Logins;

/// <summary>A wish to be mailed a link for signing in.</summary>
public sealed record LinkWish
{
    /// <summary>E-mail address or user name as typed.</summary>
    public required string LoginId { get; init; }

    /// <summary>The application that the person wants to get into.</summary>
    public required Application Application { get; init; }

    /// <summary>Where the wish comes from.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The secret of the browser that asks.</summary>
    public required string Browser { get; init; }

    /// <summary>The link's id, which the address of the waiting page names.</summary>
    public required Guid Id { get; init; }

    /// <summary>What the link needs to go on.</summary>
    public required LinkFacts Facts { get; init; }

    /// <summary>Languages of the page, for people who have said nothing about theirs.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];
}

/// <summary>Somebody who comes back with a confirmed link, in the browser that holds it, or with its secret where no browser asked.</summary>
/// <param name="Link">The link.</param>
/// <param name="Application">The application that they want to get into.</param>
/// <param name="Address">Where they come from.</param>
public sealed record LinkLoginAttempt(Link Link, Application Application, IPAddress? Address)
{
    /// <summary>The secret of the browser that holds it.</summary>
    public string? Browser { get; init; }

    /// <summary>The link's own secret.</summary>
    public string? Secret { get; init; }

    /// <summary>Who is signed in in that browser already.</summary>
    public Guid? SignedInAs { get; init; }

    /// <summary>Neither secret appears in a log.</summary>
    public override string ToString() => $"{nameof(LinkLoginAttempt)} {Link.Id}";
}

/// <summary>
/// Signing in, and up, by a mailed link or code. Whoever asks sees and waits the same, whether or not there is an account: where
/// there is none and registration is closed, a link is made that nobody ever gets.
/// </summary>
public sealed class LinkLogin(
    Database database,
    People people,
    AddressProof proof,
    LinkStore links,
    Mailer mailer,
    MailLimits limits,
    PublicAddress address,
    TimeProvider clock,
    ILogger<LinkLogin> log)
{
    /// <summary>Makes the link and queues its mail. False: what was typed can be neither address nor user name.</summary>
    public async Task<bool> AskAsync(LinkWish wish, CancellationToken cancellation)
    {
        if (CanonicalKey.LoginId(wish.LoginId, out var isEmail) is not { } key)
        {
            return false;
        }

        var user = await people.FindByLoginIdAsync(wish.LoginId, cancellation);
        var usable = user is { Active: true, Email: not null, EmailKey: not null } && !(user.ExpiresAt <= clock.GetUtcNow());
        var signsUp = user is null && isEmail && wish.Application.AllowsRegistration;
        await database.WriteAsync(
            async (db, token) =>
            {
                var addressKey = user?.EmailKey ?? key;
                var counted = await limits.TryCountAsync(
                    db,
                    new(MailPurpose.SignIn, addressKey) { UserId = user?.Id, ApplicationId = wish.Application.Id, RemoteAddress = wish.Address },
                    token);
                var real = counted && (usable || signsUp);
                var made = await links.MakeAsync(
                    db,
                    new NewLink
                    {
                        Id = wish.Id,
                        Purpose = signsUp ? LinkPurpose.SignUp : LinkPurpose.SignIn,
                        TenantId = wish.Application.TenantId,
                        UserId = real ? user?.Id : null,
                        ApplicationId = wish.Application.Id,

                        // Over the limit no mail takes the place of the last one, so that stays worth something.
                        EmailKey = counted ? addressKey : null,
                        Browser = wish.Browser,
                        Facts = wish.Facts,
                    },
                    token);
                var mail = new MailDraft(SignInMail.Of(made, wish.Application.Name, address))
                {
                    To = real ? user?.Email ?? key : key,
                    TenantId = wish.Application.TenantId,
                    UserId = user?.Id,
                    Languages = [.. user?.PreferredLanguages ?? [], .. wish.Languages],
                    UsefulUntil = made.Row.ExpiresAt,
                };
                if (real)
                {
                    mailer.Queue(db, mail);
                }
                else
                {
                    mailer.Pretend(db, mail);
                }
            },
            cancellation);
        return true;
    }

    /// <summary>Spends the link, notes what it proves, and says who it is; creates the account where the link was for that.</summary>
    public async Task<LoginOutcome> FinishAsync(LinkLoginAttempt attempt, CancellationToken cancellation)
    {
        User? newcomer = null;
        if (attempt.Link is { Purpose: LinkPurpose.SignUp, EmailKey: { } email } && attempt.Application.AllowsRegistration
            && (await people.PrepareAsync(new NewUser { Email = email, Verified = true }, cancellation)).Failed(out _, out newcomer))
        {
            return new LoginOutcome.WrongCredentials();
        }

        LoginOutcome outcome;
        try
        {
            outcome = await database.WriteAsync((db, token) => FinishAsync(db, attempt, newcomer, token), cancellation);
        }
        catch (DbUpdateException exception) when (UserRules.Duplicate(exception) is not null)
        {
            // In this very moment the account came about in another way; nothing was written, and now it is found.
            outcome = await database.WriteAsync((db, token) => FinishAsync(db, attempt, null, token), cancellation);
        }

        if (outcome is LoginOutcome.SignedIn { User.Id: var id })
        {
            log.SignedIn(id, attempt.Application.Id, attempt.Address);
        }

        return outcome;
    }

    private async Task<LoginOutcome> FinishAsync(ServerDbContext db, LinkLoginAttempt attempt, User? newcomer, CancellationToken token)
    {
        var spent = attempt.Link.ApplicationId == attempt.Application.Id && (attempt switch
        {
            { Secret: { } secret } => await links.SpendAsync(db, secret, attempt.Link.Purpose, token),
            { Browser: { } browser } => await links.SpendAsync(db, attempt.Link.Id, browser, token),
            _ => false,
        });
        if (!spent)
        {
            return new LoginOutcome.WrongCredentials();
        }

        return await FindAsync(db, attempt.Link, token) is { } user ? await AdmitAsync(db, user, attempt, token)
            : newcomer is not null ? Create(db, newcomer, attempt)
            : new LoginOutcome.WrongCredentials();
    }

    // Held by a write before it is read. Worthless once the account has another address than the one that the link was mailed to.
    private static async Task<User?> FindAsync(ServerDbContext db, Link link, CancellationToken token)
    {
        var rows = db.Users.Where(row => row.TenantId == link.TenantId && row.EmailKey == link.EmailKey);
        rows = link.Purpose is LinkPurpose.SignUp ? rows : rows.Where(row => row.Id == link.UserId);
        return link.EmailKey is not null && await rows.ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), token) == 1
            ? await rows.SingleAsync(token)
            : null;
    }

    private async Task<LoginOutcome> AdmitAsync(ServerDbContext db, User user, LinkLoginAttempt attempt, CancellationToken token)
    {
        var now = clock.GetUtcNow();
        if (!user.Active)
        {
            log.RefusedDisabled(user.Id, attempt.Address);
            return new LoginOutcome.Disabled(user);
        }

        if (user.ExpiresAt <= now)
        {
            log.RefusedExpired(user.Id, attempt.Address);
            return new LoginOutcome.Expired(user);
        }

        await proof.ProveAsync(db, user, attempt.SignedInAs == user.Id, token);
        if (user.PasswordChangeRequired)
        {
            return new LoginOutcome.PasswordChangeRequired(user);
        }

        // A lock is against guessing passwords; whoever reads the mail has guessed none.
        (user.LastLoginAt, user.AccessFailedCount, user.LockoutCount, user.LockoutEnd) = (now, 0, 0, null);
        await db.Registrations.Where(row => row.UserId == user.Id && row.ApplicationId == attempt.Application.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastLoginAt, now), token);
        Audit(db, user, attempt, now);
        return new LoginOutcome.SignedIn(user);
    }

    private LoginOutcome.SignedIn Create(ServerDbContext db, User newcomer, LinkLoginAttempt attempt)
    {
        var now = clock.GetUtcNow();
        newcomer.LastLoginAt = now;
        people.Add(db, newcomer, AuditLog.System);
        Audit(db, newcomer, attempt, now);
        return new LoginOutcome.SignedIn(newcomer);
    }

    private static void Audit(ServerDbContext db, User user, LinkLoginAttempt attempt, DateTimeOffset now)
    {
        var data = new Dictionary<string, string> { ["applicationId"] = attempt.Application.IdText, ["by"] = "link" };
        if (attempt.Address is { } from)
        {
            data["address"] = from.ToString();
        }

        AuditLog.Add(db, AuditLog.User(user.Id), "signed in", data, now);
    }
}
