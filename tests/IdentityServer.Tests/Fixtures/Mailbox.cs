using System.Text.RegularExpressions;
using IdentityServer.Email;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityServer.Tests.Fixtures;

/// <summary>The mailboxes of everybody, where a server was started with mail.</summary>
public static partial class Mailbox
{
    /// <summary>Starts a server that can send mail, to where the test reads it.</summary>
    public static Task<TestServer> StartServerAsync(DatabaseProvider provider = DatabaseProvider.Sqlite, params string[] settings) =>
        TestServer.StartAsync(provider, services => services.AddSingleton<DevMailbox>(), settings);

    /// <summary>Waits for the mails to an address: so many, oldest first.</summary>
    public static async Task<IReadOnlyList<MailContent>> MailsToAsync(this TestServer server, string address, int count)
    {
        await Eventually.TrueAsync(() => Task.FromResult(server.SentTo(address).Count >= count), $"{count} mails are sent to {address}");
        return server.SentTo(address);
    }

    /// <summary>Waits for the newest mail to an address, the <paramref name="number"/>th.</summary>
    public static async Task<MailContent> MailToAsync(this TestServer server, string address, int number = 1) =>
        (await server.MailsToAsync(address, number))[number - 1];

    /// <summary>What was sent to an address so far, oldest first.</summary>
    public static IReadOnlyList<MailContent> SentTo(this TestServer server, string address) =>
        [.. server.Get<DevMailbox>().Mails.Reverse().Select(mail => mail.Content).Where(mail => mail.To.Equals(address, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Waits until nothing more waits to be sent; then what was not sent will not be.</summary>
    public static Task SettledAsync(this TestServer server) => Eventually.TrueAsync(
        async () => !await server.ReadAsync(db => Task.FromResult(db.Outbox.Any(mail => mail.Status == MailStatus.Waiting))), "the outbox is empty");

    /// <summary>The first link of a mail's text.</summary>
    public static string Link(this MailContent mail) => LinkIn().Match(mail.Text) is { Success: true } link
        ? link.Value : throw new InvalidOperationException("There is no link in: " + mail.Text);

    [GeneratedRegex(@"https?://\S+")]
    private static partial Regex LinkIn();
}
