using IdentityServer.Data;
using IdentityServer.Themes;

namespace IdentityServer.Email;

/// <summary>
/// Makes mails. A mail is written in the transaction of the change that causes it: it leaves if that is committed and not
/// otherwise, and then nothing loses it.
/// </summary>
public sealed class Mailer
{
    private readonly MailAvailability availability;
    private readonly SealedMails seals;
    private readonly MailSignal signal;
    private readonly ThemeCatalog themes;
    private readonly PublicAddress address;
    private readonly TimeProvider clock;

    internal Mailer(MailAvailability availability, SealedMails seals, MailSignal signal, ThemeCatalog themes, PublicAddress address, TimeProvider clock) =>
        (this.availability, this.seals, this.signal, this.themes, this.address, this.clock) = (availability, seals, signal, themes, address, clock);

    /// <summary>
    /// Queues a mail, to leave once this transaction is committed. Does nothing where no mail can be sent. Asks for no limit:
    /// <see cref="MailLimits"/> comes before.
    /// </summary>
    public void Queue(ServerDbContext db, MailDraft draft)
    {
        if (!availability.IsOn)
        {
            return;
        }

        db.Outbox.Add(Make(draft));
        db.WhenCommitted(signal.Wake);
    }

    /// <summary>
    /// Does all the work of a mail that nobody gets: where there is no such account, the answer shall not come sooner than where there
    /// is one. Its row counts as sent so long ago that it goes within the hour.
    /// </summary>
    public void Pretend(ServerDbContext db, MailDraft draft)
    {
        if (!availability.IsOn)
        {
            return;
        }

        var row = Make(draft);
        (row.Status, row.FinishedAt) = (MailStatus.Sent, DateTimeOffset.UnixEpoch);
        db.Outbox.Add(row);
        db.WhenCommitted(signal.Wake);
    }

    private OutboxMail Make(MailDraft draft)
    {
        var id = Guid.CreateVersion7();
        var now = clock.GetUtcNow();
        var mail = themes.RenderMail(draft.Model, draft.Theme, draft.Languages, address.Value);
        return new OutboxMail
        {
            Id = id,
            TenantId = draft.TenantId,
            UserId = draft.UserId,
            Template = MailKind.Of(draft.Model).Template,
            Content = seals.Seal(id, new(draft.To, mail.Subject, mail.Text, mail.Html, draft.UsefulUntil)),
            DueAt = now,
            CreatedAt = now,
        };
    }
}
