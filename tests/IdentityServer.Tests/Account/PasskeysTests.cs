using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Passkeys;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Account;

/// <summary>A person's passkeys in their account.</summary>
public sealed class PasskeysTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string List = "/account/passkeys";
    private const string New = "/account/passkeys/new";

    private TestServer Server => own.Server;

    [Fact]
    public async Task A_passkey_is_added_gets_a_name_and_signs_in()
    {
        var (user, browser) = await SignedInAsync();
        using var _ = browser;
        var authenticator = SoftAuthenticator.For(Server);
        var page = await browser.OpenAsync(New);

        var added = await AddAsync(browser, page, authenticator);
        var named = await browser.SubmitAsync(await browser.FollowAsync(added), ("name", "My <key>"));

        Assert.Equal((HttpStatusCode.SeeOther, List), (named.Status, named.Location));
        Assert.Equal("My <key>", (await browser.FollowAsync(named)).Document.QuerySelector(".passkeys .row-title")!.TextContent.Trim());
        using var visit = await Visit.StartAsync(Server);
        var login = await visit.OpenAsync();
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitPasskeyAsync(login, authenticator.Assert(login.PasskeyRequest()))).Code);
        Assert.Equal(
            ["passkey registered", "passkey renamed"],
            await Server.ReadAsync(db => db.AuditEntries.Where(row => row.Actor == user.Id.ToString() && row.Message.StartsWith("passkey")).OrderBy(row => row.Id).Select(row => row.Message).ToListAsync()));
    }

    [Fact]
    public async Task To_add_and_to_remove_one_asks_for_a_fresh_sign_in()
    {
        var (user, browser) = await SignedInAsync();
        using var _ = browser;
        await Server.AddPasskeyAsync(user);
        var id = (await OnlyAsync(user)).Id;
        Server.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal(HttpStatusCode.OK, (await browser.OpenAsync(List)).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.OpenAsync($"{List}/{id}")).Status);
        foreach (var url in new[] { New, $"{List}/{id}/remove" })
        {
            Assert.Contains("max_age=600", (await browser.OpenAsync(url)).Location, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_passkey_is_removed_after_a_question_and_signs_in_no_more()
    {
        var (user, browser) = await SignedInAsync();
        using var _ = browser;
        var authenticator = await Server.AddPasskeyAsync(user);
        var question = await browser.OpenAsync($"{List}/{(await OnlyAsync(user)).Id}/remove");
        Assert.Single(await Server.Get<PasskeyStore>().OfAsync(user.Id, CancellationToken.None));

        Assert.Equal(List, (await browser.SubmitAsync(question)).Location);

        Assert.Empty(await Server.Get<PasskeyStore>().OfAsync(user.Id, CancellationToken.None));
        using var visit = await Visit.StartAsync(Server);
        var login = await visit.OpenAsync();
        (await visit.Browser.SubmitPasskeyAsync(login, authenticator.Assert(login.PasskeyRequest()))).AssertStep("login");
    }

    [Fact]
    public async Task Who_has_nothing_else_is_told_before_the_last_one_goes()
    {
        var user = await Server.AddUserAsync(change: wanted => wanted with { Password = null });
        var authenticator = await Server.AddPasskeyAsync(user);
        using var browser = Server.NewBrowser();
        var login = await browser.FollowAsync(await browser.OpenAsync(List));
        await browser.FollowAllAsync(await browser.SubmitPasskeyAsync(login, authenticator.Assert(login.PasskeyRequest())));

        var question = await browser.OpenAsync($"{List}/{(await OnlyAsync(user)).Id}/remove");

        Assert.Contains("your only passkey", question.Document.QuerySelector(".notice")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_else_s_passkeys_are_out_of_reach()
    {
        var other = await Server.AddUserAsync();
        await Server.AddPasskeyAsync(other);
        var foreign = await OnlyAsync(other);
        var (user, browser) = await SignedInAsync();
        using var _ = browser;
        await Server.AddPasskeyAsync(user);
        var own = await OnlyAsync(user);

        Assert.Equal(List, (await browser.OpenAsync($"{List}/{foreign.Id}")).Location);
        Assert.Equal(List, (await browser.OpenAsync($"{List}/{foreign.Id}/remove")).Location);
        var page = await browser.OpenAsync($"{List}/{own.Id}/remove");
        await browser.PostAsync($"{List}/{foreign.Id}/remove", [], [KeyValuePair.Create("__csrf", page.Field("__csrf")!)]);

        Assert.Equal(foreign.Id, (await OnlyAsync(other)).Id);
    }

    [Theory]
    [InlineData("someone else's challenge")]
    [InlineData("another browser's challenge")]
    [InlineData("a challenge to sign in")]
    [InlineData("twice")]
    [InlineData("nonsense")]
    public async Task What_was_not_asked_for_is_not_stored(string wrong)
    {
        var (user, browser) = await SignedInAsync();
        using var _ = browser;
        var page = await browser.OpenAsync(New);
        var options = Options(page);
        var authenticator = SoftAuthenticator.For(Server);
        switch (wrong)
        {
            case "someone else's challenge":
                var (_, theirs) = await SignedInAsync();
                options = Options(await theirs.OpenAsync(New));
                break;
            case "another browser's challenge":
                using (var again = Server.NewBrowser())
                {
                    await again.OpenAccountAsync(List, user);
                    options = Options(await again.OpenAsync(New));
                }

                break;
            case "a challenge to sign in":
                options["challenge"] = Server.Get<PasskeyChallenges>().Make(new() { Purpose = PasskeyPurpose.SignIn, UserId = user.Id });
                break;
        }

        JsonNode credential = wrong == "nonsense" ? new JsonObject() : authenticator.Register(options);
        if (wrong == "twice")
        {
            await browser.SubmitAsync(page, ("credential", credential.ToJsonString()));
        }

        var answer = await browser.SubmitAsync(page, ("credential", credential.ToJsonString()));

        Assert.Contains("not accepted", answer.Problems(), StringComparison.Ordinal);
        Assert.Equal(wrong == "twice" ? 1 : 0, (await Server.Get<PasskeyStore>().OfAsync(user.Id, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Another_site_s_post_does_nothing()
    {
        var (user, browser) = await SignedInAsync();
        using var _ = browser;
        await Server.AddPasskeyAsync(user);
        var passkey = await OnlyAsync(user);
        var page = await browser.OpenAsync($"{List}/{passkey.Id}/remove");

        await browser.SubmitAsync(page, [("Origin", "https://evil.example")], []);
        await browser.PostAsync($"{List}/{passkey.Id}/remove", [], []);
        await browser.PostAsync($"{List}/{passkey.Id}", [], [KeyValuePair.Create("name", "mine now")]);
        var added = await browser.OpenAsync(New);
        await browser.PostAsync(New, [], [KeyValuePair.Create("credential", SoftAuthenticator.For(Server).Register(Options(added)).ToJsonString())]);

        var stored = await OnlyAsync(user);
        Assert.Equal((passkey.Id, passkey.Name), (stored.Id, stored.Name));
    }

    [Theory]
    [InlineData("", "Please fill this in.")]
    [InlineData("a\u0001b", "This is not valid.")]
    public async Task A_name_that_does_not_do_is_told_beside_the_field(string name, string message)
    {
        var (user, browser) = await SignedInAsync();
        using var _ = browser;
        await Server.AddPasskeyAsync(user);

        var page = await browser.SubmitAsync(await browser.OpenAsync($"{List}/{(await OnlyAsync(user)).Id}"), ("name", name));

        Assert.Equal(message, page.Document.QuerySelector(".field .error")!.TextContent.Trim());
    }

    [Fact]
    public async Task A_passkey_that_is_there_already_is_not_asked_for_again()
    {
        var (user, browser) = await SignedInAsync();
        using var _ = browser;
        var authenticator = await Server.AddPasskeyAsync(user);

        var excluded = Options(await browser.OpenAsync(New))["excludeCredentials"]!.AsArray();

        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(authenticator.CredentialId), excluded.Single()!["id"]!.GetValue<string>());
    }

    private static JsonNode Options(BrowserPage page) => JsonNode.Parse(page.Form.GetAttribute("data-passkey-create")!)!;

    private static Task<BrowserPage> AddAsync(Browser browser, BrowserPage page, SoftAuthenticator authenticator) =>
        browser.SubmitAsync(page, ("credential", authenticator.Register(Options(page)).ToJsonString()));

    private async Task<Passkey> OnlyAsync(User user) => Assert.Single(await Server.Get<PasskeyStore>().OfAsync(user.Id, CancellationToken.None));

    private async Task<(User User, Browser Browser)> SignedInAsync()
    {
        var user = await Server.AddUserAsync();
        var browser = Server.NewBrowser();
        await browser.OpenAccountAsync(List, user);
        return (user, browser);
    }
}
