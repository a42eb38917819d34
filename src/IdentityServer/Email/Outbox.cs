using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Email;

/// <summary>What may be told of a mail that is still there: never its text, and no subject where a link or a code belongs to it.</summary>
/// <param name="To">The address.</param>
/// <param name="Subject">The subject; null where a theme might have put a code into it.</param>
/// <param name="UsefulUntil">When its link or code expires.</param>
/// <param name="CanBeTried">Whether it can be tried once more: given up, and of use still.</param>
internal sealed record MailGlance(string To, string? Subject, DateTimeOffset? UsefulUntil, bool CanBeTried);

/// <summary>What became of a wish to try a mail once more, or to delete it.</summary>
internal enum OutboxOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>It was not given up: it waits, or was sent.</summary>
    NotDead,

    /// <summary>Its link or code has expired, or it can't be read any more.</summary>
    Useless,
}

/// <summary>The outbox, for whoever looks after the server: what waits, what was sent, and what was given up, to be tried once more or deleted.</summary>
internal sealed class Outbox(SealedMails seals, MailSignal signal, TimeProvider clock)
{
    /// <summary>The mails of a tenant, without those that were only pretended (see <see cref="Mailer.Pretend"/>).</summary>
    public static IQueryable<OutboxMail> Of(ServerDbContext db, Guid tenantId) =>
        db.Outbox.Where(row => row.TenantId == tenantId && (row.FinishedAt == null || row.FinishedAt > DateTimeOffset.UnixEpoch));

    /// <summary>What may be told of its content; null once that is gone.</summary>
    public MailGlance? Look(OutboxMail mail)
    {
        if (mail.Content is null || seals.Open(mail.Id, mail.Content) is not { } content)
        {
            return null;
        }

        var dead = mail.Status is MailStatus.Dead;
        return new(content.To, content.UsefulUntil is null ? content.Subject : null, content.UsefulUntil, dead && !(content.UsefulUntil <= clock.GetUtcNow()));
    }

    /// <summary>Has a mail that was given up tried once more, when the caller's transaction is committed.</summary>
    public async Task<OutboxOutcome> RetryAsync(ServerDbContext db, OutboxMail mail, CancellationToken token)
    {
        if (mail.Status is not MailStatus.Dead)
        {
            return OutboxOutcome.NotDead;
        }

        if (Look(mail) is not { CanBeTried: true })
        {
            return OutboxOutcome.Useless;
        }

        var now = clock.GetUtcNow();
        var revived = await db.Outbox.Where(row => row.Id == mail.Id && row.Status == MailStatus.Dead).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, MailStatus.Waiting).SetProperty(row => row.DueAt, now).SetProperty(row => row.FinishedAt, (DateTimeOffset?)null),
            token) == 1;
        db.WhenCommitted(signal.Wake);
        return revived ? OutboxOutcome.Done : OutboxOutcome.NotDead;
    }

    /// <summary>Deletes a mail that was given up.</summary>
    public static async Task<OutboxOutcome> DeleteAsync(ServerDbContext db, OutboxMail mail, CancellationToken token) =>
        await db.Outbox.Where(row => row.Id == mail.Id && row.Status == MailStatus.Dead).ExecuteDeleteAsync(token) == 1
            ? OutboxOutcome.Done
            : OutboxOutcome.NotDead;
}
