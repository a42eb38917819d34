namespace IdentityServer.Email;

/// <summary>
/// The mails of this process, kept in memory to be looked at: for development and tests. Where it is registered, mails are shown
/// whether or not there is a mail server.
/// </summary>
public sealed class DevMailbox
{
    private const int Most = 200;

    private readonly Lock gate = new();
    private readonly LinkedList<DevMail> mails = [];

    /// <summary>The mails, newest first.</summary>
    public IReadOnlyList<DevMail> Mails
    {
        get
        {
            lock (gate)
            {
                return [.. mails];
            }
        }
    }

    /// <summary>One of them, or null.</summary>
    public DevMail? Find(Guid id) => Mails.FirstOrDefault(mail => mail.Id == id);

    internal void Add(DevMail mail)
    {
        lock (gate)
        {
            if (mails.Any(known => known.Id == mail.Id))
            {
                return; // Tried again.
            }

            mails.AddFirst(mail);
            if (mails.Count > Most)
            {
                mails.RemoveLast();
            }
        }
    }
}

/// <summary>A mail in the box.</summary>
/// <param name="Id">Its id.</param>
/// <param name="At">When it was sent.</param>
/// <param name="Content">What it says.</param>
public sealed record DevMail(Guid Id, DateTimeOffset At, MailContent Content);

/// <summary>Puts mails into the box on their way to the mail server, if there is one.</summary>
internal sealed class DevMailTransport(DevMailbox box, IMailTransport? inner, TimeProvider clock) : IMailTransport
{
    /// <inheritdoc/>
    public Task<MailDelivery> SendAsync(Guid id, MailContent mail, CancellationToken cancellation)
    {
        box.Add(new(id, clock.GetUtcNow(), mail));
        return inner?.SendAsync(id, mail, cancellation) ?? Task.FromResult(MailDelivery.Taken);
    }
}
