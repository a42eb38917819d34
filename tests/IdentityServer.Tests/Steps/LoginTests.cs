using System.Net;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Steps;

/// <summary>The sign-in page: what it tells, what it keeps, and the session that it gives.</summary>
public sealed class LoginTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string Wrong = "The e-mail, user name or password is wrong.";

    private readonly TestServer server = own.Server;

    [Fact]
    public async Task A_wrong_password_is_told_above_the_form_and_beside_the_field_and_the_name_is_kept()
    {
        using var visit = await Visit.StartAsync(server);

        var page = await visit.Browser.SubmitAsync(await visit.OpenAsync(), ("loginId", visit.User.Email!), ("password", "not-the-password"), ("keepSignedIn", "true"));

        page.AssertStep("login");
        Assert.Contains(Wrong, page.Document.QuerySelector("[role=alert] a[href='#password']")!.TextContent, StringComparison.Ordinal);
        Assert.Contains(Wrong, page.Document.QuerySelector("#password-error")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("password-error", page.Form.QuerySelector("#password[aria-invalid=true]")!.GetAttribute("aria-describedby"));
        Assert.Equal(visit.User.Email, page.Field("loginId"));
        Assert.True(page.Form.QuerySelector("input[name=keepSignedIn]")!.HasAttribute("checked"));
        Assert.DoesNotContain("not-the-password", page.Body, StringComparison.Ordinal);
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task A_name_that_nobody_has_looks_the_same()
    {
        using var visit = await Visit.StartAsync(server);
        var email = TestServer.NewEmail();
        var known = await visit.Browser.SubmitAsync(await visit.OpenAsync(("state", "s"), ("nonce", "n"), ("code_challenge", Challenge)), ("loginId", visit.User.Email!), ("password", "wrong"));
        var unknown = await visit.Browser.SubmitAsync(await visit.OpenAsync(("state", "s"), ("nonce", "n"), ("code_challenge", Challenge)), ("loginId", email), ("password", "wrong"));

        Assert.Equal(Shape(known, visit.User.Email!), Shape(unknown, email));
        Assert.Equal(known.Response.Headers.Select(header => header.Key), unknown.Response.Headers.Select(header => header.Key));
    }

    [Theory]
    [InlineData("", "", "Enter your e-mail or user name.", "Enter your password.")]
    [InlineData("   ", "", "Enter your e-mail or user name.", "Enter your password.")]
    public async Task What_was_left_blank_is_told_beside_the_field(string loginId, string password, params string[] messages)
    {
        using var visit = await Visit.StartAsync(server);

        var page = await visit.Browser.SubmitAsync(await visit.OpenAsync(), ("loginId", loginId), ("password", password));

        page.AssertStep("login");
        Assert.Equal(messages, page.Document.QuerySelectorAll(".field .error").Select(error => error.TextContent.Trim()));
        Assert.Equal(["true", "true"], page.Form.QuerySelectorAll("[aria-invalid]").Select(field => field.GetAttribute("aria-invalid")));
    }

    [Fact]
    public async Task Signing_in_works_by_name_in_any_spelling_with_blanks_around_it()
    {
        using var visit = await Visit.StartAsync(server);

        var page = await visit.Browser.SubmitAsync(await visit.OpenAsync(), ("loginId", $"  {visit.User.Email!.ToUpperInvariant()} "), ("password", TestServer.Password));

        Assert.NotEmpty(AuthorizeAnswer.Read(page).Code);
    }

    [Fact]
    public async Task The_session_s_cookie_ends_with_the_browser_unless_the_person_wants_to_stay()
    {
        using var visit = await Visit.StartAsync(server);
        using var stays = visit with { Browser = server.NewBrowser() };

        var brief = SessionCookie(await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User));
        var kept = SessionCookie(await stays.Browser.SubmitLoginAsync(await stays.OpenAsync(), visit.User, ("keepSignedIn", "true")));

        Assert.EndsWith("; path=/; samesite=lax; httponly", brief, StringComparison.Ordinal);
        Assert.DoesNotContain("expires", brief, StringComparison.Ordinal);
        Assert.Contains("; expires=", kept, StringComparison.Ordinal);
        server.Clock.Advance(TimeSpan.FromDays(2));
        (await visit.OpenAsync()).AssertStep("login");
        Assert.NotEmpty(AuthorizeAnswer.Read(await stays.OpenAsync()).Code);
    }

    [Fact]
    public async Task The_session_s_id_changes_at_every_sign_in_and_the_old_one_is_dead()
    {
        using var visit = await Visit.StartAsync(server);
        var first = await SidAsync(visit);
        var oldCookie = visit.Browser.Cookie("session");

        await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(("prompt", "login")), visit.User);

        Assert.NotEqual(first, await SidAsync(visit));
        Assert.NotEqual(oldCookie, visit.Browser.Cookie("session"));
        using var thief = visit with { Browser = server.NewBrowser() };
        thief.Browser.Cookies.Add(server.Address, new Cookie("session", oldCookie));
        (await thief.OpenAsync()).AssertStep("login");
    }

    [Fact]
    public async Task A_session_id_planted_in_the_browser_is_not_taken_over()
    {
        using var visit = await Visit.StartAsync(server);
        var planted = new string('a', 64);
        visit.Browser.Cookies.Add(server.Address, new Cookie("session", planted));

        await visit.SignInAsync();

        Assert.NotEqual(planted, visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task A_person_who_is_shut_out_hears_it_only_with_the_right_password()
    {
        using var visit = await Visit.StartAsync(server);
        await server.DeactivateAsync(visit.User);
        var call = visit.Party.Call();
        var page = await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(call.Url), ("loginId", visit.User.Email!), ("password", "wrong"));

        page.AssertStep("login");
        Assert.Contains(Wrong, page.Problems(), StringComparison.Ordinal);
        AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(page, visit.User)).AssertRefused(server, call, "access_denied", "user_locked", "deactivated");
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task An_account_that_has_expired_gets_no_code()
    {
        using var visit = await Visit.StartAsync(server);
        var expired = await server.AddUserAsync(change: user => user with { ExpiresAt = server.Clock.GetUtcNow().AddMinutes(1) });
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        var call = visit.Party.Call();

        AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), expired))
            .AssertRefused(server, call, "access_denied", "user_expired", "expired");
    }

    [Fact]
    public async Task Guessing_from_one_address_is_slowed_down()
    {
        await using var braked = await TestServer.StartAsync();
        using var visit = await Visit.StartAsync(braked);
        var page = await visit.OpenAsync();
        for (var count = 0; count < 30; count++)
        {
            page = await visit.Browser.SubmitAsync(page, ("loginId", TestServer.NewEmail()), ("password", "wrong"));
            page.AssertStep("login");
        }

        page = await visit.Browser.SubmitLoginAsync(page, visit.User);

        page.AssertStep("login", HttpStatusCode.TooManyRequests);
        Assert.Equal("6", page.Header("Retry-After"));
        Assert.Contains("Too many tries", page.Problems(), StringComparison.Ordinal);
        braked.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(page, visit.User)).Code);
    }

    [Fact]
    public async Task When_too_many_sign_in_at_once_the_page_asks_to_come_back()
    {
        await using var crowded = await TestServer.StartAsync();
        using var visit = await Visit.StartOpenAsync(crowded);
        var (login, register) = (await visit.OpenAsync(), await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl));
        var crowd = await Crowd.GatherAsync(crowded.Get<PasswordGate>());

        login = await visit.Browser.SubmitLoginAsync(login, visit.User);
        register = await visit.Browser.SubmitAsync(register, ("user.fullName", "Ada"), ("user.email", TestServer.NewEmail()), ("user.password", TestServer.Password));

        foreach (var (page, step) in ((BrowserPage, string)[])[(login, "login"), (register, "register")])
        {
            page.AssertStep(step, HttpStatusCode.ServiceUnavailable);
            Assert.Equal("2", page.Header("Retry-After"));
            Assert.Contains("too much to do", page.Problems(), StringComparison.Ordinal);
        }

        await crowd.LeaveAsync();
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(login, visit.User)).Code);
    }

    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; // RFC 7636, appendix B.

    // The page without what differs between any two pages.
    private static string Shape(BrowserPage page, string loginId) =>
        page.Body.Replace(loginId, "name", StringComparison.Ordinal).Replace(page.Field("__csrf")!, "token", StringComparison.Ordinal)
            .Replace(page.PasskeyRequest()["challenge"]!.GetValue<string>(), "challenge", StringComparison.Ordinal);

    private static string SessionCookie(BrowserPage page) =>
        page.Response.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("session=", StringComparison.Ordinal));

    private static async Task<string?> SidAsync(Visit visit) =>
        (await visit.Party.VerifyIdTokenAsync(await visit.Party.GetTokensAsync(visit.Browser, visit.User))).GetProperty("sid").GetString();
}
