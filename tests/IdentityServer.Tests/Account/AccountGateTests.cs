using System.Net;
using System.Web;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Account;

/// <summary>How people come to the pages of their account.</summary>
public sealed class AccountGateTests(OwnServer own) : IClassFixture<OwnServer>
{
    private TestServer Server => own.Server;

    [Theory]
    [OnEachDatabase]
    public async Task Who_is_not_signed_in_signs_in_as_to_any_application_and_comes_back_to_the_page(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();

        var away = await browser.OpenAsync("/account/profile?locale=de");
        Assert.Equal(HttpStatusCode.Found, away.Status);
        Assert.StartsWith("/oauth2/authorize?client_id=" + AccountApplication.Id, away.Location, StringComparison.Ordinal);
        var login = await browser.FollowAsync(away);
        login.AssertStep("login");
        Assert.Equal("de", login.Document.DocumentElement.GetAttribute("lang"));

        var answer = await browser.SubmitLoginAsync(login, user);
        Assert.StartsWith(server.Issuer + "/account/signed-in?", answer.Location, StringComparison.Ordinal);
        var back = await browser.FollowAsync(answer);
        Assert.Equal((HttpStatusCode.Found, "/account/profile?locale=de"), (back.Status, back.Location));
        Assert.Equal("Ada Lovelace", (await browser.FollowAsync(back)).Document.GetElementById("user.fullName")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Who_is_signed_in_anywhere_is_let_in_at_once()
    {
        using var visit = await Visit.StartAsync(Server);
        await visit.SignInAsync();

        var page = await visit.Browser.OpenAsync("/account");

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal("page", page.Document.QuerySelector("nav.sections a[href='/account']")!.GetAttribute("aria-current"));
        Assert.Contains(visit.User.Email!, page.Body, StringComparison.Ordinal);
        page.AssertPageHeaders();
    }

    [Fact]
    public async Task The_code_of_the_detour_can_never_be_redeemed()
    {
        var user = await Server.AddUserAsync();
        using var browser = Server.NewBrowser();
        var login = await browser.FollowAsync(await browser.OpenAsync("/account"));
        var answer = AuthorizeAnswer.Read(await browser.SubmitLoginAsync(login, user));
        using var client = Server.NewClient();

        using var response = await client.PostAsync("/oauth2/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = AccountApplication.Id.ToString(),
            ["code"] = answer.Code,
            ["redirect_uri"] = Server.Issuer + "/account/signed-in",
            ["code_verifier"] = new string('a', 43),
        }));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?state=forged&code=x")]
    [InlineData("?state=https://evil.example")]
    [InlineData("?state=a&state=b")]
    [InlineData("?error=access_denied")]
    public async Task A_state_that_is_not_ours_leads_to_the_beginning_of_the_account(string query)
    {
        using var browser = Server.NewBrowser();
        await browser.OpenAsync("/account");

        var page = await browser.OpenAsync("/account/signed-in" + query);

        Assert.Equal((HttpStatusCode.Found, "/account"), (page.Status, page.Location));
    }

    [Fact]
    public async Task A_state_of_one_browser_is_worthless_in_another_and_after_an_hour()
    {
        var user = await Server.AddUserAsync();
        using var ours = Server.NewBrowser();
        using var theirs = Server.NewBrowser();
        var state = StateOf(await ours.OpenAsync("/account/profile"));
        await theirs.OpenAccountAsync("/account", user);

        Assert.Equal("/account", (await theirs.OpenAsync("/account/signed-in?state=" + state)).Location);
        await ours.OpenAccountAsync("/account", user);
        Assert.Equal("/account/profile", (await ours.OpenAsync("/account/signed-in?state=" + state)).Location);
        Server.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal("/account", (await ours.OpenAsync("/account/signed-in?state=" + state)).Location);
    }

    [Fact]
    public async Task Coming_back_without_a_session_ends_on_a_page_and_not_in_a_circle()
    {
        using var browser = Server.NewBrowser();
        var state = StateOf(await browser.OpenAsync("/account"));

        var page = await browser.OpenAsync("/account/signed-in?state=" + state);

        Assert.Equal(HttpStatusCode.Forbidden, page.Status);
    }

    [Fact]
    public async Task A_refusal_is_told_on_a_page()
    {
        using var browser = Server.NewBrowser();
        var state = StateOf(await browser.OpenAsync("/account"));

        var page = await browser.OpenAsync($"/account/signed-in?state={state}&error=access_denied&error_reason=user_locked&error_description=%3Cb%3E");

        Assert.Equal(HttpStatusCode.Forbidden, page.Status);
        Assert.Contains("user_locked", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page.Body, StringComparison.Ordinal);
    }

    private static string StateOf(BrowserPage away) => HttpUtility.ParseQueryString(away.Location![away.Location!.IndexOf('?', StringComparison.Ordinal)..])["state"]!;
}
