using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Tests.Email;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Api;

/// <summary>What became of mails, and what to do about those that were given up.</summary>
public sealed class MailsApiTests
{
    private const string Search = "/api/system/mail/search";

    [Theory, OnEachDatabase]
    public async Task A_mail_that_was_given_up_is_found_tried_once_more_and_sent(DatabaseProvider provider)
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(provider, null, smtp.Settings);
        var api = await server.NewApiAsync();
        await smtp.AnswerWithAsync(SmtpServer.Refuse);
        var user = await server.AddUserAsync();
        await OutboxTests.QueueAsync(server, user);
        await server.SettledAsync();

        var listed = (await api.GetAsync(Search + "?status=Dead")).Json;
        var mail = Assert.Single(listed["mails"]!.AsArray())!;
        var id = mail["id"]!.GetValue<Guid>();
        Assert.Equal(1, listed["total"]!.GetValue<int>());
        Assert.Equal(
            ("Dead", user.Email, "Your password was changed", user.Id, 1, true),
            (Text(mail, "status"), Text(mail, "to"), Text(mail, "subject"), mail["userId"]!.GetValue<Guid>(), mail["attempts"]!.GetValue<int>(), mail["canRetry"]!.GetValue<bool>()));
        Assert.StartsWith("554", Text(mail, "lastError"), StringComparison.Ordinal);
        Assert.Equal(mail.ToJsonString(), (await api.GetAsync($"/api/system/mail/{id}")).Expect("mail").ToJsonString());

        // Still refused: given up again. Then taken.
        (await api.PostAsync($"/api/system/mail/retry/{id}", null)).ExpectEmpty(HttpStatusCode.OK);
        await server.SettledAsync();
        Assert.Equal((MailStatus.Dead, 2), await StateAsync(server));
        await smtp.AnswerWithAsync(SmtpServer.Take);
        (await api.PostAsync($"/api/system/mail/retry/{id}", null)).ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal(id, Assert.Single(await smtp.TakenAsync(1)).Id);
        await server.SettledAsync();

