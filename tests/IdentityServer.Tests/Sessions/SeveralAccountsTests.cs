using System.Net;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Sessions;

/// <summary>Several people, or several accounts of one, in one browser.</summary>
public sealed class SeveralAccountsTests(OwnServer own) : IClassFixture<OwnServer>
{
    private TestServer Server => own.Server;

    [Theory]
    [OnEachDatabase]
    public async Task The_picker_offers_all_who_are_signed_in_and_goes_on_as_the_one_who_is_chosen(DatabaseProvider provider)
    {
        using var visit = await Visit.StartAsync(await TestServer.SharedAsync(provider));
        var (ada, eve) = (visit.User, await visit.Server.AddUserAsync(change: wanted => wanted with { FullName = "Eve" }));
        await visit.SignInAsync();
        await SignInBesideAsync(visit, eve);

        var page = await visit.OpenAsync(("prompt", "select_account"));
        page.AssertStep("select_account");
        Assert.Equal(["Eve", "Ada Lovelace"], page.Document.QuerySelectorAll("button.account .account-name").Select(name => name.TextContent));
        Assert.Equal(ada.Id, await ChooseAsync(visit, 1, ("prompt", "select_account")));

        // The choice lasts: the chosen one is the current one now.
        Assert.Equal(ada.Id, await SubjectAsync(visit));
        Assert.Contains(ada.Email!, (await visit.Browser.OpenAsync("/")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_in_changes_the_id_and_leaves_one_session_to_each()
    {
        using var visit = await Visit.StartAsync(Server);
        var eve = await Server.AddUserAsync();
        await visit.SignInAsync();
        var first = visit.Browser.Cookie("session");
        await SignInBesideAsync(visit, eve);
        Assert.NotEqual(first, visit.Browser.Cookie("session"));
        Assert.Equal(first, visit.Browser.Cookie("sessions"));

        await SignInBesideAsync(visit, visit.User);

        Assert.DoesNotContain(first!, visit.Browser.Cookie("sessions")! + visit.Browser.Cookie("session"), StringComparison.Ordinal);
        Assert.Equal(1, await Server.ReadAsync(db => Task.FromResult(db.Sessions.Count(row => row.UserId == visit.User.Id && row.EndedAt == null))));
        Assert.Equal(1, await Server.ReadAsync(db => Task.FromResult(db.Sessions.Count(row => row.UserId == eve.Id && row.EndedAt == null))));
    }

    [Fact]
    public async Task A_hint_finds_its_person_silently_and_changes_nothing()
    {
        using var visit = await Visit.StartAsync(Server);
        var eve = await Server.AddUserAsync();
        var hint = (await visit.Party.GetTokensAsync(visit.Browser, visit.User)).IdToken;
        await SignInBesideAsync(visit, eve);

        Assert.Equal(visit.User.Id, await SubjectAsync(visit, ("id_token_hint", hint), ("prompt", "none")));
        Assert.Equal(visit.User.Id, await SubjectAsync(visit, ("login_hint", visit.User.Email!.ToUpperInvariant()), ("prompt", "none")));
        Assert.Equal(eve.Id, await SubjectAsync(visit, ("login_hint", "nobody@example.com"), ("prompt", "none")));
        Assert.Equal(eve.Id, await SubjectAsync(visit));
    }

    [Fact]
    public async Task Whoever_signs_in_or_chooses_in_a_request_is_whom_it_is_about_whatever_its_hint_says()
    {
        using var visit = await Visit.StartThirdPartyAsync(Server);
        var (eve, bob) = (await Server.AddUserAsync(), await Server.AddUserAsync());
        await ConsentAsync(visit, visit.User);
        await ConsentAsync(visit, eve, ("prompt", "select_account"));

        // The hint names Eve, and the person signs in as Bob all the same: the consent that follows is Bob's.
        var call = visit.Party.Call(("login_hint", eve.Email), ("prompt", "login"), ("scope", "openid email"));
        var login = await visit.Browser.OpenAsync(call.Url);
        Assert.Equal(eve.Email, login.Field("loginId"));
        var picker = await visit.Browser.OpenAsync(login.Document.QuerySelector("p.aside a")!.GetAttribute("href")!);
        picker.AssertStep("select_account");
        var another = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(picker, ("decision", "another")));
        var consent = await visit.Browser.SubmitAsync(another, ("loginId", bob.Email!), ("password", TestServer.Password));
        consent.AssertStep("consent");
        Assert.Contains(bob.Email!, consent.Body, StringComparison.Ordinal);
        var tokens = await visit.Party.RedeemAsync(call, AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(consent, ("decision", "allow"))));

        Assert.Equal(bob.Id.ToString(), (await visit.Party.VerifyIdTokenAsync(tokens, call)).GetProperty("sub").GetString());
    }

    [Fact]
    public async Task Somebody_elses_session_can_not_be_chosen()
    {
        using var visit = await Visit.StartAsync(Server);
        using var stranger = await Visit.StartAsync(Server);
        await visit.SignInAsync();
        await stranger.SignInAsync();
        var foreign = await Server.ReadAsync(db => Task.FromResult(db.Sessions.Single(row => row.UserId == stranger.User.Id).Id));

        var page = await visit.OpenAsync(("prompt", "select_account"));

        (await visit.Browser.SubmitAsync(page, ("decision", foreign.ToString()))).AssertStep("select_account");
        (await visit.Browser.SubmitAsync(page, ("decision", Guid.NewGuid().ToString()))).AssertStep("select_account");
    }

    [Fact]
    public async Task A_forged_post_chooses_nobody()
    {
        using var visit = await Visit.StartAsync(Server);
        var eve = await Server.AddUserAsync();
        await visit.SignInAsync();
        await SignInBesideAsync(visit, eve);
        var page = await visit.OpenAsync(("prompt", "select_account"));

        await visit.Browser.SubmitAsync(page, ("decision", Choices(page)[1]), ("__csrf", "forged"));

        Assert.Equal(eve.Id, await SubjectAsync(visit));
    }

    [Fact]
    public async Task Signing_out_says_whom_and_leaves_the_others_to_choose_from()
    {
        using var visit = await Visit.StartAsync(Server);
        var eve = await Server.AddUserAsync();
        await visit.SignInAsync();
        await SignInBesideAsync(visit, eve);

        var ask = await visit.Browser.OpenAsync("/oauth2/logout");
        Assert.Equal(eve.Email, ask.Document.QuerySelector(".account-email")!.TextContent);
        await visit.Browser.SubmitAsync(ask, ("decision", "logout"));

        (await visit.OpenAsync()).AssertStep("select_account");
        Assert.Equal("account_selection_required", AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none")))["error"]);
        Assert.Equal(visit.User.Id, await ChooseAsync(visit, 0));
    }

    [Fact]
    public async Task An_applications_sign_out_ends_the_session_of_its_own_person()
    {
        using var visit = await Visit.StartAsync(Server);
        var eve = await Server.AddUserAsync();
        var tokens = await visit.Party.GetTokensAsync(visit.Browser, visit.User, ("scope", "openid offline_access"));
        await SignInBesideAsync(visit, eve);

        await visit.Browser.OpenAsync("/oauth2/logout?id_token_hint=" + tokens.IdToken);

        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal(eve.Id, await SubjectAsync(visit));
        Assert.Equal(1, (await visit.OpenAsync(("prompt", "select_account"))).Document.QuerySelectorAll("button.account").Length);
    }

    [Fact]
    public async Task Everybody_can_be_signed_out_at_once()
    {
        using var visit = await Visit.StartAsync(Server);
        await visit.SignInAsync();
        await SignInBesideAsync(visit, await Server.AddUserAsync());

        await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync("/oauth2/logout"), ("decision", "all"));

        (await visit.OpenAsync()).AssertStep("login");
        Assert.True(string.IsNullOrEmpty(visit.Browser.Cookie("sessions")));
    }

    [Fact]
    public async Task One_who_was_idle_is_not_offered_and_to_be_offered_is_not_to_be_used()
    {
        using var visit = await Visit.StartAsync(Server);
        var eve = await Server.AddUserAsync();
        await visit.SignInAsync();
        await SignInBesideAsync(visit, eve);
        for (var minutes = 0; minutes <= 60; minutes += 20)
        {
            Server.Clock.Advance(TimeSpan.FromMinutes(20));
            await visit.OpenAsync(("prompt", "select_account"));
        }

        Assert.Equal(1, (await visit.OpenAsync(("prompt", "select_account"))).Document.QuerySelectorAll("button.account").Length);
    }

    [Fact]
    public async Task A_browser_holds_five_at_most()
    {
        using var visit = await Visit.StartAsync(Server);
        await visit.SignInAsync();
        for (var more = 0; more < 6; more++)
        {
            await SignInBesideAsync(visit, await Server.AddUserAsync());
        }

        Assert.Equal(5, (await visit.OpenAsync(("prompt", "select_account"))).Document.QuerySelectorAll("button.account").Length);
    }

    [Fact]
    public async Task Account_pages_can_be_switched()
    {
        using var visit = await Visit.StartAsync(Server);
        var eve = await Server.AddUserAsync();
        await visit.SignInAsync();
        await SignInBesideAsync(visit, eve);

        var page = await visit.Browser.FollowAllAsync(await visit.Browser.OpenAsync("/account/switch"));
        var account = await visit.Browser.FollowAllAsync(await visit.Browser.SubmitAsync(page, ("decision", Choices(page)[1])));

        Assert.Equal(HttpStatusCode.OK, account.Status);
        Assert.Contains(visit.User.Email!, account.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(eve.Email!, account.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_of_an_application_ends_its_refresh_tokens_even_when_the_session_has_run_out()
    {
        using var visit = await Visit.StartAsync(Server);
        var tokens = await visit.Party.GetTokensAsync(visit.Browser, visit.User, ("scope", "openid offline_access"));
        Server.Clock.Advance(TimeSpan.FromHours(2));
        (await visit.OpenAsync()).AssertStep("login");

        await visit.Browser.OpenAsync("/oauth2/logout?id_token_hint=" + tokens.IdToken);

        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
    }

    private static List<string> Choices(BrowserPage page) =>
        [.. page.Document.QuerySelectorAll("button.account").Select(button => button.GetAttribute("value")!)];

    private static async Task SignInBesideAsync(Visit visit, User user)
    {
        var page = await visit.OpenAsync(("prompt", "select_account"));
        var login = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(page, ("decision", "another")));
        Assert.NotNull((await visit.Browser.SubmitLoginAsync(login, user)).Location);
    }

    private static async Task ConsentAsync(Visit visit, User user, params (string Name, string? Value)[] changes)
    {
        var page = await visit.OpenAsync(changes);
        if (page.Document.GetElementById("loginId") is null)
        {
            page = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(page, ("decision", "another")));
        }

        var consent = await visit.Browser.SubmitLoginAsync(page, user);
        Assert.NotNull((await visit.Browser.SubmitAsync(consent, ("decision", "allow"))).Location);
    }

    private static async Task<Guid> SubjectAsync(Visit visit, params (string Name, string? Value)[] changes)
    {
        var call = visit.Party.Call(changes);
        return await SubjectAsync(visit, call, await visit.Browser.OpenAsync(call.Url));
    }

    private static async Task<Guid> ChooseAsync(Visit visit, int number, params (string Name, string? Value)[] changes)
    {
        var call = visit.Party.Call(changes);
        var page = await visit.Browser.OpenAsync(call.Url);
        return await SubjectAsync(visit, call, await visit.Browser.SubmitAsync(page, ("decision", Choices(page)[number])));
    }

    private static async Task<Guid> SubjectAsync(Visit visit, AuthorizeCall call, BrowserPage page)
    {
        var tokens = await visit.Party.RedeemAsync(call, AuthorizeAnswer.Read(page));
        return Guid.Parse((await visit.Party.VerifyIdTokenAsync(tokens, call)).GetProperty("sub").GetString()!);
    }
}
