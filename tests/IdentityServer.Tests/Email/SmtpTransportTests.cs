using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using IdentityServer.Email;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Email;

/// <summary>What goes over the wire to a real mail server.</summary>
public sealed class SmtpTransportTests
{
    private static readonly MailContent Mail = new("grace@example.com", "Grüße", "Hello.\n.dot\n" + new string('x', 2_000) + "\n", "<p>Grüße</p>", null);

    [Fact]
    public async Task The_same_is_said_in_text_and_html_in_every_letter()
    {
        await using var smtp = await SmtpServer.StartAsync();
        var id = Guid.NewGuid();

        Assert.Equal(MailDelivery.Taken, await Transport(smtp).SendAsync(id, Mail, CancellationToken.None));

        var taken = Assert.Single(await smtp.TakenAsync(1));
        Assert.Equal($"<{id}@example.com>", taken.Header("Message-ID"));
        Assert.Contains("multipart/alternative", taken.Header("Content-Type"), StringComparison.Ordinal);
        var (from, subject) = (taken.Header("From")!, taken.Header("Subject")!);
        Assert.EndsWith("<login@example.com>", from, StringComparison.Ordinal);
        Assert.Equal("Grüße", Decoded(subject));
        var parts = taken.Content.Split("Content-Transfer-Encoding: quoted-printable\r\n\r\n")[1..].Select(part => QuotedPrintable(part.Split("\r\n--")[0])).ToList();
        Assert.Equal(Mail.Text, parts[0].ReplaceLineEndings("\n"));
        Assert.Equal(Mail.Html, parts[1].TrimEnd());
        Assert.All(taken.Content.Split("\r\n"), line => Assert.True(line.Length <= 998, "RFC 5321 §4.5.3.1.6"));
    }

    [Fact]
    public async Task An_address_of_many_alphabets_is_reached()
    {
        await using var smtp = await SmtpServer.StartAsync();

        Assert.Equal(MailDelivery.Taken, await Transport(smtp).SendAsync(Guid.NewGuid(), Mail with { To = "grüße@example.com" }, CancellationToken.None));
        Assert.Equal("grüße@example.com", Assert.Single(await smtp.TakenAsync(1)).Recipient);
    }

    [Theory]
    [InlineData("a@example.com, b@example.com")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    [InlineData("nobody")]
    public async Task An_address_that_is_more_or_less_than_one_is_refused(string address)
    {
        await using var smtp = await SmtpServer.StartAsync();

        Assert.Equal(MailOutcome.Refused, (await Transport(smtp).SendAsync(Guid.NewGuid(), Mail with { To = address }, CancellationToken.None)).Outcome);
        Assert.Empty(smtp.Taken);
    }

    [Fact]
    public async Task A_mail_server_is_spoken_to_in_secret_and_told_who_we_are()
    {
        using var certificate = new CertificateFile();
        await using var smtp = await SmtpServer.StartAsync("--certificate", certificate.Path, "--user", "mailer", "--password", "s3cret");

        Assert.Equal(MailDelivery.Taken, await Trusting(() => Transport(smtp, "s3cret").SendAsync(Guid.NewGuid(), Mail, CancellationToken.None)));
        var taken = Assert.Single(await smtp.TakenAsync(1));
        Assert.Equal((true, "mailer"), (taken.Tls, taken.User));
    }

    [Fact]
    public async Task A_wrong_password_is_the_operators_to_mend_and_the_mail_waits()
    {
        using var certificate = new CertificateFile();
        await using var smtp = await SmtpServer.StartAsync("--certificate", certificate.Path, "--user", "mailer", "--password", "s3cret");

        var delivery = await Trusting(() => Transport(smtp, "wrong").SendAsync(Guid.NewGuid(), Mail, CancellationToken.None));

        Assert.Equal(MailOutcome.Failed, delivery.Outcome);
        Assert.DoesNotContain("wrong", delivery.Reason, StringComparison.Ordinal);
        Assert.Empty(smtp.Taken);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_trusted()
    {
        using var certificate = new CertificateFile();
        await using var smtp = await SmtpServer.StartAsync("--certificate", certificate.Path, "--user", "mailer", "--password", "s3cret");

        Assert.Equal(MailOutcome.Failed, (await Transport(smtp, "s3cret").SendAsync(Guid.NewGuid(), Mail, CancellationToken.None)).Outcome);
        Assert.Empty(smtp.Taken);
    }

    [Fact]
    public async Task A_mail_server_without_encryption_is_not_used_where_it_is_wanted()
    {
        await using var smtp = await SmtpServer.StartAsync();

        Assert.Equal(MailOutcome.Failed, (await Transport(smtp, "s3cret").SendAsync(Guid.NewGuid(), Mail, CancellationToken.None)).Outcome);
        Assert.Empty(smtp.Taken);
    }

    private static SmtpTransport Transport(SmtpServer smtp, string? password = null) => new(new SmtpOptions
    {
        Host = "localhost",
        Port = smtp.Port,
        From = "login@example.com",
        FromName = "Exämple, \"Inc.\"",
        Security = password is null ? SmtpSecurity.None : SmtpSecurity.StartTls,
        Username = password is null ? null : "mailer",
        Password = password,
        TimeoutSeconds = 10,
    });

    // System.Net.Mail asks this one callback of the process, and nothing else of ours does.
    private static async Task<MailDelivery> Trusting(Func<Task<MailDelivery>> send)
    {
#pragma warning disable SYSLIB0014, CA5359, S4830 // The certificate was made a moment ago, for this.
        ServicePointManager.ServerCertificateValidationCallback = (_, _, _, _) => true;
        try
        {
            return await send();
        }
        finally
        {
            ServicePointManager.ServerCertificateValidationCallback = null;
        }
#pragma warning restore SYSLIB0014, CA5359, S4830
    }

    private static string Decoded(string header) => string.Concat(header.Split(' ').Select(word =>
        word.Split('?') is [_, _, "B" or "b", var text, _] ? Encoding.UTF8.GetString(Convert.FromBase64String(text))
        : word.Split('?') is [_, _, "Q" or "q", var quoted, _] ? QuotedPrintable(quoted.Replace('_', ' '))
        : word));

    private static string QuotedPrintable(string text)
    {
        var bytes = new List<byte>();
        text = text.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '=')
            {
                bytes.Add(Convert.ToByte(text.Substring(at + 1, 2), 16));
                at += 2;
            }
            else
            {
                bytes.Add((byte)text[at]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private sealed class CertificateFile : IDisposable
    {
        public CertificateFile()
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            File.WriteAllText(Path, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        }

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
