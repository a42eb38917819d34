using IdentityServer.Applications;
using IdentityServer.Tests.Api;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Sessions;

/// <summary>Applications that want people back sooner than the server does.</summary>
public sealed class SessionLimitTests(OwnServer own) : IClassFixture<OwnServer>
{
    private TestServer Server => own.Server;

    [Theory]
    [OnEachDatabase]
    public async Task A_long_pause_asks_again_and_stays_one_whatever_is_opened_since(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider, null, "RateLimits:Enabled=false");
        using var visit = await StartAsync(server, new() { IdleMinutes = 15 });
        var other = await RelyingParty.AddAsync(server);
        await visit.SignInAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(14));
        Assert.NotNull((await visit.OpenAsync()).Location);

        server.Clock.Advance(TimeSpan.FromMinutes(16));
        (await visit.OpenAsync()).AssertStep("login");
        (await visit.OpenAsync()).AssertStep("login");
        Assert.NotNull((await visit.Browser.OpenAsync(other.Call().Url)).Location);
        Assert.Equal("login_required", AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none")))["error"]);

        Assert.NotNull((await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User)).Location);
        Assert.NotNull((await visit.OpenAsync()).Location);
    }

    [Fact]
    public async Task Hours_after_the_sign_in_it_asks_again_in_any_case()
    {
        using var visit = await StartAsync(Server, new() { AbsoluteHours = 2 });
        await visit.SignInAsync();
        for (var use = 0; use < 3; use++)
        {
            Server.Clock.Advance(TimeSpan.FromMinutes(39));
            Assert.NotNull((await visit.OpenAsync()).Location);
        }

        Server.Clock.Advance(TimeSpan.FromMinutes(3));
        (await visit.OpenAsync()).AssertStep("login");
    }

    [Fact]
    public async Task Its_refresh_tokens_end_with_its_limits_and_no_others()
    {
        using var visit = await StartAsync(Server, new() { IdleMinutes = 30, AbsoluteHours = 2 });
        var free = await RelyingParty.AddAsync(Server);
        var tokens = await visit.Party.GetTokensAsync(visit.Browser, visit.User, ("scope", "openid offline_access"));
        var others = await free.GetTokensAsync(visit.Browser, visit.User, ("scope", "openid offline_access"));
        for (var use = 0; use < 4; use++)
        {
            Server.Clock.Advance(TimeSpan.FromMinutes(29));
            tokens = await visit.Party.RefreshAsync(tokens.RefreshToken);
            Assert.Null(tokens.Error);
        }

        Server.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Null((await free.RefreshAsync(others.RefreshToken)).Error);

        using var second = Server.NewBrowser();
        var idle = await visit.Party.GetTokensAsync(second, visit.User, ("scope", "openid offline_access"));
        Server.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(idle.RefreshToken)).Error);
    }

    [Fact]
    public async Task Staying_signed_in_is_neither_offered_nor_taken_where_it_is_not_allowed()
    {
        using var visit = await StartAsync(Server, new() { KeepSignedInAllowed = false });
        var page = await visit.OpenAsync();
        Assert.Null(page.Document.QuerySelector("input[name=keepSignedIn]"));

        await visit.Browser.SubmitLoginAsync(page, visit.User, ("keepSignedIn", "true"));

        Assert.False(await Server.ReadAsync(db => db.Sessions.Where(row => row.UserId == visit.User.Id).Select(row => row.Persistent).SingleAsync()));
    }

    [Fact]
    public async Task A_session_kept_elsewhere_counts_there_no_longer_than_others()
    {
        using var visit = await StartAsync(Server, new() { KeepSignedInAllowed = false });
        var free = await RelyingParty.AddAsync(Server);
        await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(free.Call().Url), visit.User, ("keepSignedIn", "true"));
        Assert.NotNull((await visit.OpenAsync()).Location);

        Server.Clock.Advance(TimeSpan.FromMinutes(61));

        Assert.NotNull((await visit.Browser.OpenAsync(free.Call().Url)).Location);
        (await visit.OpenAsync()).AssertStep("login");
    }

    [Fact]
    public async Task The_api_keeps_the_limits_and_refuses_what_is_none()
    {
        var api = await Server.NewApiAsync();
        var made = (await api.PostAsync("/api/application", ApiFixture.Json("""
            {"application":{"name":"Limits","sessionConfiguration":{"idleMinutes":15,"absoluteHours":8,"keepSignedInAllowed":false} } }
            """))).Expect("application");
        Assert.Equal("""{"idleMinutes":15,"absoluteHours":8,"keepSignedInAllowed":false}""", made["sessionConfiguration"]!.ToJsonString());

        var wrong = await api.PostAsync("/api/application", ApiFixture.Json("""
            {"application":{"name":"Wrong limits","sessionConfiguration":{"idleMinutes":1,"absoluteHours":0} } }
            """));
        wrong.ExpectCodes("[invalid]application.sessionConfiguration.idleMinutes", "[invalid]application.sessionConfiguration.absoluteHours");
    }

    private static Task<Visit> StartAsync(TestServer server, SessionConfiguration limits) =>
        Visit.StartAsync(server, null, settings => settings with { SessionConfiguration = limits });
}
