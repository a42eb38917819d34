using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Recovery;

/// <summary>A change of address, and taking it back.</summary>
public sealed class EmailChangeTests(MailServer own) : IClassFixture<MailServer>
{
    private readonly TestServer server = own.Server;

    [Theory, OnEachDatabase]
    public async Task The_old_address_counts_until_the_new_one_is_proven(DatabaseProvider provider)
    {
        await using var other = await Mailbox.StartServerAsync(provider);
        var (user, email) = (await AddAsync(other), TestServer.NewEmail());
        using var browser = other.NewBrowser();
        var waiting = await AskAsync(other, browser, user, email);
        Assert.Equal(user.Email, (await other.Get<People>().GetAsync(user.Id, default)).Email);

        var confirmed = await browser.SubmitAsync(waiting, ("code", (await other.MailToAsync(email)).Code()));

        Assert.Equal("/account/email", confirmed.Location);
        var changed = await other.Get<People>().GetAsync(user.Id, default);
        Assert.Equal((email, true), (changed.Email, changed.Verified));
        Assert.Null(await other.Get<People>().FindByLoginIdAsync(user.Email!, default));
        Assert.Equal(
            ["Your e-mail address is to be changed", "Your e-mail address was changed"], (await other.MailsToAsync(user.Email!, 2)).Select(mail => mail.Subject));
    }

