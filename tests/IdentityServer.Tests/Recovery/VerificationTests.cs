using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Recovery;

/// <summary>Proving the address: after registering, at the gate of an application, in the account.</summary>
public sealed class VerificationTests(MailServer own) : IClassFixture<MailServer>
{
    private readonly TestServer server = own.Server;

    [Fact]
    public async Task Who_registers_is_mailed_a_link_and_userinfo_and_refresh_tell_at_once_that_the_address_is_proven()
    {
        using var visit = await StartAsync(UnverifiedBehavior.Allow);
        var (call, email) = (visit.Party.Call(("scope", "openid email offline_access")), TestServer.NewEmail());
        var tokens = await visit.Party.RedeemAsync(call, AuthorizeAnswer.Read(await RegisterAsync(visit, call, email)));
        Assert.False((await visit.Party.GetUserInfoAsync(tokens.AccessToken)).Json.GetProperty("email_verified").GetBoolean());

        var done = await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync((await server.MailToAsync(email)).LinkPath()));

        Assert.Equal("Your address is confirmed", done.Document.QuerySelector("h1")!.TextContent);
        Assert.True((await visit.Party.GetUserInfoAsync(tokens.AccessToken)).Json.GetProperty("email_verified").GetBoolean());
        var refreshed = await visit.Party.RefreshAsync(tokens.RefreshToken);
        Assert.True((await visit.Party.GetUserInfoAsync(refreshed.AccessToken)).Json.GetProperty("email_verified").GetBoolean());
    }

    [Fact]
    public async Task Who_signs_in_unproven_asks_for_the_mail_and_may_ask_again()
    {
        using var visit = await StartAsync(UnverifiedBehavior.Gated);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        page.AssertStep("verifyEmail");
        await server.SettledAsync();
        Assert.Empty(server.SentTo(visit.User.Email!));

        var waiting = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(page));
        var again = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(waiting, ("decision", "resend")));
        var mails = await server.MailsToAsync(visit.User.Email!, 2);

        Assert.Contains("This link doesn", (await visit.Browser.OpenAsync(mails[0].LinkPath())).Body, StringComparison.Ordinal);
        var confirmed = await visit.Browser.SubmitAsync(again, ("code", mails[1].Code()));
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.FollowAsync(confirmed)).Code);
    }

    [Fact]
    public async Task Tokens_of_an_unproven_person_are_worth_nothing_where_the_gate_stands_at_tokens()
    {
        using var visit = await Visit.StartAsync(server);
        var tokens = await visit.Party.GetTokensAsync(visit.User, ("scope", "openid offline_access"));
        await server.ChangeAsync(visit.Party.Application, (_, stored) => stored.Settings = System.Text.Json.JsonSerializer.Serialize(
            visit.Party.Application.Settings with { Unverified = new() { Behavior = UnverifiedBehavior.GatedTokens } }, ApplicationSettings.Json));

        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal("invalid_token", (await visit.Party.GetUserInfoAsync(tokens.AccessToken)).Error);
    }

    [Fact]
    public async Task Somebody_without_an_address_has_none_to_prove()
    {
        using var visit = await StartAsync(UnverifiedBehavior.GatedTokens);
        var user = await server.AddUserAsync(change: user => user with { Email = null, Username = "user" + Guid.NewGuid().ToString("N")[..10] });

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), user)).Code);
    }

    [Fact]
    public async Task The_mail_of_a_registration_proves_nothing_in_another_browser_without_the_code_on_the_screen()
    {
        using var visit = await StartAsync(UnverifiedBehavior.Allow);
        using var owner = server.NewBrowser();
        var email = TestServer.NewEmail();
        await RegisterAsync(visit, visit.Party.Call(), email);
        var link = await owner.OpenAsync((await server.MailToAsync(email)).LinkPath());
        var refused = await owner.SubmitAsync(link, ("code", (await server.MailToAsync(email)).Code()));

        Assert.Contains("not the right code", refused.Problems(), StringComparison.Ordinal);
        Assert.False((await server.Get<People>().FindByLoginIdAsync(email, default))!.Verified);
    }

    [Fact]
    public async Task In_the_account_the_address_is_proven_too()
    {
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();
        var page = await browser.OpenAccountAsync("/account/email", user);
        var waiting = await browser.FollowAsync(await browser.SubmitAsync(page, ("decision", "verify")));
        var confirmed = await browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(user.Email!)).Code()));

        Assert.Equal("/account/email", confirmed.Location);
        Assert.True((await server.Get<People>().GetAsync(user.Id, default)).Verified);
    }

    private Task<Visit> StartAsync(UnverifiedBehavior behavior) => Visit.StartAsync(server, null, settings => settings with
    {
        RegistrationConfiguration = new() { Enabled = true },
        Unverified = new() { Behavior = behavior },
    });

    private static async Task<BrowserPage> RegisterAsync(Visit visit, AuthorizeCall call, string email) => await visit.Browser.SubmitAsync(
        await visit.Browser.OpenAsync(call.RegisterUrl), ("user.fullName", "Ada Lovelace"), ("user.email", email), ("user.password", TestServer.Password));
}
