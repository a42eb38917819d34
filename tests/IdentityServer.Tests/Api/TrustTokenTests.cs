using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Api;

/// <summary>Who has a second factor proves it before their password changes (§7, §11).</summary>
public sealed class TrustTokenTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string Change = "/api/user/change-password";
    private const string Required = "[TrustTokenRequired]";
    private const string Another = "a quite different password";
    private const string Challenge = "a challenge of the application";

    private TestServer Server => own.Server;

    [Theory, OnEachDatabase]
    public async Task An_id_changes_the_password_with_a_trust_token_alone_and_each_counts_once(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, app, api, open) = await NewAsync(server);
        var id = await ForgotAsync(api, user);
        (await open.GetAsync($"{Change}/{id}")).ExpectCodes(Required);
        (await open.PostAsync($"{Change}/{id}", Body(null, Challenge))).ExpectCodes(Required);

        var token = await ProveAsync(api, user, app, Challenge);
        (await open.PostAsync($"{Change}/{id}", Body(token, "another challenge"))).ExpectCodes(Required);
        (await open.PostAsync($"{Change}/{id}", Body(token, null))).ExpectCodes(Required);
        var changed = await open.PostAsync($"{Change}/{id}", Body(token, Challenge));

        var login = await api.PostAsync("/api/login", new JsonObject { ["oneTimePassword"] = changed.Json["oneTimePassword"]!.GetValue<string>() });
        Assert.Equal(242, (int)login.Status); // A new password is no second factor.
        (await open.PostAsync($"{Change}/{await ForgotAsync(api, user)}", Body(token, Challenge))).ExpectCodes(Required);
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_changes_at_once_by_one_trust_token_one_happens(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, app, api, open) = await NewAsync(server);
        var (id, token) = (await ForgotAsync(api, user), await ProveAsync(api, user, app, Challenge));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => open.PostAsync($"{Change}/{id}", Body(token, Challenge))));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_trust_token_is_one_persons_and_lasts_five_minutes()
    {
        var (user, app, api, open) = await NewAsync(Server);
        var (other, _, _, _) = await NewAsync(Server);
        var token = await ProveAsync(api, user, app, Challenge);

        (await open.PostAsync($"{Change}/{await ForgotAsync(api, other)}", Body(token, Challenge))).ExpectCodes(Required);
        var id = await ForgotAsync(api, user);
        Server.Clock.Advance(TimeSpan.FromMinutes(5));
        (await open.PostAsync($"{Change}/{id}", Body(token, Challenge))).ExpectCodes(Required);
    }

    [Fact]
    public async Task A_change_of_a_factor_ends_a_trust_token()
    {
        var (user, app, api, open) = await NewAsync(Server);
        var (id, token) = (await ForgotAsync(api, user), await ProveAsync(api, user, app, Challenge));
        await Authenticator.AddAnotherAsync(Server, user);

        (await open.PostAsync($"{Change}/{id}", Body(token, Challenge))).ExpectCodes(Required);
    }

    [Fact]
    public async Task A_person_with_a_second_factor_shows_a_trust_token_too_and_no_password_is_tried_without()
    {
        var (user, app, api, _) = await NewAsync(Server);
        var application = await Server.AddApplicationAsync();
        var waiting = await api.PostAsync("/api/login", new JsonObject { ["loginId"] = user.Email, ["password"] = TestServer.Password, ["applicationId"] = application.Id });
        var answer = await api.PostAsync("/api/two-factor/login", new JsonObject { ["twoFactorId"] = waiting.Json["twoFactorId"]!.GetValue<string>(), ["code"] = app.Code });
        var person = Server.ApiOf(answer.Json["token"]!.GetValue<string>());
        Server.Clock.Advance(TimeSpan.FromSeconds(30));
        (await person.GetAsync(Change)).ExpectCodes(Required);
        var body = Body(null, null);
        for (var number = 0; number < 10; number++)
        {
            body["currentPassword"] = "wrong";
            (await person.PostAsync(Change, body.DeepClone())).ExpectCodes(Required);
        }

        body = Body(await ProveAsync(api, user, app, Challenge), Challenge);
        body["currentPassword"] = TestServer.Password;
        Assert.NotNull((await person.PostAsync(Change, body)).Json["oneTimePassword"]);
    }

    [Fact]
    public async Task A_key_learns_whether_a_change_takes_a_second_factor_and_needs_none_itself()
    {
        var (user, _, api, _) = await NewAsync(Server);
        var plain = await Server.AddUserAsync();

        (await api.GetAsync($"{Change}?loginId={user.Email}")).ExpectCodes(Required);
        (await api.GetAsync($"{Change}?loginId={plain.Email}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync($"{Change}?loginId={TestServer.NewEmail()}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.GetAsync(Change)).ExpectCodes("[blank]loginId");
        (await api.PostAsync(Change, new JsonObject { ["loginId"] = user.Email, ["password"] = Another })).ExpectEmpty(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_challenge_there_is_no_trust_token_and_a_sign_in_without_an_application_works()
    {
        var (user, app, api, open) = await NewAsync(Server);
        var waiting = await api.PostAsync("/api/two-factor/start", new JsonObject { ["loginId"] = user.Email, ["state"] = new JsonObject { ["back"] = "/cart" } });

        var answer = await open.PostAsync("/api/two-factor/login", new JsonObject { ["twoFactorId"] = waiting.Json["twoFactorId"]!.GetValue<string>(), ["code"] = app.Code });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((user.Id.ToString(), "/cart"), (answer.Json["user"]!["id"]!.GetValue<string>(), answer.Json["state"]!["back"]!.GetValue<string>()));
        Assert.Equal((null, null), (answer.Json["trustToken"], answer.Json["token"]));
    }

    [Fact]
    public async Task A_sign_in_that_began_without_an_application_may_name_one_that_would_have_let_it_in()
    {
        var (user, app, api, open) = await NewAsync(Server);
        var application = await Server.AddApplicationAsync();
        var byMail = await Server.AddApplicationAsync(settings => settings with { PasswordlessConfiguration = new() { Enabled = true, AllowPassword = false } });
        var waiting = await api.PostAsync("/api/login", new JsonObject { ["loginId"] = user.Email, ["password"] = TestServer.Password });
        var body = new JsonObject { ["twoFactorId"] = waiting.Json["twoFactorId"]!.GetValue<string>(), ["code"] = app.Code, ["applicationId"] = application.Id };

        (await open.PostAsync("/api/two-factor/login", body.DeepClone())).ExpectEmpty(HttpStatusCode.NotFound);
        body["applicationId"] = byMail.Id;
        (await api.PostAsync("/api/two-factor/login", body.DeepClone())).ExpectEmpty(HttpStatusCode.NotFound);
        body["applicationId"] = application.Id;
        var answer = await api.PostAsync("/api/two-factor/login", body);

        Assert.Equal(application.ClientId, IndependentJwt.Read(answer.Json["token"]!.GetValue<string>()).Payload.GetProperty("client_id").GetString());
    }

    [Fact]
    public async Task A_device_that_becomes_trusted_keeps_a_cookie_which_beats_the_body()
    {
        var (user, app, api, _) = await NewAsync(Server);
        var waiting = await api.PostAsync("/api/login", new JsonObject { ["loginId"] = user.Email, ["password"] = TestServer.Password });
        var answer = await api.PostAsync(
            "/api/two-factor/login", new JsonObject { ["twoFactorId"] = waiting.Json["twoFactorId"]!.GetValue<string>(), ["code"] = app.Code, ["trustComputer"] = true });
        var cookie = answer.Cookies["fusionauth.trust"];
        Assert.Equal(answer.Json["twoFactorTrustId"]!.GetValue<string>(), answer.CookieValue("fusionauth.trust"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        var body = new JsonObject { ["loginId"] = user.Email, ["password"] = TestServer.Password, ["twoFactorTrustId"] = "another" };
        (string, string)[] kept = [("Cookie", cookie.Split(';')[0]), ("Origin", Server.Issuer)];

        Assert.Equal(HttpStatusCode.OK, (await new ApiClient(Server.NewClient(), await Server.NewKeyAsync(), kept).PostAsync("/api/login", body.DeepClone())).Status);
        Assert.Equal(242, (int)(await api.PostAsync("/api/login", body)).Status);
    }

    private static async Task<(User User, Authenticator App, ApiClient Api, ApiClient Open)> NewAsync(TestServer server)
    {
        var user = await server.AddUserAsync();
        return (user, await Authenticator.AddAsync(server, user), await server.NewApiAsync(), server.ApiWith(null));
    }

    private static async Task<string> ForgotAsync(ApiClient api, User user) =>
        (await api.PostAsync("/api/user/forgot-password", new JsonObject { ["loginId"] = user.Email, ["sendForgotPasswordEmail"] = false })).Json["changePasswordId"]!.GetValue<string>();

    private static async Task<string> ProveAsync(ApiClient api, User user, Authenticator app, string challenge)
    {
        var waiting = await api.PostAsync("/api/two-factor/start", new JsonObject { ["userId"] = user.Id, ["trustChallenge"] = challenge });
        var answer = await api.PostAsync("/api/two-factor/login", new JsonObject { ["twoFactorId"] = waiting.Json["twoFactorId"]!.GetValue<string>(), ["code"] = app.Code });
        return answer.Json["trustToken"]!.GetValue<string>();
    }

    private static JsonObject Body(string? token, string? challenge) => new() { ["password"] = Another, ["trustToken"] = token, ["trustChallenge"] = challenge };
}
