using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Api;

/// <summary>Sign-in by mail that applications begin themselves (§12).</summary>
public sealed class PasswordlessApiTests(MailServer own) : IClassFixture<MailServer>
{
    private readonly TestServer server = own.Server;

    [Fact]
    public async Task The_codes_of_start_and_mail_together_sign_in_once_and_the_state_comes_back()
    {
        var (application, user, api) = await NewAsync();
        var started = Ok(await api.PostAsync("/api/passwordless/start", Start(application, user, "FormField", new JsonObject { ["back"] = "/cart" })));
        var code = started["code"]!.GetValue<string>();
        Assert.Equal(32, System.Buffers.Text.Base64Url.DecodeFromChars(code).Length);
        (await Anonymous.PostAsync("/api/passwordless/send", new JsonObject { ["code"] = code })).ExpectEmpty(HttpStatusCode.OK);
        var mail = await server.MailToAsync(user.Email!);
        Assert.DoesNotContain(code, mail.Text, StringComparison.Ordinal);
        Assert.Equal(started["oneTimeCode"]!.GetValue<string>(), mail.Code().Replace("-", string.Empty, StringComparison.Ordinal));

        var answer = Ok(await LoginAsync(code, mail.Code()));

        Assert.Equal(user.Id.ToString(), answer["user"]!["id"]!.GetValue<string>());
        Assert.Equal("/cart", answer["state"]!["back"]!.GetValue<string>());
        Assert.Equal("PASSWORDLESS", IndependentJwt.Read(answer["token"]!.GetValue<string>()).Payload.GetProperty("authenticationType").GetString());
        Assert.True((await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).Verified);
        Assert.Equal(HttpStatusCode.NotFound, (await LoginAsync(code, mail.Code())).Status);
    }

    [Fact]
    public async Task With_a_form_field_the_code_of_start_is_worth_nothing_alone_or_with_a_wrong_one()
    {
        var (application, user, api) = await NewAsync();
        var started = Ok(await api.PostAsync("/api/passwordless/start", Start(application, user, "FormField")));
        var (code, right) = (started["code"]!.GetValue<string>(), started["oneTimeCode"]!.GetValue<string>());

        Assert.Equal(HttpStatusCode.NotFound, (await LoginAsync(code, null)).Status);
        for (var round = 0; round < 10; round++)
        {
            Assert.Equal(HttpStatusCode.NotFound, (await LoginAsync(code, "BBBBBB")).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await LoginAsync(code, right)).Status);
    }

    [Fact]
    public async Task With_a_link_the_code_signs_in_alone()
    {
        var (application, user, api) = await NewAsync();
        var started = Ok(await api.PostAsync("/api/passwordless/start", Start(application, user)));

        Assert.Null(started["oneTimeCode"]);
        Ok(await LoginAsync(started["code"]!.GetValue<string>(), null));
    }

    [Fact]
    public async Task A_state_with_an_authorize_request_makes_the_mailed_link_finish_it_where_the_mails_code_was_typed()
    {
        var party = await RelyingParty.AddAsync(server, null, MailedLinks.ByLink());
        var user = await server.AddUserAsync();
        var api = await server.NewApiAsync();
        var call = party.Call();
        var state = JsonSerializer.SerializeToNode(call.Parameters)!.AsObject();
        var code = Ok(await api.PostAsync("/api/passwordless/start", Start(party.Application, user, state: state)))["code"]!.GetValue<string>();
        (await Anonymous.PostAsync("/api/passwordless/send", new JsonObject { ["code"] = code })).ExpectEmpty(HttpStatusCode.OK);
        var mail = await server.MailToAsync(user.Email!);
        using var robot = server.NewBrowser();
        using var browser = server.NewBrowser();

        Assert.Null((await robot.SubmitAsync(await robot.OpenAsync(mail.LinkPath()))).Location);
        var confirmed = await browser.SubmitAsync(await browser.OpenAsync(mail.LinkPath()), ("code", mail.Code()));
        var waiting = await browser.FollowAsync(confirmed);
        var answer = AuthorizeAnswer.Read(await browser.SubmitAsync(waiting));

        Assert.Equal(call["state"], answer["state"]);
        await party.VerifyIdTokenAsync(await party.RedeemAsync(call, answer), call);
        Assert.Null(robot.Cookie("session"));
    }

