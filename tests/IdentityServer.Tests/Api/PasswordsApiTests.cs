using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Api;

/// <summary>Passwords, verification and invitations by the management API (§7).</summary>
public sealed class PasswordsApiTests(MailServer own) : IClassFixture<MailServer>
{
    private const string Forgot = "/api/user/forgot-password";
    private const string Change = "/api/user/change-password";
    private const string Another = "a quite different password";

    private readonly TestServer server = own.Server;

    [Fact]
    public async Task An_id_changes_the_password_once_ends_all_access_and_gives_a_password_for_one_sign_in()
    {
        using var visit = await Visit.StartAsync(server);
        var tokens = await visit.Party.GetTokensAsync(visit.User, ("scope", "openid offline_access"));
        var (api, open) = (await server.NewApiAsync(), new ApiClient(server.NewClient(), null));
        var forgot = await api.PostAsync(
            Forgot, new JsonObject { ["loginId"] = visit.User.Email, ["sendForgotPasswordEmail"] = false, ["state"] = new JsonObject { ["back"] = "/cart" } });
        var id = forgot.Json["changePasswordId"]!.GetValue<string>();
        (await open.GetAsync($"{Change}/{id}")).ExpectEmpty(HttpStatusCode.OK);

        (await open.PostAsync($"{Change}/{id}", new JsonObject { ["password"] = "short" })).ExpectCodes("[tooShort]user.password");
        var changed = await open.PostAsync($"{Change}/wrong", new JsonObject { ["changePasswordId"] = id, ["password"] = Another });
        var once = changed.Json["oneTimePassword"]!.GetValue<string>();
        Assert.Equal("/cart", changed.Json["state"]!["back"]!.GetValue<string>());

        (await open.PostAsync(Change, new JsonObject { ["changePasswordId"] = id, ["password"] = Another })).ExpectEmpty(HttpStatusCode.NotFound);
        (await open.GetAsync($"{Change}/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
        var login = new JsonObject { ["oneTimePassword"] = once, ["applicationId"] = visit.Party.Application.IdText };
        Assert.Equal(202, (int)(await api.PostAsync("/api/login", login.DeepClone())).Status);
        (await api.PostAsync("/api/login", login)).ExpectEmpty(HttpStatusCode.NotFound);
        await server.SettledAsync();
        Assert.All(server.SentTo(visit.User.Email!), mail => Assert.Contains("was changed", mail.Subject, StringComparison.Ordinal));
        Assert.False((await server.Get<People>().GetAsync(visit.User.Id, default)).Verified);
    }

    [Fact]
    public async Task Without_a_key_the_answer_is_one_for_all_and_only_the_mail_makes_the_difference()
    {
        var user = await server.AddUserAsync();
        var open = new ApiClient(server.NewClient(), null);

        (await open.PostAsync(Forgot, new JsonObject { ["loginId"] = user.Email })).ExpectEmpty(HttpStatusCode.OK);
        (await open.PostAsync(Forgot, new JsonObject { ["loginId"] = TestServer.NewEmail() })).ExpectEmpty(HttpStatusCode.OK);
        (await open.PostAsync(Forgot, new JsonObject())).ExpectCodes("[blank]loginId");

        // The mailed link asks for the mailed code, for no browser waits for it.
        using var browser = server.NewBrowser();
        var mail = await server.MailToAsync(user.Email!);
        var page = await browser.FollowAsync(await browser.SubmitAsync(await browser.OpenAsync(mail.LinkPath()), ("code", mail.Code())));
        Assert.Contains("Your password is set", (await browser.SubmitAsync(page, ("user.password", Another))).Body, StringComparison.Ordinal);
        Assert.True((await server.Get<People>().GetAsync(user.Id, default)).Verified);
    }

    [Fact]
    public async Task A_key_is_told_who_is_missing_and_who_has_no_address()
    {
        var api = await server.NewApiAsync();
        var user = await server.AddUserAsync(change: user => user with { Email = null, Username = "u" + Guid.NewGuid().ToString("N")[..12] });

        (await api.PostAsync(Forgot, new JsonObject { ["loginId"] = TestServer.NewEmail() })).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync(Forgot, new JsonObject { ["username"] = user.Username })).ExpectEmpty(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task An_id_that_a_page_asked_for_is_worth_nothing_here()
    {
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();
        await browser.SubmitAsync(await browser.OpenAsync("/password/forgot"), ("loginId", user.Email!));
        var secret = (await server.MailToAsync(user.Email!)).LinkPath().Split('/')[^1];
        var open = new ApiClient(server.NewClient(), null);

        (await open.PostAsync(Change, new JsonObject { ["changePasswordId"] = secret, ["password"] = Another })).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_key_changes_the_password_by_name_and_checks_the_current_one_if_it_is_sent()
    {
        var (api, open, user) = (await server.NewApiAsync(), new ApiClient(server.NewClient(), null), await server.AddUserAsync(change: user => user with { PasswordChangeRequired = true }));
        var wrong = new JsonObject { ["loginId"] = user.Email, ["password"] = Another, ["currentPassword"] = "wrong" };

        (await open.PostAsync(Change, wrong.DeepClone())).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await api.PostAsync(Change, wrong)).ExpectCodes("[invalid]currentPassword");
        (await api.PostAsync(Change, new JsonObject { ["loginId"] = user.Email, ["password"] = Another, ["currentPassword"] = TestServer.Password })).ExpectEmpty(HttpStatusCode.OK);

        var stored = await server.Get<People>().GetAsync(user.Id, default);
        Assert.False(stored.PasswordChangeRequired);
        Assert.Equal(PasswordVerdict.Right, await server.Get<Passwords>().VerifyAsync(stored.PasswordHash, Another, default));
    }

    [Fact]
    public async Task An_address_is_proven_by_an_id_or_by_a_key()
    {
        var (api, open, user, other) = (await server.NewApiAsync(), new ApiClient(server.NewClient(), null), await server.AddUserAsync(), await server.AddUserAsync());
        var resent = await api.SendAsync("PUT", $"/api/user/verify-email?email={user.Email}&sendVerifyEmail=false", (string?)null);
        var id = resent.Json["verificationId"]!.GetValue<string>();

        (await open.PostAsync($"/api/user/verify-email/{id}", null)).ExpectEmpty(HttpStatusCode.OK);
        (await open.PostAsync("/api/user/verify-email", new JsonObject { ["verificationId"] = id })).ExpectEmpty(HttpStatusCode.NotFound);
        (await open.PostAsync("/api/user/verify-email", new JsonObject { ["userId"] = other.Id })).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await api.PostAsync("/api/user/verify-email", new JsonObject { ["userId"] = other.Id })).ExpectEmpty(HttpStatusCode.OK);

        var proven = await server.Get<People>().GetAsync(user.Id, default);
        Assert.True(proven.Verified && proven.PasswordHash is not null);
        Assert.True((await server.Get<People>().GetAsync(other.Id, default)).Verified);
    }

    [Fact]
    public async Task A_proof_that_a_stranger_asked_for_removes_what_was_set_before()
    {
        var user = await server.AddUserAsync();
        var open = new ApiClient(server.NewClient(), null);
        (await open.SendAsync("PUT", $"/api/user/verify-email?email={user.Email}", (string?)null)).ExpectEmpty(HttpStatusCode.OK);
        (await open.SendAsync("PUT", $"/api/user/verify-email?email={TestServer.NewEmail()}", (string?)null)).ExpectEmpty(HttpStatusCode.OK);
        using var browser = server.NewBrowser();
        var mail = await server.MailToAsync(user.Email!);
        await browser.SubmitAsync(await browser.OpenAsync(mail.LinkPath()), ("code", mail.Code()));

        var proven = await server.Get<People>().GetAsync(user.Id, default);
        Assert.Equal((true, null), (proven.Verified, proven.PasswordHash));
    }

    [Fact]
    public async Task A_registration_is_proven_by_an_id()
    {
        var (api, open) = (await server.NewApiAsync(), new ApiClient(server.NewClient(), null));
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync(application: party.Application);
        var url = $"/api/user/verify-registration?email={user.Email}&applicationId={party.Application.Id}";
        var id = (await api.SendAsync("PUT", url + "&sendVerifyRegistrationEmail=false", (string?)null)).Json["verificationId"]!.GetValue<string>();
        (await open.PostAsync("/api/user/verify-email", new JsonObject { ["verificationId"] = id })).ExpectEmpty(HttpStatusCode.NotFound);
        (await open.PostAsync("/api/user/verify-registration", new JsonObject { ["verificationId"] = id })).ExpectEmpty(HttpStatusCode.OK);

        Assert.True(await server.ReadAsync(db => Task.FromResult(db.Registrations.Single(row => row.UserId == user.Id).Verified)));
    }

    [Fact]
    public async Task Somebody_whom_an_administrator_creates_is_invited_and_chooses_their_password()
    {
        var (api, email) = (await server.NewApiAsync(), TestServer.NewEmail());
        (await api.PostAsync("/api/user", new JsonObject { ["user"] = new JsonObject { ["email"] = email }, ["sendSetPasswordEmail"] = true })).Expect("user");
        using var browser = server.NewBrowser();
        var mail = await server.MailToAsync(email);
        Assert.Equal("Your account is ready", mail.Subject);
        var page = await browser.FollowAsync(await browser.SubmitAsync(await browser.OpenAsync(mail.LinkPath()), ("code", mail.Code())));
        Assert.Equal("Welcome", page.Document.QuerySelector("h1")!.TextContent);
        await browser.SubmitAsync(page, ("user.password", Another));

        var user = (await server.Get<People>().FindByLoginIdAsync(email, default))!;
        Assert.True(user.Verified);
        Assert.Equal(PasswordVerdict.Right, await server.Get<Passwords>().VerifyAsync(user.PasswordHash, Another, default));
        (await api.PostAsync("/api/user", new JsonObject { ["user"] = new JsonObject { ["username"] = "u" + Guid.NewGuid().ToString("N")[..12] }, ["sendSetPasswordEmail"] = true }))
            .ExpectCodes("[missingEmail]sendSetPasswordEmail");
    }

    [Fact]
    public async Task Without_mail_nothing_is_sent_and_nothing_is_promised()
    {
        var shared = await TestServer.SharedAsync();
        var (api, open, user) = (await shared.NewApiAsync(), new ApiClient(shared.NewClient(), null), await shared.AddUserAsync());

        (await open.PostAsync(Forgot, new JsonObject { ["loginId"] = user.Email })).ExpectEmpty(HttpStatusCode.Forbidden);
        (await api.PostAsync("/api/user", new JsonObject { ["user"] = new JsonObject { ["email"] = TestServer.NewEmail() }, ["sendSetPasswordEmail"] = true }))
            .ExpectCodes("[mailUnavailable]sendSetPasswordEmail");
    }

    [Fact]
    public async Task A_limited_key_gets_no_id_that_changes_an_administrators_password()
    {
        var administrator = await server.AddUserAsync();
        await server.Get<Registrations.Registrar>().CreateAsync(administrator.Id, new Registrations.NewRegistration { ApplicationId = AdminApplication.Id }, "test", default);
        var limited = await server.NewApiAsync(permissions: [(Forgot, ["POST"]), (Change, ["POST"])]);

        (await limited.PostAsync(Forgot, new JsonObject { ["loginId"] = administrator.Email, ["sendForgotPasswordEmail"] = false })).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.PostAsync(Change, new JsonObject { ["loginId"] = administrator.Email, ["password"] = Another })).ExpectEmpty(HttpStatusCode.Unauthorized);
    }
}
