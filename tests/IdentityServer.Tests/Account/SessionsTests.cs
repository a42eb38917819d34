using System.Net;
using IdentityServer.Browsers;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Themes;

namespace IdentityServer.Tests.Account;

/// <summary><c>/account/sessions</c>.</summary>
public sealed class SessionsTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string Url = "/account/sessions";

    private TestServer Server => own.Server;

    [Theory]
    [OnEachDatabase]
    public async Task One_that_is_ended_is_signed_out_and_its_refresh_tokens_are_dead(DatabaseProvider provider)
    {
        using var visit = await Visit.StartAsync(await TestServer.SharedAsync(provider));
        using var elsewhere = visit.Server.NewBrowser();
        var here = await visit.Party.GetTokensAsync(visit.Browser, visit.User, ("scope", "openid offline_access"));
        var there = await visit.Party.GetTokensAsync(elsewhere, visit.User, ("scope", "openid offline_access"));

        var page = await visit.Browser.OpenAsync(Url);
        Assert.Equal(2, page.Document.QuerySelectorAll("#sessions > li").Length);
        Assert.Single(page.Document.QuerySelectorAll("#sessions .tag"));
        var id = page.Document.QuerySelector("button[name=end]")!.GetAttribute("value")!;
        var done = await visit.Browser.SubmitAsync(page, ("end", id));

        Assert.Equal(HttpStatusCode.SeeOther, done.Status);
        Assert.Single((await visit.Browser.FollowAsync(done)).Document.QuerySelectorAll("#sessions > li"));
        (await elsewhere.OpenAsync(visit.Party.Call().Url)).AssertStep("login");
        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(there.RefreshToken)).Error);
        Assert.Null((await visit.Party.RefreshAsync(here.RefreshToken)).Error);

        // Twice is as good as once.
        Assert.Equal(HttpStatusCode.SeeOther, (await visit.Browser.SubmitAsync(page, ("end", id))).Status);
    }

    [Fact]
    public async Task All_others_end_at_once()
    {
        using var visit = await Visit.StartAsync(Server);
        using var second = Server.NewBrowser();
        using var third = Server.NewBrowser();
        await visit.SignInAsync();
        await visit.Party.SignInAsync(second, visit.User);
        var tokens = await visit.Party.GetTokensAsync(third, visit.User, ("scope", "openid offline_access"));

        await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(Url), ("others", "true"));

        (await second.OpenAsync(visit.Party.Call().Url)).AssertStep("login");
        (await third.OpenAsync(visit.Party.Call().Url)).AssertStep("login");
        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal(HttpStatusCode.OK, (await visit.Browser.OpenAsync(Url)).Status);
    }

    [Fact]
    public async Task Somebody_elses_session_is_not_there()
    {
        using var ada = await Visit.StartAsync(Server);
        using var eve = await Visit.StartAsync(Server);
        await ada.SignInAsync();
        await eve.SignInAsync();
        var hers = await Server.ReadAsync(db => Task.FromResult(db.Sessions.Single(row => row.UserId == ada.User.Id).Id));

        var page = await eve.Browser.OpenAsync(Url);
        Assert.DoesNotContain(hers.ToString(), page.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.Browser.SubmitAsync(page, ("end", hers.ToString()))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.Browser.SubmitAsync(page, ("end", Guid.NewGuid().ToString()))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.Browser.SubmitAsync(page, ("end", "nonsense"))).Status);

        Assert.Equal(HttpStatusCode.OK, (await ada.Browser.OpenAsync(Url)).Status);
    }

    [Fact]
    public async Task A_post_from_elsewhere_ends_nothing()
    {
        using var visit = await Visit.StartAsync(Server);
        using var elsewhere = Server.NewBrowser();
        await visit.SignInAsync();
        await visit.Party.SignInAsync(elsewhere, visit.User);

        var page = await visit.Browser.OpenAsync(Url);
        await visit.Browser.SubmitAsync(page, ("others", "true"), ("__csrf", "forged"));
        await visit.Browser.SubmitAsync(page, [("Sec-Fetch-Site", "cross-site")], [("others", "true")]);

        Assert.NotNull((await elsewhere.OpenAsync(visit.Party.Call().Url)).Location);
    }

    [Fact]
    public async Task Ending_this_one_signs_out()
    {
        using var visit = await Visit.StartAsync(Server);
        await visit.SignInAsync();
        var id = await Server.ReadAsync(db => Task.FromResult(db.Sessions.Single(row => row.UserId == visit.User.Id).Id));
        using var second = Server.NewBrowser();
        await visit.Party.SignInAsync(second, visit.User);

        var done = await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(Url), ("end", id.ToString()));

        Assert.Equal("/", done.Location);
        Assert.StartsWith("/oauth2/authorize", (await visit.Browser.OpenAsync(Url)).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_was_not_used_for_long_is_not_listed()
    {
        using var visit = await Visit.StartAsync(Server);
        using var idle = Server.NewBrowser();
        await visit.Party.SignInAsync(idle, visit.User);
        Server.Clock.Advance(TimeSpan.FromMinutes(61));
        await visit.SignInAsync();

        Assert.Single((await visit.Browser.OpenAsync(Url)).Document.QuerySelectorAll("#sessions > li"));
    }

    [Theory, OnEachDatabase]
    public async Task A_known_browser_is_listed_until_it_is_forgotten_and_then_is_neither_exempt_nor_trusted(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        using var visit = await Visit.StartAsync(server);
        using var old = server.NewBrowser();
        await visit.Party.SignInAsync(old, visit.User);
        await visit.SignInAsync();
        var (secret, user) = (old.Cookie("browser")!, visit.User.Id);
        await server.Get<TrustedBrowsers>().TrustAsync(user, secret, null, null, null, CancellationToken.None);

        var page = await visit.Browser.OpenAsync(Url);
        Assert.Equal(2, page.Document.QuerySelectorAll("#known > li").Length);
        Assert.Equal("this browser", page.Document.QuerySelector("#known > li:first-child .tag")!.TextContent);
        Assert.Contains("Not asked for a code until", page.Document.QuerySelector("#known > li:last-child")!.TextContent, StringComparison.Ordinal);
        var id = page.Document.QuerySelector("#known > li:last-child button[name=forget]")!.GetAttribute("value")!;
        var done = await visit.Browser.SubmitAsync(page, ("forget", id));

        Assert.Single((await visit.Browser.FollowAsync(done)).Document.QuerySelectorAll("#known > li"));
        Assert.False(await server.Get<TrustedBrowsers>().AreTrustedAsync(user, secret, null, CancellationToken.None));
        Assert.False(await server.Get<KnownBrowsers>().TryChargeAsync(user, secret, CancellationToken.None));
        Assert.True(await server.Get<KnownBrowsers>().TryChargeAsync(user, visit.Browser.Cookie("browser"), CancellationToken.None));
        Assert.True(await server.ReadAsync(db => Task.FromResult(db.AuditEntries.Any(row => row.Message == "browser forgotten" && row.Actor == user.ToString()))));
    }

    [Fact]
    public async Task All_other_browsers_are_forgotten_at_once_and_this_one_stays()
    {
        using var visit = await Visit.StartAsync(Server);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var old = Server.NewBrowser();
            await visit.Party.SignInAsync(old, visit.User);
        }

        await visit.SignInAsync();
        var page = await visit.Browser.OpenAsync(Url);
        Assert.Equal(3, page.Document.QuerySelectorAll("#known > li").Length);
        var after = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(page, ("forgetOthers", "true")));

        Assert.Single(after.Document.QuerySelectorAll("#known > li"));
        Assert.NotNull(after.Document.QuerySelector("#known .tag"));
        Assert.Null(after.Document.QuerySelector("[name=forgetOthers]"));
        Assert.Equal(3, after.Document.QuerySelectorAll("#sessions > li").Length);
    }

    [Fact]
    public async Task Nobody_forgets_somebody_elses_browser()
    {
        using var ada = await Visit.StartAsync(Server);
        using var eve = await Visit.StartAsync(Server);
        await ada.SignInAsync();
        await eve.SignInAsync();
        var hers = await Server.ReadAsync(db => Task.FromResult(db.KnownBrowsers.Single(row => row.UserId == ada.User.Id).Id));

        var page = await eve.Browser.OpenAsync(Url);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.Browser.SubmitAsync(page, ("forget", hers.ToString()))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.Browser.SubmitAsync(page, ("forget", "nonsense"))).Status);
        await eve.Browser.SubmitAsync(page, ("forgetOthers", "true"));
        await ada.Browser.SubmitAsync(await ada.Browser.OpenAsync(Url), ("forgetOthers", "true"), ("__csrf", "forged"));

        Assert.True(await Server.Get<KnownBrowsers>().TryChargeAsync(ada.User.Id, ada.Browser.Cookie("browser"), CancellationToken.None));
    }

    [Theory]
    [InlineData(null, "", "")]
    [InlineData("curl/8.5.0", "", "")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", "Linux")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36 Edg/127.0.0.0", "Edge", "Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari", "iPhone")]
    [InlineData("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Mobile Safari/537.36", "Chrome", "Android")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "Safari", "Mac")]
    [InlineData("<script>alert(1)</script>", "", "")]
    public void A_device_is_named_as_people_name_it(string? userAgent, string browser, string system) =>
        Assert.Equal(new DeviceView(browser, system), DeviceView.Of(userAgent));
}
