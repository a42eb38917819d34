using System.Net;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Account;

/// <summary>People's own page of second factors and trusted browsers.</summary>
public sealed class TwoFactorPageTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string Url = "/account/two-factor";

    private TestServer Server => own.Server;

    [Fact]
    public async Task An_authenticator_is_set_up_and_the_codes_are_shown_once()
    {
        using var visit = await Visit.StartAsync(Server);
        await visit.SignInAsync();
        var page = await visit.Browser.OpenAsync(Url + "/new");
        page.AssertPageHeaders();
        var app = Authenticator.Scan(Server, page);
        Assert.Contains("aria-invalid", (await visit.Browser.SubmitAsync(page, ("code", app.WrongCode))).Body, StringComparison.Ordinal);

        var codes = await visit.Browser.SubmitAsync(page, ("code", app.Code), ("name", "My phone"));

        Assert.Equal(10, codes.Document.QuerySelectorAll(".recovery-codes code").Length);
        var list = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(codes));
        Assert.Equal(HttpStatusCode.OK, list.Status); // Not asked at once for what was just proved.
        Assert.Contains("My phone", list.Body, StringComparison.Ordinal);
        Assert.Contains("10", list.Body, StringComparison.Ordinal);
        using var another = Server.NewBrowser();
        (await another.SubmitLoginAsync(await another.OpenAsync(visit.Party.Call().Url), visit.User)).AssertStep("second_factor");
    }

    [Fact]
    public async Task Another_person_s_offer_counts_for_nothing()
    {
        using var visit = await Visit.StartAsync(Server);
        using var other = await Visit.StartAsync(Server);
        await visit.SignInAsync();
        await other.SignInAsync();
        var theirs = await other.Browser.OpenAsync(Url + "/new");
        var app = Authenticator.Scan(Server, theirs);
        var offer = theirs.Document.QuerySelector("input[name=offer]")!.GetAttribute("value")!;

        await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(Url + "/new"), ("offer", offer), ("code", app.Code));

        Assert.False(await Server.ReadAsync(db => db.TwoFactorMethods.AnyAsync(row => row.UserId == visit.User.Id)));
    }

    [Theory]
    [InlineData("/new")]
    [InlineData("/recovery-codes")]
    [InlineData("/{code}/remove")]
    public async Task Sensitive_pages_ask_for_both_factors_anew(string path)
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await SignInAsync(visit);
        var url = Url + path.Replace("{code}", await CodeAsync(visit.User), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await visit.Browser.OpenAsync(url)).Status);

        Server.Clock.Advance(TimeSpan.FromMinutes(11));
        var login = await visit.Browser.FollowAsync(await visit.Browser.OpenAsync(url));
        login.AssertStep("login");
        var second = await visit.Browser.SubmitLoginAsync(login, visit.User);
        second.AssertStep("second_factor");
        var back = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(second, ("code", app.Code)));
        Assert.Equal(url, back.Location);
        Assert.Equal(HttpStatusCode.OK, (await visit.Browser.FollowAsync(back)).Status);
    }

    [Fact]
    public async Task In_a_trusted_browser_sensitive_pages_ask_for_the_second_factor_all_the_same()
    {
        using var visit = await Visit.StartAsync(Server);
        await SignInAsync(visit, ("trust", "true"));
        visit.Browser.Forget("session");
        await visit.SignInAsync();
        Assert.Equal(HttpStatusCode.OK, (await visit.Browser.OpenAsync(Url)).Status);

        (await visit.Browser.FollowAsync(await visit.Browser.OpenAsync(Url + "/new"))).AssertStep("second_factor");
    }

    [Fact]
    public async Task A_factor_is_named_and_removed_after_a_question()
    {
        using var visit = await Visit.StartAsync(Server);
        await SignInAsync(visit);
        var code = await CodeAsync(visit.User);
        await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync($"{Url}/{code}"), ("name", "Old phone"));
        Assert.Contains("Old phone", (await visit.Browser.OpenAsync(Url)).Body, StringComparison.Ordinal);

        var question = await visit.Browser.OpenAsync($"{Url}/{code}/remove");
        Assert.True(await Server.ReadAsync(db => db.TwoFactorMethods.AnyAsync(row => row.UserId == visit.User.Id)));
        await visit.Browser.SubmitAsync(question);

        Assert.False(await Server.ReadAsync(db => db.TwoFactorMethods.AnyAsync(row => row.UserId == visit.User.Id)));
        Assert.False((await Server.Get<People>().GetAsync(visit.User.Id, CancellationToken.None)).TwoFactorEnabled);
        Assert.Equal(HttpStatusCode.OK, (await visit.Browser.OpenAsync(Url)).Status);
    }

    [Fact]
    public async Task Nobody_reaches_another_s_factor()
    {
        using var visit = await Visit.StartAsync(Server);
        using var other = await Visit.StartAsync(Server);
        await SignInAsync(visit);
        await SignInAsync(other);
        var theirs = await CodeAsync(other.User);

        Assert.Equal(Url, (await visit.Browser.OpenAsync($"{Url}/{theirs}")).Location);
        Assert.Equal(Url, (await visit.Browser.OpenAsync($"{Url}/{theirs}/remove")).Location);
    }

    [Fact]
    public async Task New_recovery_codes_are_shown_once_and_end_the_old()
    {
        using var visit = await Visit.StartAsync(Server);
        await SignInAsync(visit);
        var before = await Server.ReadAsync(db => db.RecoveryCodes.Where(row => row.UserId == visit.User.Id).Select(row => row.Id).ToListAsync());

        var shown = await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(Url + "/recovery-codes"));

        Assert.Equal(10, shown.Document.QuerySelectorAll(".recovery-codes code").Length);
        Assert.False(await Server.ReadAsync(db => db.RecoveryCodes.AnyAsync(row => before.Contains(row.Id))));
    }

    [Fact]
    public async Task Trust_is_listed_and_taken_back()
    {
        using var visit = await Visit.StartAsync(Server);
        await SignInAsync(visit, ("trust", "true"));
        var list = await visit.Browser.OpenAsync(Url);
        var id = list.Document.QuerySelector("button[name=revoke]")!.GetAttribute("value")!;

        await visit.Browser.SubmitAsync(list, ("revoke", id));

        Assert.Null((await visit.Browser.OpenAsync(Url)).Document.QuerySelector("button[name=revoke]"));
        visit.Browser.Forget("session");
        (await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User)).AssertStep("second_factor");
    }

    private async Task<Authenticator> SignInAsync(Visit visit, params (string Name, string Value)[] more)
    {
        var app = await Authenticator.AddAsync(Server, visit.User);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, [("code", app.Code), .. more]));
        return app;
    }

    private Task<string> CodeAsync(User user) => Server.ReadAsync(db => db.TwoFactorMethods.Where(row => row.UserId == user.Id).Select(row => row.Code).SingleAsync());
}