    [Fact]
    public async Task The_old_address_takes_the_change_back_and_whoever_made_it_is_shut_out()
    {
        var (user, email) = (await AddAsync(server), TestServer.NewEmail());
        using var thief = server.NewBrowser();
        using var owner = server.NewBrowser();
        var waiting = await AskAsync(server, thief, user, email);
        await thief.SubmitAsync(waiting, ("code", (await server.MailToAsync(email)).Code()));

        // A second change, and the end of all pending links, do not help the thief.
        var further = TestServer.NewEmail();
        await thief.SubmitAsync(await AskOnAsync(thief, further), ("code", (await server.MailToAsync(further)).Code()));
        var warning = await server.MailToAsync(user.Email!);
        var done = await owner.SubmitAsync(await owner.OpenAsync(warning.LinkPath()), ("code", warning.Code()));

        Assert.Equal("Your account is safe", done.Document.QuerySelector("h1")!.TextContent);
        var back = await server.Get<People>().GetAsync(user.Id, default);
        Assert.Equal((user.Email, true, null), (back.Email, back.Verified, back.PasswordHash));
        Assert.StartsWith("/oauth2/authorize", (await thief.OpenAsync("/account/email")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_waits_is_stopped()
    {
        var (user, email) = (await AddAsync(server), TestServer.NewEmail());
        using var thief = server.NewBrowser();
        using var owner = server.NewBrowser();
        var waiting = await AskAsync(server, thief, user, email);
        var warning = await server.MailToAsync(user.Email!);
        await owner.SubmitAsync(await owner.OpenAsync(warning.LinkPath()), ("code", warning.Code()));
        await thief.SubmitAsync(waiting, ("code", (await server.MailToAsync(email)).Code()));

        Assert.Equal(user.Email, (await server.Get<People>().GetAsync(user.Id, default)).Email);
    }

    [Fact]
    public async Task Pressing_the_warnings_link_alone_changes_nothing()
    {
        var user = await AddAsync(server);
        using var browser = server.NewBrowser();
        using var scanner = server.NewBrowser();
        await AskAsync(server, browser, user, TestServer.NewEmail());
        await scanner.SubmitAsync(await scanner.OpenAsync((await server.MailToAsync(user.Email!)).LinkPath()));

        Assert.NotNull((await server.Get<People>().GetAsync(user.Id, default)).PasswordHash);
    }

    [Fact]
    public async Task An_address_that_somebody_has_looks_the_same_and_its_owner_is_told()
    {
        var (user, other, free) = (await AddAsync(server), await server.AddUserAsync(), TestServer.NewEmail());
        using var browser = server.NewBrowser();
        var page = await browser.OpenAccountAsync("/account/email", user);
        var taken = await browser.SubmitAsync(page, ("user.email", other.Email!));
        var takenWaits = await browser.FollowAsync(taken);
        var fresh = await browser.SubmitAsync(page, ("user.email", free));

        Assert.Equal((fresh.Status, fresh.Body, fresh.CookieNames()), (taken.Status, taken.Body, taken.CookieNames()));
        Assert.Equal((await browser.FollowAsync(fresh)).Faceless(free), takenWaits.Faceless(other.Email!));
        Assert.Equal("Somebody wanted to use your address", (await server.MailToAsync(other.Email!)).Subject);
    }

    [Fact]
    public async Task Whose_address_is_typed_again_and_again_is_told_a_few_times_only()
    {
        await using var limited = await Mailbox.StartServerAsync();
        var owner = await limited.AddUserAsync();
        for (var person = 0; person < 5; person++)
        {
            var user = await AddAsync(limited);
            using var browser = limited.NewBrowser();
            var page = await browser.OpenAccountAsync("/account/email", user);
            await browser.SubmitAsync(page, ("user.email", owner.Email!));
            await browser.SubmitAsync(page, ("user.email", owner.Email!));
        }

        await limited.SettledAsync();
        Assert.Equal(8, limited.SentTo(owner.Email!).Count);
    }

    [Fact]
    public async Task Who_is_shut_out_is_told_nothing()
    {
        var (user, other) = (await AddAsync(server), await server.AddUserAsync());
        await server.Get<People>().DeactivateAsync(other.Id, "test", default);
        using var browser = server.NewBrowser();
        var waiting = await AskAsync(server, browser, user, other.Email!);

        Assert.NotNull(waiting.Document.QuerySelector("input[name=code]"));
        await server.SettledAsync();
        Assert.Empty(server.SentTo(other.Email!));
    }

    [Theory, OnEachDatabase]
    public async Task An_address_that_two_people_prove_at_once_is_one_persons(DatabaseProvider provider)
    {
        await using var other = await Mailbox.StartServerAsync(provider);
        var (first, second, email) = (await AddAsync(other), await AddAsync(other), TestServer.NewEmail());
        using var one = other.NewBrowser();
        using var two = other.NewBrowser();
        var waitingOne = await AskAsync(other, one, first, email);
        await other.MailsToAsync(email, 1);
        var waitingTwo = await AskAsync(other, two, second, email);
        var codes = (await other.MailsToAsync(email, 2)).Select(mail => mail.Code()).ToList();

        var answers = await Task.WhenAll(one.SubmitAsync(waitingOne, ("code", codes[0])), two.SubmitAsync(waitingTwo, ("code", codes[1])));

        Assert.Single(answers, answer => answer.Location == "/account/email");
        Assert.DoesNotContain(answers, answer => (int)answer.Status >= 500);
        Assert.Single(await other.Get<Database>().ReadAsync((db, token) => db.Users.Where(row => row.Email == email).ToListAsync(token), default));
    }

    [Theory]
    [InlineData("ada", "look like an e-mail address")]
    [InlineData("", "look like an e-mail address")]
    public async Task What_is_no_address_is_refused_beside_its_field(string typed, string problem)
    {
        var user = await AddAsync(server);
        using var browser = server.NewBrowser();
        var page = await browser.OpenAccountAsync("/account/email", user);
        var refused = await browser.SubmitAsync(page, ("user.email", typed));

        Assert.Contains(problem, refused.Document.GetElementById("user.email-error")!.TextContent, StringComparison.Ordinal);
    }

    private static async Task<BrowserPage> AskAsync(TestServer server, Browser browser, User user, string email)
    {
        var page = await browser.OpenAccountAsync("/account/email", user);
        Assert.Contains(user.Email!, page.Body, StringComparison.Ordinal);
        return await browser.FollowAsync(await browser.SubmitAsync(page, ("user.email", email)));
    }

    private static async Task<BrowserPage> AskOnAsync(Browser browser, string email) =>
        await browser.FollowAsync(await browser.SubmitAsync(await browser.OpenAsync("/account/email"), ("user.email", email)));

    private static async Task<User> AddAsync(TestServer server)
    {
        var user = await server.AddUserAsync();
        await server.Get<Database>().WriteAsync(
            (db, token) => db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Verified, true), token), default);
        return user;
    }
}
