using System.Net;
using IdentityServer.Registrations;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Steps;

/// <summary>Self-registration: open only where an administrator opened it, and ending like a sign-in.</summary>
public sealed class RegisterTests
{
    [Fact]
    public async Task Registering_creates_the_person_and_the_registration_and_signs_them_in()
    {
        using var visit = await Visit.StartOpenAsync(null, "buyer*", "seller");
        var (call, email) = (visit.Party.Call(("scope", "openid email profile")), TestServer.NewEmail());
        var page = await visit.Browser.OpenAsync(call.RegisterUrl);
        page.AssertStep("register");

        var answer = AuthorizeAnswer.Read(await SubmitAsync(visit, page, email));

        Assert.Equal((call["state"], "Authenticated"), (answer["state"], answer["userState"]));
        var tokens = await visit.Party.RedeemAsync(call, answer);
        var userInfo = (await visit.Party.GetUserInfoAsync(tokens.AccessToken)).Json;
        Assert.Equal((email, "Ada Lovelace"), (userInfo.GetProperty("email").GetString(), userInfo.GetProperty("name").GetString()));
        Assert.Equal(["buyer"], (await visit.Party.VerifyAccessTokenAsync(tokens)).GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none"))).Code);
    }

    [Fact]
    public async Task Sign_in_and_registration_lead_to_each_other_with_the_same_request()
    {
        using var visit = await Visit.StartOpenAsync();
        var call = visit.Party.Call(("state", "a b&c"), ("resource", "https://api.example"));

        var login = await visit.Browser.OpenAsync(call.Url);
        var register = await visit.Browser.OpenAsync(LinkTo(login, "/oauth2/register"));
        register.AssertStep("register");
        var back = await visit.Browser.OpenAsync(LinkTo(register, "/oauth2/authorize"));

        Assert.Equal("a b&c", AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(back, visit.User))["state"]);
    }

    [Fact]
    public async Task Where_registration_is_closed_its_address_asks_to_sign_in()
    {
        using var visit = await Visit.StartAsync();

        var page = await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);