        Assert.Equal((MailStatus.Sent, 3), await StateAsync(server));
        var sent = (await api.GetAsync($"/api/system/mail/{id}")).Expect("mail");
        Assert.Equal((null, null, false), (sent["to"], sent["subject"], sent["canRetry"]!.GetValue<bool>()));
        (await api.PostAsync($"/api/system/mail/retry/{id}", null)).ExpectCodes("[invalid]mailId");
        (await api.DeleteAsync($"/api/system/mail/{id}")).ExpectCodes("[invalid]mailId");
        Assert.Equal(2, await server.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Message == "mail tried again")));
    }

    [Theory, OnEachDatabase]
    public async Task Of_those_who_try_one_at_once_one_does_and_it_leaves_once(DatabaseProvider provider)
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(provider, null, smtp.Settings);
        var api = await server.NewApiAsync();
        var id = await GiveUpAsync(server, smtp);
        await smtp.AnswerWithAsync(SmtpServer.Take);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => api.PostAsync($"/api/system/mail/retry/{id}", null))));
        await smtp.TakenAsync(1);
        await server.SettledAsync();

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Single(smtp.Taken);
    }

    [Fact]
    public async Task A_mail_that_was_given_up_can_be_deleted()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        var api = await server.NewApiAsync();
        var id = await GiveUpAsync(server, smtp);

        (await api.DeleteAsync($"/api/system/mail/{id}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.DeleteAsync($"/api/system/mail/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.GetAsync($"/api/system/mail/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync($"/api/system/mail/retry/{id}", null)).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_mail_with_a_link_shows_no_subject_and_is_not_tried_when_the_link_has_expired()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        var api = await server.NewApiAsync();
        await smtp.AnswerWithAsync(SmtpServer.Refuse);
        var until = server.Clock.GetUtcNow().AddMinutes(10);
        await QueueAsync(server, await server.AddUserAsync(), until);
        await server.SettledAsync();

        var mail = Assert.Single((await api.GetAsync(Search)).Json["mails"]!.AsArray())!;
        Assert.Equal((null, until.ToUnixTimeMilliseconds(), true), (mail["subject"], mail["expirationInstant"]!.GetValue<long>(), mail["canRetry"]!.GetValue<bool>()));
        server.Clock.Advance(TimeSpan.FromMinutes(11));
        (await api.PostAsync($"/api/system/mail/retry/{Text(mail, "id")}", null)).ExpectCodes("[expired]mailId");
    }

    [Fact]
    public async Task Mails_are_found_by_what_became_of_them_and_by_whom_they_are_for_newest_first()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        var api = await server.NewApiAsync();
        var (first, second) = (await server.AddUserAsync(), await server.AddUserAsync());
        await OutboxTests.QueueAsync(server, first);
        await server.SettledAsync();
        await smtp.StopAsync();
        await OutboxTests.QueueAsync(server, second);
        await Eventually.TrueAsync(() => server.ReadAsync(db => db.Outbox.AnyAsync(row => row.LastError != null)), "it is tried");

        await FindsAsync("{}", second, first);
        await FindsAsync("""{"status":"Sent"}""", first);
        await FindsAsync("""{"status":"Waiting","template":"notice"}""", second);
        await FindsAsync("""{"template":"link"}""");
        await FindsAsync($$"""{"userId":"{{first.Id}}"}""", first);
        await FindsAsync("""{"startRow":1,"numberOfResults":1}""", first);
        Assert.NotNull(Assert.Single((await api.GetAsync(Search + "?status=Waiting")).Json["mails"]!.AsArray())!["nextAttemptInstant"]);
        (await api.GetAsync(Search + "?status=dead")).ExpectCodes("[invalid]search.status");
        (await api.GetAsync(Search + "?userId=nobody")).ExpectCodes("[couldNotConvert]userId");
        (await api.GetAsync("/api/system/mail/one")).ExpectCodes("[couldNotConvert]mailId");

        async Task FindsAsync(string search, params User[] people) => Assert.Equal(
            people.Select(person => person.Id),
            (await api.PostAsync(Search, new JsonObject { ["search"] = ApiFixture.Json(search) })).Json["mails"]!.AsArray().Select(mail => mail!["userId"]!.GetValue<Guid>()));
    }

    [Fact]
    public async Task What_was_only_pretended_is_not_there()
    {
        await using var server = await Mailbox.StartServerAsync();
        var user = await server.AddUserAsync();
        await server.Get<Database>().WriteAsync(
            (db, _) =>
            {
                server.Get<Mailer>().Pretend(db, new MailDraft(NoticeMail.Samples[0]) { To = user.Email!, TenantId = user.TenantId });
                return Task.CompletedTask;
            },
            CancellationToken.None);

        Assert.Equal(1, await server.ReadAsync(db => db.Outbox.CountAsync()));
        Assert.Equal(0, (await (await server.NewApiAsync()).GetAsync(Search)).Json["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task To_look_is_one_permission_and_to_try_another()
    {
        await using var smtp = await SmtpServer.StartAsync();
        await using var server = await TestServer.StartAsync(smtp.Settings);
        var id = await GiveUpAsync(server, smtp);
        var reader = await server.NewApiAsync(permissions: [("/api/system/mail", ["GET"]), ("/api/system/mail/search", ["GET"])]);

        (await reader.GetAsync($"/api/system/mail/{id}")).Expect("mail");
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync(Search)).Status);
        (await reader.PostAsync($"/api/system/mail/retry/{id}", null)).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await reader.DeleteAsync($"/api/system/mail/{id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        Assert.Equal((MailStatus.Dead, 1), await StateAsync(server));
    }

    [Fact]
    public async Task Without_a_mail_server_nothing_can_be_tried()
    {
        await using var server = await TestServer.StartAsync();
        var (api, id, now) = (await server.NewApiAsync(), Guid.CreateVersion7(), server.Clock.GetUtcNow());
        var tenant = (await server.AddUserAsync()).TenantId;
        await server.Get<Database>().WriteAsync(
            async (db, token) =>
            {
                db.Outbox.Add(new OutboxMail { Id = id, TenantId = tenant, Template = "notice", Status = MailStatus.Dead, DueAt = now, CreatedAt = now, FinishedAt = now });
                return await db.SaveChangesAsync(token);
            },
            CancellationToken.None);

        (await api.PostAsync($"/api/system/mail/retry/{id}", null)).ExpectEmpty(HttpStatusCode.Forbidden);
        (await api.GetAsync($"/api/system/mail/{id}")).Expect("mail");
    }

    private static async Task<Guid> GiveUpAsync(TestServer server, SmtpServer smtp)
    {
        await smtp.AnswerWithAsync(SmtpServer.Refuse);
        await OutboxTests.QueueAsync(server, await server.AddUserAsync());
        await server.SettledAsync();
        return await server.ReadAsync(db => db.Outbox.Select(row => row.Id).SingleAsync());
    }

    private static Task QueueAsync(TestServer server, User user, DateTimeOffset until) => server.Get<Database>().WriteAsync(
        (db, _) =>
        {
            server.Get<Mailer>().Queue(db, new MailDraft(NoticeMail.Samples[0]) { To = user.Email!, TenantId = user.TenantId, UserId = user.Id, UsefulUntil = until });
            return Task.CompletedTask;
        },
        CancellationToken.None);

    private static async Task<(MailStatus, int)> StateAsync(TestServer server)
    {
        var row = await server.ReadAsync(db => db.Outbox.SingleAsync());
        return (row.Status, row.Attempts);
    }

    private static string? Text(JsonNode mail, string name) => mail[name]?.GetValue<string>();
}
