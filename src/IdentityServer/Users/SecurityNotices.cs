using System.Globalization;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Themes;

namespace IdentityServer.Users;

/// <summary>What people are told of by mail, because it may not have been them.</summary>
public enum NoticeKind
{
    /// <summary>The password was changed.</summary>
    PasswordChanged,

    /// <summary>The e-mail address was changed.</summary>
    EmailChanged,

    /// <summary>A second factor was added.</summary>
    FactorAdded,

    /// <summary>A second factor was removed.</summary>
    FactorRemoved,

    /// <summary>New recovery codes took the place of the old ones.</summary>
    RecoveryCodesRenewed,

    /// <summary>A passkey was added.</summary>
    PasskeyAdded,

    /// <summary>A passkey was removed.</summary>
    PasskeyRemoved,

    /// <summary>The account is to be deleted.</summary>
    DeletionRequested,

    /// <summary>Somebody signed in from a browser that was not known.</summary>
    NewDevice,
}

/// <summary>Tells people by mail what happened to their account, in the transaction in which it happens.</summary>
public sealed class SecurityNotices(Mailer mailer, MailLimits limits, PublicAddress address, TimeProvider clock)
{
    /// <summary>Queues a notice to the person's address, if they have one. A flood of them ends after the first twenty in an hour.</summary>
    /// <param name="db">The transaction.</param>
    /// <param name="user">The person.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="device">Where, in words of ours such as "Firefox on Linux"; never what a browser says of itself.</param>
    /// <param name="network">The network address it came from.</param>
    /// <param name="token">Cancels.</param>
    public async Task QueueAsync(ServerDbContext db, User user, NoticeKind kind, string? device, string? network, CancellationToken token)
    {
        if (user.Email is not { } email
            || !await limits.TryCountAsync(db, new(MailPurpose.Notice, user.EmailKey ?? email) { UserId = user.Id }, token))
        {
            return;
        }

        List<NoticeFact> facts = [new("time", clock.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture))];
        if (device is not null)
        {
            facts.Add(new("device", device));
        }

        if (network is not null)
        {
            facts.Add(new("address", network));
        }

        mailer.Queue(db, new MailDraft(new NoticeMail(kind.ToString(), facts, address.Url(Paths.Account)))
        {
            To = email,
            TenantId = user.TenantId,
            UserId = user.Id,
            Languages = user.PreferredLanguages,
        });
    }
}

/// <summary>A notice.</summary>
/// <param name="Kind">What happened; its sentences are <c>mail.notice.{Kind}.title</c> and <c>.lead</c>.</param>
/// <param name="Facts">When and where.</param>
/// <param name="AccountUrl">Where the person looks after their account.</param>
public sealed record NoticeMail(string Kind, IReadOnlyList<NoticeFact> Facts, string AccountUrl) : IMail<NoticeMail>
{
    /// <inheritdoc/>
    public static string Template => "notice";

    /// <inheritdoc/>
    public static IReadOnlyList<NoticeMail> Samples =>
    [
        .. from kind in Enum.GetNames<NoticeKind>()
           select new NoticeMail(kind, [new("time", "2030-01-31 12:00 UTC"), new("device", "Firefox on Linux"), new("address", "192.0.2.1")], PublicAddress.Default + Paths.Account),
    ];
}

/// <summary>A line of a notice: its name is the key <c>mail.notice.{Name}</c>.</summary>
public sealed record NoticeFact(string Name, string Value);
