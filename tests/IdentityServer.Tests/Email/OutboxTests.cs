using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Tokens;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Email;

public sealed class OutboxTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnEachDatabase]
    public async Task A_mail_leaves_as_soon_as_its_change_is_committed_and_its_content_is_forgotten(DatabaseProvider provider)
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(provider, null, smtp.Settings);
        var user = await server.AddUserAsync();

        await QueueAsync(server, user);
        var mail = Assert.Single(await smtp.TakenAsync(1));
        await server.SettledAsync();
        var row = await server.ReadAsync(db => db.Outbox.SingleAsync());

        Assert.Equal(("login@example.com", user.Email), (mail.Sender, mail.Recipient));
        Assert.Equal(row.Id, mail.Id);
        Assert.Equal("auto-generated", mail.Header("Auto-Submitted"));
        Assert.Equal((MailStatus.Sent, 1, null, null), (row.Status, row.Attempts, row.Content, row.LastError));
    }

    [Theory, OnEachDatabase]
    public async Task A_change_that_is_rolled_back_sends_nothing(DatabaseProvider provider)
    {
        await using var server = await Mailbox.StartServerAsync(provider);
        var (user, other) = (await server.AddUserAsync(), await server.AddUserAsync());

        await Assert.ThrowsAsync<InvalidOperationException>(() => server.Get<Database>().WriteAsync(
            async (db, token) =>
            {
                await server.Get<SecurityNotices>().QueueAsync(db, user, NoticeKind.PasswordChanged, null, null, token);
                await db.SaveChangesAsync(token);
                throw new InvalidOperationException("Something else went wrong.");
            },
            None));
        await QueueAsync(server, other);
        await server.MailToAsync(other.Email!);
        await server.SettledAsync();

        Assert.Empty(server.SentTo(user.Email!));
        Assert.Equal(1, await server.ReadAsync(db => db.Outbox.CountAsync()));
    }

    [Fact]
    public async Task A_mail_server_that_is_down_for_an_hour_loses_nothing_and_then_gets_everything_once()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        await smtp.StopAsync();
        var people = new List<User>();
        for (var number = 0; number < 10; number++)
        {
            people.Add(await server.AddUserAsync());
            await QueueAsync(server, people[^1]);
        }

        for (var minutes = 0; minutes < 60; minutes += 10)
        {
            var tries = await TriesAsync(server);
            server.Clock.Advance(TimeSpan.FromMinutes(10));
            if (minutes < 20)
            {
                await Eventually.TrueAsync(async () => await TriesAsync(server) > tries, "they are tried again");
            }
        }

        await smtp.StartAgainAsync();
        server.Clock.Advance(TimeSpan.FromHours(1.5));
        await smtp.TakenAsync(people.Count);
        await server.SettledAsync();
        server.Clock.Advance(TimeSpan.FromHours(2));
        await Task.Delay(TimeSpan.FromSeconds(1.5));

        Assert.Equal(people.Select(user => user.Email!).Order(), smtp.Taken.Select(mail => mail.Recipient).Order());
        Assert.All(await server.ReadAsync(db => db.Outbox.ToListAsync()), row => Assert.Equal(MailStatus.Sent, row.Status));
    }

    [Fact]
    public async Task A_mail_that_nobody_takes_is_given_up_after_a_day_visibly()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        await smtp.AnswerWithAsync(SmtpServer.Later);
        var user = await server.AddUserAsync();
        await QueueAsync(server, user);

        await Eventually.TrueAsync(async () => await TriesAsync(server) == 1 && await ErrorAsync(server) is not null, "it is tried");
        Assert.Contains("451", await ErrorAsync(server), StringComparison.Ordinal);
        server.Clock.Advance(TimeSpan.FromHours(25));
        await server.SettledAsync();

        var row = await server.ReadAsync(db => db.Outbox.SingleAsync());
        Assert.Equal((MailStatus.Dead, 2), (row.Status, row.Attempts));
        var audit = await server.ReadAsync(db => db.AuditEntries.SingleAsync(entry => entry.Message == "A mail was given up"));
        Assert.Contains(row.Id.ToString(), audit.Data, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await server.NewClient().GetAsync("/health/ready")).StatusCode);
        Assert.Empty(smtp.Taken);
    }

    [Theory]
    [InlineData(SmtpServer.Refuse, "554")]
    [InlineData(SmtpServer.NoSuchUser, "550")]
    public async Task A_mail_that_is_refused_for_good_is_not_tried_again(string mode, string code)
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        await smtp.AnswerWithAsync(mode);
        await QueueAsync(server, await server.AddUserAsync());
        await server.SettledAsync();

        var row = await server.ReadAsync(db => db.Outbox.SingleAsync());
        Assert.Equal((MailStatus.Dead, 1), (row.Status, row.Attempts));
        Assert.StartsWith(code, row.LastError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_server_that_is_slow_holds_nobody_up_and_is_tried_again()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        await smtp.AnswerWithAsync(SmtpServer.Slow);
        await QueueAsync(server, await server.AddUserAsync());

        await Eventually.TrueAsync(async () => await ErrorAsync(server) is not null, "the try is given up");
        Assert.Equal("The mail server did not answer within 2 seconds.", await ErrorAsync(server));
        await smtp.AnswerWithAsync(SmtpServer.Take);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await smtp.TakenAsync(1);
    }

    [Fact]
    public async Task A_mail_whose_link_has_expired_is_not_sent_any_more()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        await smtp.AnswerWithAsync(SmtpServer.Later);
        var user = await server.AddUserAsync();
        await server.Get<Database>().WriteAsync(
            (db, _) =>
            {
                server.Get<Mailer>().Queue(db, new MailDraft(NoticeMail.Samples[0])
                {
                    To = user.Email!,
                    TenantId = user.TenantId,
                    UsefulUntil = server.Clock.GetUtcNow().AddMinutes(10),
                });
                return Task.CompletedTask;
            },
            None);
        await Eventually.TrueAsync(async () => await ErrorAsync(server) is not null, "it is tried");
        await smtp.AnswerWithAsync(SmtpServer.Take);
        server.Clock.Advance(TimeSpan.FromMinutes(11));
        await server.SettledAsync();

        Assert.Empty(smtp.Taken);
        var row = await server.ReadAsync(db => db.Outbox.SingleAsync());
        Assert.Equal((MailStatus.Dead, null), (row.Status, row.Content));
    }

    [PostgresFact]
    public async Task Two_nodes_send_each_mail_once()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var nodes = await TwoNodes.StartAsync([.. smtp.Settings, "RateLimits:Enabled=false"]);
        var user = await nodes.First.AddUserAsync();
        await Parallel.ForAsync(0, 40, async (number, _) => await QueueAsync(number % 2 == 0 ? nodes.First : nodes.Second, user));
        await smtp.TakenAsync(40);
        await nodes.First.SettledAsync();
        await Task.Delay(TimeSpan.FromSeconds(1.5));

        Assert.Equal(40, smtp.Taken.Count);
        Assert.Equal(40, smtp.Taken.Select(mail => mail.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_waiting_mail_tells_a_reader_of_the_database_nothing_and_goes_with_its_person()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        await smtp.StopAsync();
        var user = await server.AddUserAsync("ada-the-secret@example.com");
        await QueueAsync(server, user);
        var row = await server.ReadAsync(db => db.Outbox.SingleAsync());
        var known = System.Text.Encoding.Latin1.GetString(row.Content!);

        Assert.DoesNotContain("ada-the-secret", known, StringComparison.Ordinal);
        Assert.DoesNotContain("password", known, StringComparison.OrdinalIgnoreCase);
        await server.Get<Database>().WriteAsync((db, token) => db.Users.Where(one => one.Id == user.Id).ExecuteDeleteAsync(token), None);
        Assert.Equal(0, await server.ReadAsync(db => db.Outbox.CountAsync()));
    }

    [Fact]
    public async Task What_became_of_mails_is_kept_a_while()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        await QueueAsync(server, await server.AddUserAsync());
        await smtp.TakenAsync(1);
        await server.SettledAsync();
        await smtp.AnswerWithAsync(SmtpServer.Refuse);
        await QueueAsync(server, await server.AddUserAsync());
        await server.SettledAsync();

        server.Clock.Advance(TimeSpan.FromDays(6));
        await server.Get<Pruning>().PruneAsync(None);
        Assert.Equal(2, await server.ReadAsync(db => db.Outbox.CountAsync()));
        server.Clock.Advance(TimeSpan.FromDays(2));
        await server.Get<Pruning>().PruneAsync(None);
        Assert.Equal([MailStatus.Dead], await server.ReadAsync(db => db.Outbox.Select(row => row.Status).ToListAsync()));
        server.Clock.Advance(TimeSpan.FromDays(24));
        await server.Get<Pruning>().PruneAsync(None);
        Assert.Equal(0, await server.ReadAsync(db => db.Outbox.CountAsync()));
    }

    [Fact]
    public async Task Without_a_mail_server_nothing_is_queued()
    {
        await using var server = await TestServer.StartAsync();
        await QueueAsync(server, await server.AddUserAsync());

        Assert.False(server.Get<MailAvailability>().IsOn);
        Assert.Equal(0, await server.ReadAsync(db => db.Outbox.CountAsync()));
    }

    internal static Task QueueAsync(TestServer server, User user, NoticeKind kind = NoticeKind.PasswordChanged) => server.Get<Database>().WriteAsync(
        (db, token) => server.Get<SecurityNotices>().QueueAsync(db, user, kind, "Firefox on Linux", "192.0.2.1", token), None);

    private static Task<int> TriesAsync(TestServer server) => server.ReadAsync(db => db.Outbox.SumAsync(row => row.Attempts));

    private static Task<string?> ErrorAsync(TestServer server) => server.ReadAsync(db => db.Outbox.Select(row => row.LastError).SingleAsync());
}
