using System.Net;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Registrations;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Account;

/// <summary><c>/account/delete</c>, and the time in which people change their mind.</summary>
public sealed class DeleteTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string Url = "/account/delete";

    private TestServer Server => own.Server;

    [Theory]
    [OnEachDatabase]
    public async Task Whoever_wishes_it_is_signed_out_everywhere_and_asked_at_the_next_sign_in(DatabaseProvider provider)
    {
        using var visit = await Visit.StartAsync(await TestServer.SharedAsync(provider));
        var tokens = await visit.Party.GetTokensAsync(visit.Browser, visit.User, ("scope", "openid offline_access"));

        var deleted = await DeleteAsync(visit.Browser, visit.User);
        Assert.Equal(HttpStatusCode.OK, deleted.Status);
        Assert.Equal("Your account will be deleted", deleted.Document.QuerySelector("h1")!.TextContent);
        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal(HttpStatusCode.Unauthorized, (await visit.Party.GetUserInfoAsync(tokens.AccessToken)).Status);

        // The account pages and every application lead to the question, and only its answer further.
        var call = visit.Party.Call();
        var question = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);
        question.AssertStep("keep_account");
        Assert.Equal("interaction_required", AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none")))["error"]);
        (await visit.Browser.FollowAllAsync(await visit.Browser.OpenAsync("/account"))).AssertStep("keep_account");
        (await visit.Browser.SubmitAsync(question, ("decision", "perhaps"))).AssertStep("keep_account");

        Assert.NotNull(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(question, ("decision", "keep"))).Code);
        Assert.Null((await visit.Server.Get<People>().GetAsync(visit.User.Id, default)).DeletesAt);
        Assert.Equal(HttpStatusCode.OK, (await visit.Browser.OpenAsync("/account")).Status);
    }

    [Fact]
    public async Task Who_leaves_it_to_that_is_signed_out_again()
    {
        using var visit = await Visit.StartAsync(Server);
        await DeleteAsync(visit.Browser, visit.User);
        var call = visit.Party.Call();
        var question = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);

        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(question, ("decision", "leave")));

        Assert.Equal("access_denied", answer["error"]);
        (await visit.Browser.OpenAsync(call.Url)).AssertStep("login");
        var asked = await visit.Browser.OpenAccountAsync("/account", visit.User);
        asked.AssertStep("keep_account");
        Assert.Equal("/", (await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(asked, ("decision", "leave")))).Location);
        Assert.NotNull((await Server.Get<People>().GetAsync(visit.User.Id, default)).DeletesAt);
    }

    [Theory]
    [OnEachDatabase]
    public async Task After_the_time_to_think_the_account_is_gone_and_no_other(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider, null, "Accounts:DeletionGraceDays=3");
        var (gone, stays) = (await server.AddUserAsync(), await server.AddUserAsync());
        using var browser = server.NewBrowser();
        await DeleteAsync(browser, gone);
        var deletion = server.Get<AccountDeletion>();

        server.Clock.Advance(TimeSpan.FromDays(3) - TimeSpan.FromMinutes(1));
        Assert.Equal(0, await deletion.DeleteDueAsync(default));
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await deletion.DeleteDueAsync(default));

        Assert.Null(await server.Get<People>().FindAsync(gone.Id, default));
        Assert.NotNull(await server.Get<People>().FindAsync(stays.Id, default));
        Assert.Equal(0, await server.ReadAsync(db => db.Sessions.CountAsync(row => row.UserId == gone.Id)));
    }

    [Fact]
    public async Task Without_time_to_think_it_is_gone_at_once()
    {
        await using var server = await TestServer.StartAsync("Accounts:DeletionGraceDays=0");
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();

        var deleted = await DeleteAsync(browser, user);

        Assert.Equal("Your account is deleted", deleted.Document.QuerySelector("h1")!.TextContent);
        Assert.Null(await server.Get<People>().FindAsync(user.Id, default));
        Assert.StartsWith("/oauth2/authorize", (await browser.OpenAsync("/account")).Location, StringComparison.Ordinal);
    }

    [Theory]
    [OnEachDatabase]
    public async Task Of_two_administrators_who_go_at_once_one_stays(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        var admins = await Task.WhenAll(AddAdministratorAsync(server), AddAdministratorAsync(server));
        var deletion = server.Get<AccountDeletion>();

        var outcomes = await Task.WhenAll(admins.Select(admin => deletion.RequestAsync(admin.Id, default)));

        Assert.Single(outcomes.OfType<DeletionOutcome.Scheduled>());
        Assert.Single(outcomes.OfType<DeletionOutcome.LastAdministrator>());
    }

    [Fact]
    public async Task The_last_administrator_stays_even_when_the_others_went_after_the_wish()
    {
        await using var server = await TestServer.StartAsync();
        var (first, second) = (await AddAdministratorAsync(server), await AddAdministratorAsync(server));
        using var browser = server.NewBrowser();
        await DeleteAsync(browser, first);
        await server.Get<People>().DeleteAsync(second.Id, "test", default);

        server.Clock.Advance(TimeSpan.FromDays(15));
        Assert.Equal(0, await server.Get<AccountDeletion>().DeleteDueAsync(default));
        Assert.NotNull(await server.Get<People>().FindAsync(first.Id, default));
    }

    [Fact]
    public async Task The_last_administrator_is_told_why_not()
    {
        await using var server = await TestServer.StartAsync();
        var admin = await AddAdministratorAsync(server);
        using var browser = server.NewBrowser();

        var page = await DeleteAsync(browser, admin);

        Assert.Contains("You are the last administrator", page.Document.QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        Assert.Null((await server.Get<People>().GetAsync(admin.Id, default)).DeletesAt);
    }

    [Fact]
    public async Task A_wrong_word_or_a_post_from_elsewhere_deletes_nothing()
    {
        var user = await Server.AddUserAsync();
        using var browser = Server.NewBrowser();
        var page = await browser.OpenAccountAsync(Url, user);

        var wrong = await browser.SubmitAsync(page, ("confirm", "somebody@example.com"));
        await browser.SubmitAsync(page, ("confirm", user.Email!), ("__csrf", "forged"));
        await browser.SubmitAsync(page, [("Origin", "https://evil.example")], [("confirm", user.Email!)]);

        Assert.NotNull(wrong.Document.GetElementById("confirm-error"));
        Assert.Null((await Server.Get<People>().GetAsync(user.Id, default)).DeletesAt);
        Server.Clock.Advance(TimeSpan.FromMinutes(21));
        Assert.StartsWith("/oauth2/authorize", (await browser.SubmitAsync(page, ("confirm", user.Email!))).Location, StringComparison.Ordinal);
        Assert.Null((await Server.Get<People>().GetAsync(user.Id, default)).DeletesAt);
    }

    [Theory]
    [OnEachDatabase]
    public async Task Keeping_and_deleting_at_once_do_not_both_happen(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();
        var past = server.Clock.GetUtcNow().AddMinutes(-1);
        await server.Get<Database>().WriteAsync(
            (db, token) => db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.DeletesAt, past), token), default);
        var deletion = server.Get<AccountDeletion>();

        var kept = Task.Run(() => deletion.KeepAsync(user.Id, default));
        var deleted = Task.Run(() => deletion.DeleteDueAsync(default));
        await Task.WhenAll(kept, deleted);

        Assert.Equal(await kept, await server.Get<People>().FindAsync(user.Id, default) is not null);
    }

    private static async Task<BrowserPage> DeleteAsync(Browser browser, User user) =>
        await browser.SubmitAsync(await browser.OpenAccountAsync(Url, user), ("confirm", user.Email!.ToUpperInvariant()));

    private static async Task<User> AddAdministratorAsync(TestServer server) =>
        (await server.Get<Administrators>().CreateAsync(TestServer.NewEmail(), "Ada Lovelace", TestServer.Password, onlyFirst: false, default)).Expect();
}
