using System.Net;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Steps;

/// <summary>What one request has achieved counts for that request, in that browser and session, for a while; and posts count only from our pages.</summary>
public sealed class InteractionTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer server = own.Server;

    [Fact]
    public async Task What_a_request_achieved_goes_on_to_its_next_page()
    {
        using var visit = await Visit.StartThirdPartyAsync(server);
        var page = await SignInAgainAsync(visit);

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, ("decision", "allow"))).Code);
    }

    [Fact]
    public async Task It_is_worthless_in_another_request()
    {
        using var visit = await Visit.StartThirdPartyAsync(server);
        var page = await SignInAgainAsync(visit);

        var answer = await PostElsewhereAsync(visit, page, visit.Party.Call(("prompt", "login")));

        answer.AssertStep("login");
    }

    [Fact]
    public async Task It_is_worthless_after_a_quarter_of_an_hour_and_showing_the_page_again_does_not_prolong_it()
    {
        using var visit = await Visit.StartThirdPartyAsync(server);
        var page = await SignInAgainAsync(visit);

        server.Clock.Advance(TimeSpan.FromMinutes(14));
        page = await visit.Browser.SubmitAsync(page, ("decision", "maybe"));
        page.AssertStep("consent");
        server.Clock.Advance(TimeSpan.FromMinutes(1));

        (await visit.Browser.SubmitAsync(page, ("decision", "allow"))).AssertStep("login");
    }

    [Fact]
    public async Task It_is_worthless_in_another_session()
    {
        using var visit = await Visit.StartThirdPartyAsync(server);
        var call = visit.Party.Call(("prompt", "login"));
        var mine = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);
        mine.AssertStep("consent");

        using var other = visit with { Browser = server.NewBrowser(), User = await server.AddUserAsync() };
        var theirs = await other.Browser.SubmitLoginAsync(await other.OpenAsync(), other.User);
        theirs.AssertStep("consent");

        var answer = await other.Browser.PostAsync(
            call.Url, [], [new("__csrf", theirs.Field("__csrf")!), new("interaction", mine.Field("interaction")!), new("step", "consent"), new("decision", "allow")]);
        answer.AssertStep("login");
    }

    [Fact]
    public async Task A_consent_page_of_somebody_else_s_session_allows_nothing()
    {
        using var visit = await Visit.StartThirdPartyAsync(server);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        var other = await server.AddUserAsync();
        await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync((await RelyingParty.AddAsync(server)).Call(("prompt", "login"), ("another_account", "true")).Url), other);

        (await visit.Browser.SubmitAsync(page, ("decision", "allow"))).AssertStep("consent");

        Assert.Equal(0, await server.ReadAsync(db => db.Consents.CountAsync(row => row.ApplicationId == visit.Party.Application.Id)));
    }

    [Fact]
    public async Task Two_tabs_do_not_disturb_each_other()
    {
        using var visit = await Visit.StartThirdPartyAsync(server);
        var (left, right) = (visit.Party.Call(("prompt", "login")), visit.Party.Call(("prompt", "login")));
        var leftPage = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(left.Url), visit.User);
        var rightPage = await visit.Browser.OpenAsync(right.Url);

        var leftAnswer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(leftPage, ("decision", "allow")));
        var rightAnswer = AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(rightPage, visit.User));

        Assert.Equal((left["state"], right["state"]), (leftAnswer["state"], rightAnswer["state"]));
        Assert.Equal(HttpStatusCode.OK, (await visit.Party.RedeemAsync(left, leftAnswer)).Status);
        Assert.Equal(HttpStatusCode.OK, (await visit.Party.RedeemAsync(right, rightAnswer)).Status);
    }

    [Fact]
    public async Task A_second_tab_s_sign_in_page_goes_on_as_whoever_signed_in_in_the_first()
    {
        using var visit = await Visit.StartAsync(server);
        var (left, right) = (await visit.OpenAsync(("state", "left")), await visit.OpenAsync(("state", "right")));

        Assert.Equal("left", AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(left, visit.User))["state"]);
        Assert.Equal("right", AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(right, visit.User))["state"]);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_site_s_post_does_nothing(string header, string value)
    {
        using var visit = await Visit.StartThirdPartyAsync(server);

        var login = await visit.OpenAsync();
        login = await visit.Browser.SubmitAsync(login, [(header, value)], [("loginId", visit.User.Email!), ("password", TestServer.Password)]);
        login.AssertStep("login");
        var consent = await visit.Browser.SubmitLoginAsync(login, visit.User);
        consent.AssertStep("consent");

        (await visit.Browser.SubmitAsync(consent, [(header, value)], [("decision", "allow")])).AssertStep("consent");
        (await visit.Browser.SubmitAsync(consent, [(header, value)], [("decision", "deny")])).AssertStep("consent");
    }

    [Fact]
    public async Task A_post_without_a_token_of_the_page_does_nothing_and_keeps_what_was_typed_but_the_password()
    {
        using var visit = await Visit.StartAsync(server);
        var page = await visit.OpenAsync();

        page = await visit.Browser.SubmitAsync(
            page, ("__csrf", "stale"), ("loginId", visit.User.Email!), ("password", TestServer.Password), ("keepSignedIn", "true"));

        page.AssertStep("login");
        Assert.Contains("open for too long", page.Problems(), StringComparison.Ordinal);
        Assert.Equal(visit.User.Email, page.Field("loginId"));
        Assert.True(page.Form.QuerySelector("input[name=keepSignedIn]")!.HasAttribute("checked"));
        Assert.DoesNotContain(TestServer.Password, page.Body, StringComparison.Ordinal);
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(page, visit.User)).Code);
    }

    [Fact]
    public async Task Looking_at_pages_writes_nothing()
    {
        using var visit = await Visit.StartOpenAsync(server);
        var before = await RowsAsync();

        await visit.OpenAsync();
        await visit.OpenAsync(("prompt", "none"));
        await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);
        await visit.Browser.OpenAsync("/oauth2/logout");
        await visit.Browser.PostAsync("/oauth2/authorize", [], visit.Party.Call().Parameters);
        await visit.Browser.SubmitAsync(await visit.OpenAsync(), ("__csrf", "forged"), ("loginId", visit.User.Email!), ("password", TestServer.Password));

        Assert.Equal(before, await RowsAsync());
    }

    [Fact]
    public async Task A_HEAD_request_is_not_answered_as_if_it_were_a_visit()
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();
        var before = await RowsAsync();
        using var client = server.NewClient();
        foreach (var url in (string[])[visit.Party.Call().Url, visit.Party.Call().RegisterUrl, $"/oauth2/logout?client_id={visit.Party.ClientId}"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, url);
            request.Headers.Add("Cookie", "session=" + visit.Browser.Cookie("session"));
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.SendAsync(request)).StatusCode);
        }

        Assert.Equal(before, await RowsAsync());
    }

    // To the consent page of a request that asked for a fresh sign-in.
    private static async Task<BrowserPage> SignInAgainAsync(Visit visit)
    {
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(("prompt", "login")), visit.User);
        page.AssertStep("consent");
        return page;
    }

    private static Task<BrowserPage> PostElsewhereAsync(Visit visit, BrowserPage page, AuthorizeCall call) => visit.Browser.PostAsync(
        call.Url, [], [new("__csrf", page.Field("__csrf")!), new("interaction", page.Field("interaction")!), new("step", "consent"), new("decision", "allow")]);

    private Task<(int, int, int, int, int, int)> RowsAsync() => server.ReadAsync(async db => (
        await db.Users.CountAsync(),
        await db.Sessions.CountAsync(row => row.EndedAt == null),
        await db.Authorizations.CountAsync(),
        await db.Tokens.CountAsync(),
        await db.Consents.CountAsync(),
        await db.Registrations.CountAsync()));
}
