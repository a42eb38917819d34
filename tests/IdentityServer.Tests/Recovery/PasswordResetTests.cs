using System.Net;
using IdentityServer.Data;
using IdentityServer.Passkeys;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Recovery;

/// <summary>A new password by mail, and the one that an administrator wants changed.</summary>
public sealed class PasswordResetTests(MailServer own) : IClassFixture<MailServer>
{
    private const string Another = "a quite different password";

    private readonly TestServer server = own.Server;

    [Theory, OnEachDatabase]
    public async Task Who_forgot_the_password_chooses_another_and_comes_back_to_the_same_request(DatabaseProvider provider)
    {
        await using var other = await Mailbox.StartServerAsync(provider, "RateLimits:Enabled=false");
        using var visit = await Visit.StartAsync(other);
        var tokens = await visit.Party.GetTokensAsync(visit.User, ("scope", "openid offline_access"));
        var call = visit.Party.Call();

        var page = await ForgetAsync(visit, call, visit.User.Email!);
        Assert.Equal("Choose a new password", page.Document.QuerySelector("h1")!.TextContent);
        Assert.Contains(visit.User.Email!, page.Body, StringComparison.Ordinal);
        var done = await visit.Browser.SubmitAsync(page, ("user.password", Another));
        var login = await visit.Browser.OpenAsync(done.Document.QuerySelector("a.primary")!.GetAttribute("href")!);

        Assert.Null(visit.Browser.Cookie("session"));
        login.AssertStep("login");
        var old = await visit.Browser.SubmitLoginAsync(login, visit.User);
        old.AssertStep("login");
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(old, ("loginId", visit.User.Email!), ("password", Another)));
        Assert.Equal(call["state"], answer["state"]);
        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Contains("was changed", (await other.MailToAsync(visit.User.Email!, 2)).Subject, StringComparison.Ordinal);
        Assert.Contains("This link doesn", (await visit.Browser.OpenAsync(page.Url)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_sign_ins_stay_if_the_person_wishes()
    {
        using var visit = await Visit.StartAsync(server);
        await ProveAsync(visit.User);
        var tokens = await visit.Party.GetTokensAsync(visit.User, ("scope", "openid offline_access"));
        var page = await ForgetAsync(visit, visit.Party.Call(), visit.User.Email!);
        page.Document.QuerySelector("input[name=signOut]")!.RemoveAttribute("checked");
        await visit.Browser.SubmitAsync(page, ("user.password", Another));

        Assert.Null((await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
    }

    [Fact]
    public async Task Whoever_asks_sees_the_same_whether_or_not_there_is_an_account()
    {
        using var visit = await Visit.StartAsync(server);
        var nobody = TestServer.NewEmail();
        var there = await AskAsync(visit, visit.User.Email!);
        var notThere = await AskAsync(visit, nobody);

        Assert.Equal(there.Status, notThere.Status);
        Assert.Equal(Neutral(there, visit.User.Email!), Neutral(notThere, nobody));
        await server.MailToAsync(visit.User.Email!);
        await server.SettledAsync();
        Assert.Empty(server.SentTo(nobody));
        var again = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(notThere, ("decision", "resend")));
        Assert.Contains("Another mail is on its way", again.Body, StringComparison.Ordinal);

        static string Neutral(BrowserPage page, string address) => System.Text.RegularExpressions.Regex.Replace(
            page.Document.QuerySelector("main")!.InnerHtml.Replace(address, "", StringComparison.Ordinal),
            "[0-9a-f-]{36}|value=\"[^\"]*\"|shown-code\">[^<]*", "");
    }

    [Fact]
    public async Task Somebody_who_is_shut_out_gets_no_mail()
    {
        using var visit = await Visit.StartAsync(server);
        await server.DeactivateAsync(visit.User);
        await AskAsync(visit, visit.User.Email!);
        await server.SettledAsync();

        Assert.Empty(server.SentTo(visit.User.Email!));
    }

    [Fact]
    public async Task After_some_mails_no_more_are_sent_and_nobody_is_told()
    {
        await using var limited = await Mailbox.StartServerAsync();
        using var visit = await Visit.StartAsync(limited);
        for (var number = 0; number < 10; number++)
        {
            Assert.NotNull((await AskAsync(visit, visit.User.Email!)).Document.QuerySelector("input[name=code]"));
        }

        await limited.SettledAsync();
        Assert.Equal(8, limited.SentTo(visit.User.Email!).Count);
        var newest = await visit.Browser.OpenAsync(limited.SentTo(visit.User.Email!)[^1].LinkPath());
        Assert.Equal("Choose a new password?", newest.Document.QuerySelector("h1")!.TextContent);
    }

    [Fact]
    public async Task A_link_opened_elsewhere_lets_only_the_browser_that_asked_go_on()
    {
        using var visit = await Visit.StartAsync(server);
        using var phone = server.NewBrowser();
        var waiting = await AskAsync(visit, visit.User.Email!);
        var link = await phone.OpenAsync((await server.MailToAsync(visit.User.Email!)).LinkPath());
        var confirmed = await phone.SubmitAsync(link, ("code", waiting.WaitingCode()));

        Assert.Null(confirmed.Location);
        var id = waiting.Url.Split('/')[^1];
        Assert.Contains("This link doesn", (await phone.OpenAsync("/password/new/" + id)).Body, StringComparison.Ordinal);
        Assert.NotNull((await visit.Browser.OpenAsync("/password/new/" + id)).Document.QuerySelector("input[autocomplete=new-password]"));
    }

    [Fact]
    public async Task An_unconfirmed_link_opens_no_page()
    {
        using var visit = await Visit.StartAsync(server);
        var id = (await AskAsync(visit, visit.User.Email!)).Url.Split('/')[^1];

        Assert.Contains("This link doesn", (await visit.Browser.OpenAsync("/password/new/" + id)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_password_is_refused_beside_its_field_and_the_link_still_works()
    {
        using var visit = await Visit.StartAsync(server);
        var page = await ForgetAsync(visit, visit.Party.Call(), visit.User.Email!);
        var refused = await visit.Browser.SubmitAsync(page, ("user.password", "short"));

        Assert.Contains("at least 8", refused.Document.GetElementById("user.password-error")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Your password is set", (await visit.Browser.SubmitAsync(refused, ("user.password", Another))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reset_proves_the_address_and_removes_what_somebody_set_before_that()
    {
        using var visit = await Visit.StartAsync(server);
        using var squatter = server.NewBrowser();
        await visit.Party.SignInAsync(squatter, visit.User);
        await server.Get<Database>().WriteAsync(
            (db, _) =>
            {
                db.Passkeys.Add(new Passkey { Id = Guid.NewGuid(), UserId = visit.User.Id, CredentialId = Guid.NewGuid().ToByteArray(), PublicKey = [1], Name = "x", AttestationObject = [1], ClientDataJson = [1], CreatedAt = server.Clock.GetUtcNow() });
                return Task.CompletedTask;
            },
            default);
        var page = await ForgetAsync(visit, visit.Party.Call(), visit.User.Email!);
        page.Document.QuerySelector("input[name=signOut]")!.RemoveAttribute("checked");
        await visit.Browser.SubmitAsync(page, ("user.password", Another));

        var stored = await server.Get<People>().GetAsync(visit.User.Id, default);
        Assert.True(stored.Verified);
        Assert.Equal(0, await server.ReadAsync(db => db.Passkeys.CountAsync(row => row.UserId == visit.User.Id)));
        (await squatter.OpenAsync(visit.Party.Call().Url)).AssertStep("login");
    }

    [Fact]
    public async Task A_change_of_the_password_ends_links_that_were_mailed_before()
    {
        using var visit = await Visit.StartAsync(server);
        await AskAsync(visit, visit.User.Email!);
        var mail = await server.MailToAsync(visit.User.Email!);
        await server.Get<People>().UpdateAsync(visit.User.Id, user => UserDetails.Of(user), Another, "test", default);

        Assert.Contains("This link doesn", (await visit.Browser.OpenAsync(mail.LinkPath())).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_sites_post_asks_for_nothing()
    {
        using var visit = await Visit.StartAsync(server);
        var page = await visit.Browser.OpenAsync("/password/forgot");
        var refused = await visit.Browser.SubmitAsync(page, [("Origin", "https://evil.example")], [("loginId", visit.User.Email!)]);

        Assert.Equal(HttpStatusCode.OK, refused.Status);
        Assert.Contains("open for too long", refused.Body, StringComparison.Ordinal);
        await server.SettledAsync();
        Assert.Empty(server.SentTo(visit.User.Email!));
    }

    [Fact]
    public async Task Without_mail_nothing_is_offered()
    {
        using var visit = await Visit.StartAsync();

        Assert.Empty((await visit.OpenAsync()).Document.QuerySelectorAll("a[href^='/password/forgot']"));
        Assert.Equal(HttpStatusCode.NotFound, (await visit.Browser.OpenAsync("/password/forgot")).Status);
    }

    [Fact]
    public async Task A_password_that_an_administrator_wants_changed_is_changed_on_the_way_in()
    {
        using var visit = await Visit.StartAsync(server);
        var user = await server.AddUserAsync(change: user => user with { PasswordChangeRequired = true });
        var call = visit.Party.Call();
        var page = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), user);
        page.AssertStep("changePassword");

        Assert.Equal("interaction_required", AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none")))["error"]);
        Assert.StartsWith("/oauth2/authorize", (await visit.Browser.OpenAsync("/account")).Location, StringComparison.Ordinal);
        var same = await visit.Browser.SubmitAsync(page, ("user.password", TestServer.Password));
        Assert.Contains("the password that you have", same.Document.GetElementById("user.password-error")!.TextContent, StringComparison.Ordinal);
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(same, ("user.password", Another)));

        Assert.Equal(call["state"], answer["state"]);
        await visit.Party.VerifyIdTokenAsync(await visit.Party.RedeemAsync(call, answer), call);
        Assert.False((await server.Get<People>().GetAsync(user.Id, default)).PasswordChangeRequired);
    }

    private static async Task<BrowserPage> AskAsync(Visit visit, string loginId)
    {
        var page = await visit.Browser.OpenAsync("/password/forgot");
        return await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(page, ("loginId", loginId)));
    }

    // From the login page to the page that asks for the new password.
    private static async Task<BrowserPage> ForgetAsync(Visit visit, AuthorizeCall call, string loginId)
    {
        var login = await visit.Browser.OpenAsync(call.Url);
        var page = await visit.Browser.OpenAsync(login.Document.QuerySelector("a[href^='/password/forgot']")!.GetAttribute("href")!);
        await visit.Browser.SubmitAsync(page, ("loginId", loginId));
        var link = await visit.Browser.OpenAsync((await visit.Server.MailToAsync(loginId)).LinkPath());
        return await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(link));
    }

    private Task<int> ProveAsync(User user) => server.Get<Database>().WriteAsync(
        (db, token) => db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Verified, true), token), default);
}