        page.AssertStep("login");
        Assert.Empty(page.Document.QuerySelectorAll("a[href*='/oauth2/register']"));
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(page, visit.User)).Code);
    }

    [Theory]
    [InlineData("/oauth2/register")]
    [InlineData("/oauth2/authorize")]
    public async Task Where_it_is_closed_a_post_creates_nobody(string path)
    {
        using var visit = await Visit.StartAsync();
        var (page, email) = (await visit.OpenAsync(), TestServer.NewEmail());

        var answer = await visit.Browser.PostAsync(
            $"{path}?{visit.Party.Call().Query}", [], [new("__csrf", page.Field("__csrf")!), new("step", "register"), .. Filled(email)]);

        answer.AssertStep("login");
        Assert.False(await visit.Server.ReadAsync(db => db.Users.AnyAsync(user => user.Email == email)));
    }

    [Theory]
    [InlineData("user.email", "", "Enter your e-mail address.")]
    [InlineData("user.email", "nobody", "This doesn’t look like an e-mail address.")]
    [InlineData("user.fullName", "", "Enter your name.")]
    [InlineData("user.fullName", "   ", "Enter your name.")]
    [InlineData("user.password", "", "Choose a password.")]
    [InlineData("user.password", "short", "Use at least 8 characters for the password.")]
    [InlineData("user.password", "password123", "Too many people use this password. Choose another.")]
    public async Task What_is_wrong_is_told_beside_the_field_and_the_rest_is_kept(string field, string value, string message)
    {
        using var visit = await Visit.StartOpenAsync();
        var page = await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);
        var email = TestServer.NewEmail();

        page = await visit.Browser.SubmitAsync(page, [.. Filled(email).Select(pair => (pair.Key, pair.Key == field ? value : pair.Value))]);

        page.AssertStep("register");
        var input = page.Form.QuerySelector($"input[name='{field}']")!;
        Assert.Equal("true", input.GetAttribute("aria-invalid"));
        Assert.Equal(message, page.Document.GetElementById(field + "-error")!.TextContent.Trim());
        Assert.Equal(field == "user.email" ? value : email, page.Field("user.email"));
        Assert.Equal(field == "user.fullName" ? value.Trim() : "Ada Lovelace", page.Field("user.fullName"));
        Assert.DoesNotContain(TestServer.Password, page.Body, StringComparison.Ordinal);
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task An_address_that_is_taken_in_any_spelling_is_told_beside_the_field()
    {
        using var visit = await Visit.StartOpenAsync();
        var page = await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);

        page = await SubmitAsync(visit, page, visit.User.Email!.ToUpperInvariant());

        page.AssertStep("register");
        Assert.Equal("There is already an account with this e-mail address.", page.Document.GetElementById("user.email-error")!.TextContent.Trim());
    }

    [Fact]
    public async Task Of_what_is_posted_only_the_form_s_own_fields_count()
    {
        using var visit = await Visit.StartOpenAsync(null, "buyer*", "admin");
        var (page, email, id) = (await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl), TestServer.NewEmail(), Guid.NewGuid());
        (string, string)[] forged =
        [
            ("user.id", id.ToString()), ("user.verified", "true"), ("user.username", "root"), ("user.data.x", "1"), ("registration.roles", "admin"),
            ("registration.roles[0]", "admin"), ("roles", "admin"), ("user.active", "false"), ("user.tenantId", id.ToString()),
        ];

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, [.. Filled(email).Select(pair => (pair.Key, pair.Value)), .. forged])).Code);

        var user = await visit.Server.ReadAsync(db => db.Users.SingleAsync(row => row.Email == email));
        Assert.Equal((false, null, "{}", true), (user.Verified, user.Username, user.Data, user.Active));
        Assert.NotEqual(id, user.Id);
        Assert.Equal(["buyer"], (await RegistrationAsync(visit, user.Id))!.Roles);
    }

    [Fact]
    public async Task The_address_hinted_at_is_filled_in()
    {
        using var visit = await Visit.StartOpenAsync();

        Assert.Equal("ada@example.com", (await visit.Browser.OpenAsync(visit.Party.Call(("login_hint", "ada@example.com")).RegisterUrl)).Field("user.email"));
    }

    [Fact]
    public async Task A_page_that_was_open_for_too_long_keeps_what_was_typed_but_the_password()
    {
        using var visit = await Visit.StartOpenAsync();
        var (page, email) = (await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl), TestServer.NewEmail());

        page = await visit.Browser.SubmitAsync(page, [("__csrf", "stale"), .. Filled(email).Select(pair => (pair.Key, pair.Value))]);

        page.AssertStep("register");
        Assert.Contains("open for too long", page.Problems(), StringComparison.Ordinal);
        Assert.Equal((email, "Ada Lovelace"), (page.Field("user.email"), page.Field("user.fullName")));
        Assert.DoesNotContain(TestServer.Password, page.Body, StringComparison.Ordinal);
        Assert.False(await visit.Server.ReadAsync(db => db.Users.AnyAsync(user => user.Email == email)));
    }

    [Fact]
    public async Task Somebody_who_is_signed_in_can_register_somebody_else()
    {
        using var visit = await Visit.StartOpenAsync();
        await visit.SignInAsync();
        var call = visit.Party.Call();
        var page = await visit.Browser.OpenAsync(call.RegisterUrl);
        page.AssertStep("register");

        var tokens = await visit.Party.RedeemAsync(call, AuthorizeAnswer.Read(await SubmitAsync(visit, page, TestServer.NewEmail())));

        Assert.NotEqual(visit.User.Id.ToString(), (await visit.Party.VerifyIdTokenAsync(tokens, call)).GetProperty("sub").GetString());
    }

    // §3.1 of the compatibility notes: where people may register themselves, signing in registers them.
    [Fact]
    public async Task Signing_in_to_an_open_application_registers_with_its_default_roles_once()
    {
        using var visit = await Visit.StartOpenAsync(null, "buyer*", "seller");

        var first = await visit.SignInAsync();
        var registration = await RegistrationAsync(visit, visit.User.Id);
        var second = AuthorizeAnswer.Read(await visit.OpenAsync());

        Assert.Equal(("Authenticated", "Authenticated"), (first["userState"], second["userState"]));
        Assert.Equal(["buyer"], registration!.Roles);
        Assert.Equal(registration.Id, (await RegistrationAsync(visit, visit.User.Id))!.Id);
    }

    [Fact]
    public async Task Signing_in_to_a_closed_application_registers_nobody()
    {
        using var visit = await Visit.StartAsync(null, null, null, "buyer*");

        Assert.Equal("AuthenticatedNotRegistered", (await visit.SignInAsync())["userState"]);
        Assert.Null(await RegistrationAsync(visit, visit.User.Id));
    }

    [Fact]
    public async Task An_application_for_the_registered_takes_nobody_else()
    {
        using var visit = await Visit.StartAsync(null, oauth => oauth with { RequireRegistration = true });
        var registered = await visit.Server.AddUserAsync(application: visit.Party.Application);
        var call = visit.Party.Call();

        AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User))
            .AssertRefused(visit.Server, call, "access_denied", "registration_required", "not registered");
        using var browser = visit.Server.NewBrowser();
        Assert.NotEmpty((await visit.Party.SignInAsync(browser, registered)).Code);
    }

    [Fact]
    public async Task Creating_accounts_in_bulk_is_slowed_down()
    {
        await using var server = await TestServer.StartAsync();
        using var visit = await Visit.StartOpenAsync(server);
        var page = await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);
        for (var count = 0; count < 60; count++)
        {
            page = await SubmitAsync(visit, page, visit.User.Email!);
            page.AssertStep("register");
        }

        page = await SubmitAsync(visit, page, TestServer.NewEmail());

        page.AssertStep("register", HttpStatusCode.TooManyRequests);
        Assert.Equal("60", page.Header("Retry-After"));
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotEmpty(AuthorizeAnswer.Read(await SubmitAsync(visit, page, TestServer.NewEmail())).Code);
    }

    private static KeyValuePair<string, string>[] Filled(string email) =>
        [new("user.fullName", "Ada Lovelace"), new("user.email", email), new("user.password", TestServer.Password)];

    private static Task<BrowserPage> SubmitAsync(Visit visit, BrowserPage page, string email) =>
        visit.Browser.SubmitAsync(page, [.. Filled(email).Select(pair => (pair.Key, pair.Value))]);

    private static string LinkTo(BrowserPage page, string path) => page.Document.QuerySelector($"p.aside a[href^='{path}']")!.GetAttribute("href")!;

    private static Task<Registration?> RegistrationAsync(Visit visit, Guid userId) =>
        visit.Server.ReadAsync(db => db.Registrations.SingleOrDefaultAsync(row => row.UserId == userId && row.ApplicationId == visit.Party.Application.Id));
}
