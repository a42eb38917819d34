using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Api;

/// <summary>The proof of an address in three calls (§7).</summary>
public sealed class IdentityApiTests(MailServer own) : IClassFixture<MailServer>
{
    private const string Start = "/api/identity/verify/start";
    private const string Send = "/api/identity/verify/send";
    private const string Complete = "/api/identity/verify/complete";

    private TestServer Server => own.Server;

    [Fact]
    public async Task With_a_form_field_the_code_of_the_mail_finishes_what_was_begun_and_the_state_comes_back()
    {
        var (api, user) = (await Server.NewApiAsync(), await Server.AddUserAsync());
        var begun = (await api.PostAsync(
            Start, new JsonObject { ["loginId"] = user.Email, ["loginIdType"] = "email", ["verificationStrategy"] = "FormField", ["state"] = new JsonObject { ["back"] = "/cart" } })).Json;
        var id = begun["verificationId"]!.GetValue<string>();
        Assert.Empty(Server.SentTo(user.Email!));

        (await api.PostAsync(Send, new JsonObject { ["verificationId"] = id })).ExpectEmpty(HttpStatusCode.OK);
        var code = (await Server.MailToAsync(user.Email!)).Code();
        Assert.Equal(begun["oneTimeCode"]!.GetValue<string>(), code.Replace("-", string.Empty, StringComparison.Ordinal));
        (await api.PostAsync(Complete, new JsonObject { ["verificationId"] = id })).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync(Complete, new JsonObject { ["verificationId"] = id, ["oneTimeCode"] = "BBBBBB" })).ExpectEmpty(HttpStatusCode.NotFound);
        var done = await api.PostAsync(Complete, new JsonObject { ["verificationId"] = id, ["oneTimeCode"] = code });

        Assert.Equal("/cart", done.Json["state"]!["back"]!.GetValue<string>());
        Assert.True((await Server.Get<People>().GetAsync(user.Id, CancellationToken.None)) is { Verified: true, PasswordHash: not null });
        (await api.PostAsync(Complete, new JsonObject { ["verificationId"] = id, ["oneTimeCode"] = code })).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync(Send, new JsonObject { ["verificationId"] = id })).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task With_a_link_the_id_finishes_it()
    {
        var (api, user) = (await Server.NewApiAsync(), await Server.AddUserAsync());
        var begun = (await api.PostAsync(Start, new JsonObject { ["loginId"] = user.Email, ["existingUserStrategy"] = "mustExist" })).Json;
        Assert.Null(begun["oneTimeCode"]);

        var done = await api.PostAsync(Complete, new JsonObject { ["verificationId"] = begun["verificationId"]!.GetValue<string>() });

        Assert.Equal((HttpStatusCode.OK, "{}"), (done.Status, done.Body));
        Assert.True((await Server.Get<People>().GetAsync(user.Id, CancellationToken.None)).Verified);
    }

    [Fact]
    public async Task What_is_missing_or_not_there_is_said()
    {
        var api = await Server.NewApiAsync();

        (await api.SendAsync("POST", Start, "{}")).ExpectCodes("[blank]loginId");
        (await api.SendAsync("POST", Start, $$"""{"loginId":"a","loginIdType":"phoneNumber","existingUserStrategy":"mustNotExist","verificationStrategy":"x","applicationId":"{{Guid.NewGuid()}}"}"""))
            .ExpectCodes("[invalid]loginIdType", "[invalid]existingUserStrategy", "[invalid]verificationStrategy", "[invalid]applicationId");
        (await api.PostAsync(Start, new JsonObject { ["loginId"] = TestServer.NewEmail() })).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.SendAsync("POST", Send, "{}")).ExpectCodes("[blank]verificationId");
        (await api.SendAsync("POST", Complete, "{}")).ExpectCodes("[blank]verificationId");
        (await api.SendAsync("POST", Send, """{"verificationId":"unknown"}""")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.SendAsync("POST", Complete, """{"verificationId":"unknown"}""")).ExpectEmpty(HttpStatusCode.NotFound);
        var shared = await TestServer.SharedAsync();
        (await (await shared.NewApiAsync()).SendAsync("POST", Send, """{"verificationId":"unknown"}""")).ExpectEmpty(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Mails_are_limited_for_keys_too()
    {
        await using var server = await Mailbox.StartServerAsync();
        var (api, user) = (await server.NewApiAsync(), await server.AddUserAsync());
        var id = (await api.PostAsync(Start, new JsonObject { ["loginId"] = user.Email })).Json["verificationId"]!.GetValue<string>();
        ApiAnswer answer;
        var sent = 0;
        while ((answer = await api.PostAsync(Send, new JsonObject { ["verificationId"] = id })).Status is HttpStatusCode.OK)
        {
            Assert.True(++sent < 50);
        }

        answer.ExpectCodes("[tooManyMails]");
        Assert.True(sent > 0);
    }
}
