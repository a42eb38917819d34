using System.Web;
using IdentityServer.BrowserTests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IdentityServer.BrowserTests;

[Collection(SiteCollection.Name)]
public sealed class SignInTests(RunningSite site)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_registers_is_shown_in_the_application_and_can_come_back(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var email = await visitor.RegisterAsync("Grace Hopper");
        await visitor.SeesHeadingAsync("Grace Hopper");
        await Expect(visitor.Page.Locator("#id-token")).ToContainTextAsync(site.Issuer);
        await Expect(visitor.Page.Locator("#userinfo")).ToContainTextAsync("Grace Hopper");

        await visitor.PressAsync("Refresh tokens");
        await visitor.SeesNoticeAsync("The tokens were refreshed.");
        await visitor.PressAsync("Reload user information");
        await visitor.SeesNoticeAsync("loaded again");

        await visitor.PressAsync("Log out");
        await visitor.SeesHeadingAsync("You are signed out");
        await visitor.SignInAsync(email);
    }

    [Fact]
    public async Task Logging_out_ends_the_session_at_the_server_too()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.SignInAsync();
        await visitor.PressAsync("Log out");
        await visitor.SeesHeadingAsync("You are signed out");
        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Log in");
        await Expect(visitor.Page.GetByLabel("E-mail or user name")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_second_login_asks_for_no_password()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.SignInAsync();
        await visitor.Page.Context.ClearCookiesAsync(new() { Name = "sample.session" });
        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Log in");
        await visitor.SeesAccountAsync(RunningSite.Email);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wrong_password_is_told_and_the_next_try_may_be_right(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Log in");
        await visitor.FillLoginAsync(password: "not the password at all");

        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("wrong");
        await Expect(visitor.Page.GetByLabel("E-mail or user name")).ToHaveValueAsync(RunningSite.Email);
        await Expect(visitor.Page.GetByLabel("Password", new() { Exact = true })).ToHaveValueAsync("");
        await visitor.FillLoginAsync();
        await visitor.SeesAccountAsync(RunningSite.Email);
    }

    [Fact]
    public async Task An_unknown_account_is_told_in_the_same_words_as_a_wrong_password()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.AuthorizeAsync();
        await visitor.FillLoginAsync(password: "not the password at all");
        var known = await visitor.Page.GetByRole(AriaRole.Alert).InnerTextAsync();
        await visitor.AuthorizeAsync();
        await visitor.FillLoginAsync("nobody@example.com", "not the password at all");
        Assert.Equal(known, await visitor.Page.GetByRole(AriaRole.Alert).InnerTextAsync());
    }

    [Fact]
    public async Task What_is_missing_is_told_beside_its_field()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.AuthorizeAsync();
        await visitor.FillLoginAsync(password: "");
        var password = visitor.Page.GetByLabel("Password", new() { Exact = true });
        await Expect(password).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(password).ToHaveAccessibleDescriptionAsync("Enter your password.");
        await Expect(password).ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_password_can_be_shown()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.AuthorizeAsync();
        var password = visitor.Page.Locator("input[name=password]");
        await password.FillAsync("visible");
        await visitor.PressAsync("Show password");
        await Expect(password).ToHaveAttributeAsync("type", "text");
        await Expect(password).ToHaveValueAsync("visible");
    }

    [Fact]
    public async Task Password_managers_know_the_fields()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.AuthorizeAsync();
        await Expect(visitor.Page.Locator("input[name=loginId]")).ToHaveAttributeAsync("autocomplete", "username webauthn");
        await Expect(visitor.Page.Locator("input[name=password]")).ToHaveAttributeAsync("autocomplete", "current-password");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        await Expect(visitor.Page.Locator("input[name='user.password']")).ToHaveAttributeAsync("autocomplete", "new-password");
    }

    [Fact]
    public async Task An_answer_with_another_state_is_refused_by_the_application()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Log in");
        await visitor.SeesHeadingAsync("Welcome back");

        // The same request with a state that this browser was never given, as a link from somebody else would bring it.
        var address = new UriBuilder(visitor.Page.Url);
        var query = HttpUtility.ParseQueryString(address.Query);
        Assert.NotNull(query["state"]);
        query["state"] = "somebody-elses-state";
        address.Query = query.ToString();
        await visitor.Page.GotoAsync(address.ToString());
        await visitor.FillLoginAsync();

        await visitor.SeesHeadingAsync("This login was not started here");
        Assert.StartsWith(site.Sample + "/callback?", visitor.Page.Url, StringComparison.Ordinal);
        await visitor.TakePictureAsync("sample-tampered-state");
        await visitor.OpenSampleAsync();
        await Expect(visitor.Page.Locator("#email")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Two_tabs_can_sign_in_at_once()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.OpenSampleAsync();
        var other = await visitor.Page.Context.NewPageAsync();
        await other.GotoAsync(site.Sample + "/");
        await visitor.PressAsync("Log in");
        await other.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(other.GetByLabel("E-mail or user name")).ToBeVisibleAsync();

        await visitor.FillLoginAsync();
        await visitor.SeesAccountAsync(RunningSite.Email);
        await other.GetByLabel("E-mail or user name").FillAsync(RunningSite.Email);
        await other.GetByLabel("Password", new() { Exact = true }).FillAsync(RunningSite.Password);
        await other.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(other.Locator("#email")).ToHaveTextAsync(RunningSite.Email);
    }

    [Fact]
    public async Task A_silent_check_says_whether_somebody_is_signed_in()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Check session (prompt=none)");
        await visitor.SeesNoticeAsync("login_required");

        await visitor.SignInAsync();
        await visitor.PressAsync("Check session (prompt=none)");
        await visitor.SeesNoticeAsync("You are still signed in at the provider");
        await Expect(visitor.Page.Locator("#email")).ToHaveTextAsync(RunningSite.Email);
    }

    [Fact]
    public async Task Signing_in_needs_nothing_but_the_keyboard()
    {
        await using var visitor = await site.WelcomeAsync();
        var page = visitor.Page;
        await visitor.OpenSampleAsync();
        await ReachAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Log in" }));
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByLabel("E-mail or user name")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(RunningSite.Email);
        await ReachAsync(page, page.GetByLabel("Password", new() { Exact = true }));
        await page.Keyboard.TypeAsync(RunningSite.Password);
        await page.Keyboard.PressAsync("Enter");
        await visitor.SeesAccountAsync(RunningSite.Email);

        await ReachAsync(page, page.GetByRole(AriaRole.Button, new() { Name = "Log out" }));
        await page.Keyboard.PressAsync("Space");
        await visitor.SeesHeadingAsync("You are signed out");
    }

    private static async Task ReachAsync(IPage page, ILocator target)
    {
        for (var tabs = 0; tabs < 15; tabs++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
                return;
        }

        Assert.Fail($"{target} cannot be reached with the Tab key.");
    }
}