    [Fact]
    public async Task Without_a_code_a_login_id_and_an_authorize_request_are_mailed_a_link()
    {
        var party = await RelyingParty.AddAsync(server, null, MailedLinks.ByLink());
        var user = await server.AddUserAsync();
        var body = new JsonObject
        {
            ["applicationId"] = party.Application.Id, ["loginId"] = user.Email, ["state"] = JsonSerializer.SerializeToNode(party.Call().Parameters),
        };

        (await Anonymous.PostAsync("/api/passwordless/send", body)).ExpectEmpty(HttpStatusCode.OK);

        Assert.Contains("/link/", (await server.MailToAsync(user.Email!)).Link(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sending_says_the_same_whether_or_not_there_is_somebody()
    {
        var party = await RelyingParty.AddAsync(server, null, MailedLinks.ByLink());
        var (gone, nobody) = (await server.AddUserAsync(), TestServer.NewEmail());
        await server.DeactivateAsync(gone);
        foreach (var loginId in new[] { gone.Email, nobody, "ada@@example.com" })
        {
            var body = new JsonObject { ["applicationId"] = party.Application.Id, ["loginId"] = loginId, ["state"] = JsonSerializer.SerializeToNode(party.Call().Parameters) };
            var answer = await Anonymous.PostAsync("/api/passwordless/send", body);
            Assert.Equal((HttpStatusCode.OK, ""), (answer.Status, answer.Body));
        }

        Assert.Equal(HttpStatusCode.OK, (await Anonymous.PostAsync("/api/passwordless/send", new JsonObject { ["code"] = "nothing" })).Status);
        await server.SettledAsync();
        Assert.Empty(server.SentTo(gone.Email!));
        Assert.Empty(server.SentTo(nobody));
    }

    [Fact]
    public async Task Starting_needs_a_key_a_person_and_an_application_that_allows_it()
    {
        var (application, user, api) = await NewAsync();
        var closed = await server.AddApplicationAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, (await Anonymous.PostAsync("/api/passwordless/start", Start(application, user))).Status);
        var body = Start(application, user);
        body["loginId"] = TestServer.NewEmail();
        Assert.Equal(HttpStatusCode.NotFound, (await api.PostAsync("/api/passwordless/start", body)).Status);
        Assert.Contains("[PasswordlessDisabled]", (await api.PostAsync("/api/passwordless/start", Start(closed, user))).Body, StringComparison.Ordinal);
        body["applicationId"] = Guid.NewGuid();
        body.Remove("loginId");
        var answer = await api.PostAsync("/api/passwordless/start", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("[invalid]applicationId", answer.Body, StringComparison.Ordinal);
        Assert.Contains("[blank]loginId", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_of_a_page_is_none_of_the_api()
    {
        using var visit = await Visit.StartAsync(server, null, MailedLinks.ByLink());
        await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var secret = (await server.MailToAsync(visit.User.Email!)).LinkPath()["/link/".Length..];

        Assert.Equal(HttpStatusCode.NotFound, (await LoginAsync(secret, null)).Status);
    }

    [Fact]
    public async Task Another_applications_code_an_expired_one_and_a_shut_out_person_do_not_get_in()
    {
        var (application, user, api) = await NewAsync();
        var code = await StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await LoginAsync(code, null, await server.AddApplicationAsync(MailedLinks.ByLink()))).Status);
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.NotFound, (await LoginAsync(code, null)).Status);

        code = await StartAsync();
        await server.DeactivateAsync(user);
        Assert.Equal(HttpStatusCode.NotFound, (await LoginAsync(code, null)).Status); // The code ended with the person's access.
        code = await StartAsync();
        Assert.Equal(HttpStatusCode.Locked, (await LoginAsync(code, null)).Status);

        async Task<string> StartAsync() => Ok(await api.PostAsync("/api/passwordless/start", Start(application, user)))["code"]!.GetValue<string>();
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_that_come_with_a_code_at_once_one_signs_in(DatabaseProvider provider)
    {
        var shared = await TestServer.SharedAsync(provider);
        var application = await shared.AddApplicationAsync(MailedLinks.ByLink());
        var user = await shared.AddUserAsync(application: application);
        var api = await shared.NewApiAsync();
        var code = Ok(await api.PostAsync("/api/passwordless/start", Start(application, user)))["code"]!.GetValue<string>();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => api.PostAsync("/api/passwordless/login", new JsonObject { ["code"] = code })));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.Equal(11, answers.Count(answer => answer.Status is HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Who_sends_too_often_is_told_to_come_back_later()
    {
        await using var limited = await Mailbox.StartServerAsync();
        var anonymous = limited.ApiWith(null);
        for (var round = 0; round < 30; round++)
        {
            (await anonymous.PostAsync("/api/passwordless/send", new JsonObject { ["code"] = "nothing" })).ExpectEmpty(HttpStatusCode.OK);
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await anonymous.PostAsync("/api/passwordless/send", new JsonObject { ["code"] = "nothing" })).Status);
    }

    private static JsonObject Ok(ApiAnswer answer)
    {
        Assert.True(answer.Status is HttpStatusCode.OK, $"{(int)answer.Status}: {answer.Body}");
        return answer.Json;
    }

    private ApiClient Anonymous => server.ApiWith(null);

    private async Task<(Application Application, User User, ApiClient Api)> NewAsync()
    {
        var application = await server.AddApplicationAsync(MailedLinks.ByLink());
        return (application, await server.AddUserAsync(application: application), await server.NewApiAsync());
    }

    private static JsonObject Start(Application application, User user, string? strategy = null, JsonObject? state = null)
    {
        var body = new JsonObject { ["applicationId"] = application.Id, ["loginId"] = user.Email };
        if (strategy is not null)
        {
            body["loginStrategy"] = strategy;
        }

        if (state is not null)
        {
            body["state"] = state;
        }

        return body;
    }

    private Task<ApiAnswer> LoginAsync(string code, string? oneTimeCode, Application? application = null)
    {
        var body = new JsonObject { ["code"] = code };
        if (oneTimeCode is not null)
        {
            body["oneTimeCode"] = oneTimeCode;
        }

        if (application is not null)
        {
            body["applicationId"] = application.Id;
        }

        return Anonymous.PostAsync("/api/passwordless/login", body);
    }
}
