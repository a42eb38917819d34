namespace IdentityServer.Email;

/// <summary>Hands mails to the world. An embedder may register one of their own.</summary>
public interface IMailTransport
{
    /// <summary>
    /// Hands over one mail and says what came of it. The same mail may come again: its id is the <c>Message-ID</c>. Throws only if
    /// it is cancelled.
    /// </summary>
    Task<MailDelivery> SendAsync(Guid id, MailContent mail, CancellationToken cancellation);
}

/// <summary>What came of handing over a mail.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Reason">Why not, for the administrator.</param>
public sealed record MailDelivery(MailOutcome Outcome, string? Reason = null)
{
    /// <summary>It was taken.</summary>
    public static readonly MailDelivery Taken = new(MailOutcome.Taken);

    /// <summary>It will never be taken.</summary>
    public static MailDelivery Refused(string reason) => new(MailOutcome.Refused, reason);

    /// <summary>It was not taken this time.</summary>
    public static MailDelivery Failed(string reason) => new(MailOutcome.Failed, reason);
}

/// <summary>Outcomes of handing over a mail.</summary>
public enum MailOutcome
{
    /// <summary>It was taken.</summary>
    Taken,

    /// <summary>It was not taken this time.</summary>
    Failed,

    /// <summary>It will never be taken.</summary>
    Refused,
}
