using System.Net;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Account;

/// <summary><c>/account/password</c>.</summary>
public sealed class PasswordTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string Url = "/account/password";
    private const string Another = "a quite different password";

    private TestServer Server => own.Server;

    [Theory]
    [OnEachDatabase]
    public async Task A_new_password_ends_other_sessions_and_their_refresh_tokens_and_leaves_this_browser_alone(DatabaseProvider provider)
    {
        using var visit = await Visit.StartAsync(await TestServer.SharedAsync(provider));
        using var elsewhere = visit.Server.NewBrowser();
        var here = await visit.Party.GetTokensAsync(visit.Browser, visit.User, ("scope", "openid offline_access"));
        var there = await visit.Party.GetTokensAsync(elsewhere, visit.User, ("scope", "openid offline_access"));

        var page = await visit.Browser.OpenAsync(Url);
        var done = await visit.Browser.SubmitAsync(page, ("user.password", Another), ("endOthers", "true"));
        Assert.Equal((HttpStatusCode.SeeOther, Url + "?saved=true"), (done.Status, done.Location));
        Assert.Contains("Your new password counts", (await visit.Browser.FollowAsync(done)).Body, StringComparison.Ordinal);

        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(there.RefreshToken)).Error);
        Assert.Null((await visit.Party.RefreshAsync(here.RefreshToken)).Error);
        (await elsewhere.OpenAsync(visit.Party.Call().Url)).AssertStep("login");
        var old = await elsewhere.SubmitLoginAsync(await elsewhere.OpenAsync(visit.Party.Call().Url), visit.User);
        old.AssertStep("login");
        Assert.NotNull((await elsewhere.SubmitAsync(old, ("loginId", visit.User.Email!), ("password", Another))).Location);
    }

    [Fact]
    public async Task Other_sessions_stay_if_the_person_wishes()
    {
        using var visit = await Visit.StartAsync(Server);
        using var elsewhere = Server.NewBrowser();
        await visit.SignInAsync();
        var there = await visit.Party.GetTokensAsync(elsewhere, visit.User, ("scope", "openid offline_access"));

        // A box that is not ticked is not sent.
        var page = await visit.Browser.OpenAsync(Url);
        page.Document.QuerySelector("input[name=endOthers]")!.RemoveAttribute("checked");
        await visit.Browser.SubmitAsync(page, ("user.password", Another));

        Assert.Null((await visit.Party.RefreshAsync(there.RefreshToken)).Error);
    }

    [Fact]
    public async Task Who_has_none_may_set_one()
    {
        var user = await Server.AddUserAsync();
        using var browser = Server.NewBrowser();
        await browser.OpenAccountAsync(Url, user);
        await Server.Get<Database>().WriteAsync(
            (db, token) => db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.PasswordHash, (string?)null), token), default);

        var page = await browser.OpenAsync(Url);
        Assert.Contains("You sign in without a password so far", page.Body, StringComparison.Ordinal);
        await browser.SubmitAsync(page, ("user.password", Another));

        var stored = await Server.Get<People>().GetAsync(user.Id, default);
        Assert.Equal(PasswordVerdict.Right, await Server.Get<Passwords>().VerifyAsync(stored.PasswordHash, Another, default));
        Assert.NotEqual(user.SecurityStamp, stored.SecurityStamp);
        Assert.Equal("password set", await Server.ReadAsync(db => db.AuditEntries.Where(row => row.Actor == user.Id.ToString()).OrderByDescending(row => row.Id).Select(row => row.Message).FirstAsync()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("password123")]
    public async Task A_bad_one_is_refused_at_the_field(string password)
    {
        var user = await Server.AddUserAsync();
        using var browser = Server.NewBrowser();
        var page = await browser.OpenAccountAsync(Url, user);

        var again = await browser.SubmitAsync(page, ("user.password", password));

        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.NotNull(again.Document.GetElementById("user.password-error"));
        Assert.Equal(user.PasswordHash, (await Server.Get<People>().GetAsync(user.Id, default)).PasswordHash);
    }

    [Fact]
    public async Task An_administrator_needs_a_longer_one()
    {
        var admin = await Server.AddUserAsync(application: Server.Get<ApplicationCatalog>().Find(AdminApplication.Id));
        await Server.Get<Database>().WriteAsync(
            (db, token) => db.Registrations.Where(row => row.UserId == admin.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Roles, [AdminApplication.Role]), token), default);
        using var browser = Server.NewBrowser();
        var page = await browser.OpenAccountAsync(Url, admin);

        var again = await browser.SubmitAsync(page, ("user.password", "fourteen chars"));

        Assert.Contains("at least 15 characters", again.Document.GetElementById("user.password-error")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_of_a_while_ago_does_not_suffice()
    {
        var user = await Server.AddUserAsync();
        using var browser = Server.NewBrowser();
        var page = await browser.OpenAccountAsync(Url, user);

        // Who was let in in time may take as long again to fill it in.
        Server.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.NotNull((await browser.SubmitAsync(page, ("user.password", "short"))).Document.GetElementById("user.password-error"));
        var away = await browser.OpenAsync(Url);
        Assert.Contains("max_age=600", away.Location, StringComparison.Ordinal);
        var login = await browser.FollowAsync(away);
        login.AssertStep("login");
        Assert.Equal(user.Email, login.Field("loginId"));

        Server.Clock.Advance(TimeSpan.FromMinutes(10));
        var late = await browser.SubmitAsync(page, ("user.password", Another));
        Assert.Equal(HttpStatusCode.SeeOther, late.Status);
        Assert.StartsWith("/oauth2/authorize", late.Location, StringComparison.Ordinal);
        Assert.Equal(user.PasswordHash, (await Server.Get<People>().GetAsync(user.Id, default)).PasswordHash);

        var back = await browser.FollowAllAsync(await browser.SubmitLoginAsync(login, user));
        Assert.NotNull(back.Document.GetElementById("user.password"));
    }

    [Fact]
    public async Task A_post_from_elsewhere_changes_nothing()
    {
        var user = await Server.AddUserAsync();
        using var browser = Server.NewBrowser();
        var page = await browser.OpenAccountAsync(Url, user);

        var forged = await browser.SubmitAsync(page, ("user.password", Another), ("__csrf", "forged"));
        var foreign = await browser.SubmitAsync(page, [("Origin", "https://evil.example")], [("user.password", Another)]);

        Assert.All(new[] { forged, foreign }, answer => Assert.Contains("This page was open for too long.", answer.Body, StringComparison.Ordinal));
        Assert.Equal(user.PasswordHash, (await Server.Get<People>().GetAsync(user.Id, default)).PasswordHash);
    }

    [Theory]
    [OnEachDatabase]
    public async Task Of_two_changes_at_once_one_counts(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();
        var changes = server.Get<PasswordChange>();
        var hashes = await Task.WhenAll(Enumerable.Range(0, 4).Select(async number => (await changes.PrepareAsync(user, Another + number, 8, default)).Expect()));

        var done = await Task.WhenAll(hashes.Select(hash => server.Get<Database>().WriteAsync((db, token) => changes.SetAsync(db, user, hash, token), default)));

        Assert.Single(done, true);
    }
}
