using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;

namespace IdentityServer.Email;

/// <summary>Hands mails to a mail server (RFC 5321). The one class that knows <see cref="System.Net.Mail"/>.</summary>
internal sealed class SmtpTransport(SmtpOptions options) : IMailTransport
{
    // Answers to who we are, not to the mail: what an operator can mend, the mail can wait for (RFC 4954 §6, RFC 3207 §4).
    private static readonly int[] AboutUs = [530, 534, 535, 538];

    private readonly MailAddress from = new(options.From, options.FromName, Encoding.UTF8);

    /// <inheritdoc/>
    public async Task<MailDelivery> SendAsync(Guid id, MailContent mail, CancellationToken cancellation)
    {
        if (!MailAddress.TryCreate(mail.To, out var to) || to.Address != mail.To) // Nothing but one address.
        {
            return MailDelivery.Refused("The address is none that mail can be sent to.");
        }

        using var message = Compose(id, to, mail);
        using var client = NewClient();
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var timeout = TimeSpan.FromSeconds(options.TimeoutSeconds);
        limited.CancelAfter(timeout);
        try
        {
            // The client's own time limit is for synchronous use, and it cannot be cancelled while it connects.
            await client.SendMailAsync(message, limited.Token).WaitAsync(limited.Token);
            return MailDelivery.Taken;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return MailDelivery.Failed($"The mail server did not answer within {timeout.TotalSeconds:0} seconds.");
        }
        catch (SmtpException exception) when (!cancellation.IsCancellationRequested)
        {
            var code = (int)exception.StatusCode;
            var reason = code > 0 ? $"{code} {exception.Message}" : (exception.InnerException ?? exception).Message;
            return code is >= 500 and < 600 && !AboutUs.Contains(code) ? MailDelivery.Refused(reason) : MailDelivery.Failed(reason);
        }
    }

    private MailMessage Compose(Guid id, MailAddress to, MailContent mail)
    {
        var message = new MailMessage(from, to) { Subject = mail.Subject, SubjectEncoding = Encoding.UTF8 };
        message.Headers.Add("Message-ID", $"<{id:D}@{from.Host}>");
        message.Headers.Add("Auto-Submitted", "auto-generated"); // RFC 3834 §5: no out-of-office note comes back.
        message.AlternateViews.Add(View(mail.Text, MediaTypeNames.Text.Plain));
        message.AlternateViews.Add(View(mail.Html, MediaTypeNames.Text.Html)); // RFC 2046 §5.1.4: the richest comes last.
        return message;
    }

    private static AlternateView View(string content, string type)
    {
        var view = AlternateView.CreateAlternateViewFromString(content, Encoding.UTF8, type);
        view.TransferEncoding = TransferEncoding.QuotedPrintable;
        return view;
    }

    private SmtpClient NewClient() => new(options.Host!, options.Port)
    {
        EnableSsl = options.Security is SmtpSecurity.StartTls, // A server without STARTTLS is refused, not used in clear.
        UseDefaultCredentials = false,
        Credentials = options.Username is { Length: > 0 } username ? new NetworkCredential(username, options.Password) : null,
        DeliveryFormat = SmtpDeliveryFormat.International,
    };
}
