using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Tokens;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Api;

/// <summary>What people may do to their own account with an access token of theirs (§2, §7, §11), and with which.</summary>
public sealed class PersonTokenTests(MailServer own) : IClassFixture<MailServer>
{
    private const string Secret = "/api/two-factor/secret";
    private const string Factors = "/api/user/two-factor";
    private const string Change = "/api/user/change-password";
    private const string Another = "a quite different password";
    private const HttpStatusCode WrongCode = HttpStatusCode.MisdirectedRequest;

    private TestServer Server => own.Server;

    [Theory, OnEachDatabase]
    public async Task A_person_adds_an_authenticator_and_removes_it_with_a_code(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        var (application, user, token) = await SignInAsync(server);
        var person = server.ApiOf(token);
        var (app, enable) = await NewAuthenticatorAsync(person, server);

        var added = await person.PostAsync(Factors, enable);

        Assert.Equal(10, added.Json["recoveryCodes"]!.AsArray().Count);
        (await person.GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized); // Proved one factor, and has two.
        server.Clock.Advance(TimeSpan.FromSeconds(30));
        var strong = server.ApiOf(await SignInAsync(server, application, user, app));
        var method = await server.ReadAsync(db => db.TwoFactorMethods.Where(row => row.UserId == user.Id).Select(row => row.Code).SingleAsync());
        (await strong.DeleteAsync($"{Factors}?methodId={method}")).ExpectCodes("[blank]code");
        (await strong.DeleteAsync(Factors, new JsonObject { ["code"] = "123456" })).ExpectCodes("[missing]methodId");
        (await strong.DeleteAsync($"{Factors}?methodId=none&code={app.Code}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await strong.DeleteAsync($"{Factors}?methodId={method}&code={app.WrongCode}")).ExpectEmpty(WrongCode);
        server.Clock.Advance(TimeSpan.FromSeconds(30));
        (await strong.DeleteAsync($"{Factors}?methodId={method}&code={app.Code}")).ExpectEmpty(HttpStatusCode.OK);
        Assert.False((await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).TwoFactorEnabled);
        Assert.Equal(
            ["second factor added", "second factor removed"],
            await server.ReadAsync(db => db.AuditEntries.Where(row => row.Actor == user.Id.ToString() && row.Message.StartsWith("second factor ") && row.Message != "second factor given")
                .OrderBy(row => row.Id).Select(row => row.Message).ToListAsync()));
    }

    [Fact]
    public async Task A_sign_in_of_long_ago_adds_no_factor()
    {
        var (_, _, token) = await SignInAsync(Server);
        var (app, enable) = await NewAuthenticatorAsync(Server.ApiOf(token), Server);
        Server.Clock.Advance(TimeSpan.FromMinutes(11));
        enable["code"] = app.Code;

        (await Server.ApiOf(token).PostAsync(Factors, enable)).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_a_factor_needs_is_said_to_people_and_to_keys()
    {
        var (_, user, token) = await SignInAsync(Server);
        var person = Server.ApiOf(token);
        var (app, enable) = await NewAuthenticatorAsync(person, Server);
        enable["code"] = app.WrongCode;

        (await person.PostAsync(Factors, enable)).ExpectEmpty(WrongCode);
        (await person.SendAsync("POST", Factors, """{"method":"sms"}""")).ExpectCodes("[invalid]method", "[missing]secret", "[blank]code");
        (await person.SendAsync("POST", Factors, """{"method":"email"}""")).ExpectCodes("[blank]code");
        (await person.PostAsync($"{Factors}/{user.Id}", enable)).ExpectEmpty(HttpStatusCode.Unauthorized); // With an id it is a call for keys.
        var api = await Server.NewApiAsync();
        (await api.PostAsync(Factors, enable)).ExpectCodes("[missing]userId");
        (await api.DeleteAsync(Factors, enable)).ExpectCodes("[missing]userId");
    }

    [Fact]
    public async Task Codes_by_mail_are_added_and_removed_by_a_mailed_code()
    {
        var (application, user, token) = await SignInAsync(Server);
        var person = Server.ApiOf(token);
        (await person.SendAsync("POST", "/api/two-factor/send", """{"method":"email"}""")).ExpectCodes("[invalid]email"); // Nobody has proven it.
        (await (await Server.NewApiAsync()).PostAsync("/api/user/verify-email", new JsonObject { ["userId"] = user.Id })).ExpectEmpty(HttpStatusCode.OK);

        (await person.PostAsync("/api/two-factor/send", new JsonObject { ["method"] = "email", ["email"] = user.Email!.ToUpperInvariant() })).ExpectEmpty(HttpStatusCode.OK);
        var enable = new JsonObject { ["method"] = "email", ["code"] = "000000" };
        (await person.PostAsync(Factors, enable)).ExpectEmpty(WrongCode);
        enable["code"] = MailedCode(await Server.MailToAsync(user.Email!));
        Assert.Equal(10, (await person.PostAsync(Factors, enable)).Json["recoveryCodes"]!.AsArray().Count);

        var api = await Server.NewApiAsync();
        var waiting = await api.PostAsync("/api/login", Login(user, application));
        var method = waiting.Json["methods"]![0]!["id"]!.GetValue<string>();
        (await api.SendAsync("POST", "/api/two-factor/send", $$"""{"userId":"{{user.Id}}","method":"email"}""")).ExpectCodes("[duplicate]method");
        (await api.SendAsync("POST", "/api/two-factor/send", $$"""{"userId":"{{user.Id}}","methodId":"none"}""")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync("/api/two-factor/send", new JsonObject { ["userId"] = user.Id, ["methodId"] = method })).ExpectEmpty(HttpStatusCode.OK);
        var code = MailedCode(await Server.MailToAsync(user.Email!, 3)); // The second told of the factor.
        (await api.PostAsync("/api/two-factor/login", new JsonObject { ["twoFactorId"] = waiting.Json["twoFactorId"]!.GetValue<string>(), ["code"] = code })).ExpectEmpty(WrongCode);
        (await api.DeleteAsync($"{Factors}/{user.Id}", new JsonObject { ["methodId"] = method, ["code"] = code })).ExpectEmpty(HttpStatusCode.OK);
        Assert.False((await Server.Get<People>().GetAsync(user.Id, CancellationToken.None)).TwoFactorEnabled);
    }

    [Fact]
    public async Task A_key_says_who_gets_a_code()
    {
        var api = await Server.NewApiAsync();

        (await api.SendAsync("POST", "/api/two-factor/send", "{}")).ExpectCodes("[missing]userId");
        (await api.SendAsync("POST", "/api/two-factor/send", $$"""{"userId":"{{Guid.NewGuid()}}"}""")).ExpectCodes("[missing]method");
        (await api.SendAsync("POST", "/api/two-factor/send", $$"""{"userId":"{{Guid.NewGuid()}}","method":"sms"}""")).ExpectCodes("[invalid]method");
        (await api.SendAsync("POST", "/api/two-factor/send", $$"""{"userId":"{{Guid.NewGuid()}}","method":"email"}""")).ExpectEmpty(HttpStatusCode.NotFound);
        var administrator = await Server.AddUserAsync();
        await Server.Get<Registrations.Registrar>().CreateAsync(administrator.Id, new Registrations.NewRegistration { ApplicationId = AdminApplication.Id }, "test", default);
        var limited = await Server.NewApiAsync(permissions: ("/api/two-factor/send", ["POST"]));
        (await limited.SendAsync("POST", "/api/two-factor/send", $$"""{"userId":"{{administrator.Id}}","method":"email"}""")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_person_changes_the_password_with_the_current_one_and_everything_else_ends()
    {
        var (application, user, token) = await SignInAsync(Server);
        var (person, open) = (Server.ApiOf(token), Server.ApiWith(null));
        (await person.GetAsync(Change)).ExpectEmpty(HttpStatusCode.OK);

        (await person.PostAsync(Change, new JsonObject { ["password"] = Another })).ExpectCodes("[blank]currentPassword");
        (await person.PostAsync(Change, new JsonObject { ["currentPassword"] = TestServer.Password })).ExpectCodes("[blank]password");
        (await person.PostAsync(Change, NewPassword("wrong", Another))).ExpectEmpty(HttpStatusCode.NotFound);
        (await person.PostAsync(Change, NewPassword(TestServer.Password, "short"))).ExpectCodes("[tooShort]user.password");
        var changed = await person.PostAsync(Change, NewPassword(TestServer.Password, Another));

        (await person.GetAsync(Change)).ExpectEmpty(HttpStatusCode.Unauthorized);
        var api = await Server.NewApiAsync();
        (await api.PostAsync("/api/login", Login(user, application))).ExpectEmpty(HttpStatusCode.NotFound);
        var once = new JsonObject { ["oneTimePassword"] = changed.Json["oneTimePassword"]!.GetValue<string>(), ["applicationId"] = application.Id };
        Assert.NotNull((await api.PostAsync("/api/login", once)).Json["token"]);
        (await open.PostAsync(Change, NewPassword(Another, "yet another password of mine"))).ExpectEmpty(HttpStatusCode.Unauthorized);
        await Server.SettledAsync();
        Assert.Contains(Server.SentTo(user.Email!), mail => mail.Subject.Contains("was changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Guesses_of_the_current_password_lock_the_account_as_everywhere()
    {
        var (_, _, token) = await SignInAsync(Server);
        for (var number = 0; number < 5; number++)
        {
            (await Server.ApiOf(token).PostAsync(Change, NewPassword("wrong", Another))).ExpectEmpty(HttpStatusCode.NotFound);
        }

        (await Server.ApiOf(token).PostAsync(Change, NewPassword(TestServer.Password, Another))).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_page_of_our_own_origin_may_use_the_cookie()
    {
        var (_, _, token) = await SignInAsync(Server);
        var page = Server.ApiInBrowser(Server.Issuer, ("access_token", token));

        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync(Secret)).Status);
        var changed = await page.PostAsync(Change, NewPassword(TestServer.Password, Another));

        Assert.NotNull(changed.Json["oneTimePassword"]);
        Assert.Equal(string.Empty, changed.CookieValue("access_token"));
    }

    [Fact]
    public async Task The_key_wins_over_the_cookie_and_a_wrong_key_is_not_made_good_by_one()
    {
        var (_, _, token) = await SignInAsync(Server);
        (string, string)[] browser = [("Cookie", "access_token=" + token), ("Origin", Server.Issuer)];

        (await new ApiClient(Server.NewClient(), await Server.NewKeyAsync(), browser).SendAsync("POST", Factors, "{}")).ExpectCodes("[missing]userId");
        (await new ApiClient(Server.NewClient(), "wrong", browser).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await new ApiClient(Server.NewClient(), "Bearer wrong", browser).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
        var limited = await Server.NewKeyAsync(permissions: ("/api/user", ["GET"]));
        (await new ApiClient(Server.NewClient(), limited, browser).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, (await new ApiClient(Server.NewClient(), null, browser).GetAsync(Secret)).Status);
        (await Server.ApiWith("Basic " + token).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_is_never_a_key()
    {
        var (_, _, token) = await SignInAsync(Server);
        using var client = Server.NewClient();
        var contract = await OpenApiContract.OfAsync(client);
        var (person, page) = (Server.ApiOf(token), Server.ApiInBrowser(Server.Issuer, ("access_token", token)));
        foreach (var (method, path, _) in contract.Operations.Where(call => !OpenApiContract.IsOpen(call.Operation) && !OpenApiContract.TakesToken(call.Operation)))
        {
            (await person.SendAsync(method, OpenApiTests.Filled(path), method == "GET" ? null : "{}")).ExpectEmpty(HttpStatusCode.Unauthorized);
            (await page.SendAsync(method, OpenApiTests.Filled(path), method == "GET" ? null : "{}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Only_a_live_access_token_of_the_operators_own_applications_counts()
    {
        var user = await Server.AddUserAsync();
        var party = await RelyingParty.AddAsync(Server);
        var third = await RelyingParty.AddAsync(Server, oauth => oauth with { Relationship = Relationship.ThirdParty });
        var good = (await party.GetTokensAsync(user, ("scope", "openid"))).Expect();
        using var browser = Server.NewBrowser();
        var call = third.Call();
        var consent = await browser.SubmitLoginAsync(await browser.OpenAsync(call.Url), user);
        var foreign = (await third.RedeemAsync(call, AuthorizeAnswer.Read(await browser.SubmitAsync(consent, ("decision", "allow"))))).Expect();
        var (_, gone, dead) = await SignInAsync(Server);
        await Server.DeactivateAsync(gone);

        Assert.Equal(HttpStatusCode.OK, (await Server.ApiOf(good.AccessToken).GetAsync(Secret)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Server.ApiOf(foreign.AccessToken).GetAsync("/api/jwt/validate")).Status);
        (await Server.ApiOf(foreign.AccessToken).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await Server.ApiOf(good.IdToken).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await Server.ApiOf(dead).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
        Server.Clock.Advance(TimeSpan.FromHours(2));
        (await Server.ApiOf(good.AccessToken).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_for_another_resource_counts_there_and_not_here()
    {
        var party = await RelyingParty.AddAsync(Server, oauth => oauth with { AuthorizedResourceUris = ["https://one.example/api"] });
        var token = (await party.GetTokensAsync(await Server.AddUserAsync(), ("resource", "https://one.example/api"))).Expect().AccessToken;

        Assert.Equal(HttpStatusCode.OK, (await Server.ApiOf(token).GetAsync("/api/jwt/validate")).Status);
        (await Server.ApiOf(token).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_sign_in_without_the_second_factor_touches_no_factor_though_the_application_asks_for_none()
    {
        var application = await Server.AddApplicationAsync(settings => settings with { MultiFactorConfiguration = new() { LoginPolicy = MultiFactorLoginPolicy.Disabled } });
        var user = await Server.AddUserAsync(application: application);
        var app = await Authenticator.AddAsync(Server, user);
        var person = Server.ApiOf(await SignInAsync(Server, application, user));
        var method = await Server.ReadAsync(db => db.TwoFactorMethods.Where(row => row.UserId == user.Id).Select(row => row.Code).SingleAsync());

        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/api/jwt/validate")).Status);
        (await person.GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await person.DeleteAsync($"{Factors}?methodId={method}&code={app.Code}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await person.PostAsync(Change, NewPassword(TestServer.Password, Another))).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_that_was_revoked_opens_nothing()
    {
        var (_, user, token) = await SignInAsync(Server);
        var family = await Server.ReadAsync(db => db.Authorizations.Where(row => row.UserId == user.Id).Select(row => row.Id).SingleAsync());
        await Server.Get<RefreshTokens>().RevokeFamilyAsync(family, CancellationToken.None);

        (await Server.ApiOf(token).GetAsync(Secret)).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    private static string MailedCode(MailContent mail) => System.Text.RegularExpressions.Regex.Match(mail.Text, @"\b\d{6}\b").Value;

    private static JsonObject NewPassword(string current, string password) => new() { ["currentPassword"] = current, ["password"] = password };

    private static async Task<(Authenticator App, JsonObject Enable)> NewAuthenticatorAsync(ApiClient person, TestServer server)
    {
        var secret = (await person.GetAsync(Secret)).Json["secret"]!.GetValue<string>();
        var app = new Authenticator(server.Clock, Convert.FromBase64String(secret));
        return (app, new JsonObject { ["method"] = "authenticator", ["secret"] = secret, ["code"] = app.Code });
    }

    private static async Task<(Application Application, User User, string Token)> SignInAsync(TestServer server)
    {
        var application = await server.AddApplicationAsync();
        var user = await server.AddUserAsync(application: application);
        return (application, user, await SignInAsync(server, application, user));
    }

    private static async Task<string> SignInAsync(TestServer server, Application application, User user, Authenticator? app = null)
    {
        var api = await server.NewApiAsync();
        var answer = await api.PostAsync("/api/login", Login(user, application));
        if (app is not null)
        {
            answer = await api.PostAsync("/api/two-factor/login", new JsonObject { ["twoFactorId"] = answer.Json["twoFactorId"]!.GetValue<string>(), ["code"] = app.Code });
        }

        return answer.Json["token"]!.GetValue<string>();
    }

    private static JsonObject Login(User user, Application application) =>
        new() { ["loginId"] = user.Email, ["password"] = TestServer.Password, ["applicationId"] = application.Id };
}
