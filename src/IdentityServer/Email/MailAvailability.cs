using Microsoft.Extensions.Options;

namespace IdentityServer.Email;

/// <summary>
/// Whether mail can be sent: by the mail server of the settings, by an embedder's own transport, or, in development, to where it is
/// shown. Where it cannot, nothing that needs mail is offered.
/// </summary>
public sealed class MailAvailability
{
    internal MailAvailability(IOptions<ServerOptions> options, IMailTransport? embedded, DevMailbox? box, TimeProvider clock)
    {
        Transport = embedded ?? (options.Value.Smtp.Host is { Length: > 0 } ? new SmtpTransport(options.Value.Smtp) : null);
        if (box is not null)
        {
            Transport = new DevMailTransport(box, Transport, clock);
        }
    }

    /// <summary>Whether mail can be sent.</summary>
    public bool IsOn => Transport is not null;

    /// <summary>How.</summary>
    internal IMailTransport? Transport { get; }
}
