using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Steps;

/// <summary>Somebody else's application gets only what the person allowed it (OpenID Connect Core §3.1.2.4).</summary>
public sealed class ConsentTests
{
    [Fact]
    public async Task Somebody_else_s_application_asks_once_and_is_remembered()
    {
        using var visit = await Visit.StartThirdPartyAsync();

        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        page.AssertStep("consent");

        Assert.NotEmpty(AuthorizeAnswer.Read(await Allow(visit, page)).Code);
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none"))).Code);
    }

    [Fact]
    public async Task It_asks_again_for_more_and_then_remembers_both()
    {
        using var visit = await Visit.StartThirdPartyAsync();
        await Allow(visit, await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(("scope", "openid email")), visit.User));
        var call = visit.Party.Call(("scope", "openid phone"), ("prompt", "none"));

        AuthorizeAnswer.Read(await visit.Browser.OpenAsync(call.Url)).AssertRefused(visit.Server, call, "consent_required", "consent_required", "must give consent");
        await Allow(visit, await visit.OpenAsync(("scope", "openid phone")));

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.OpenAsync(("scope", "openid email phone"), ("prompt", "none"))).Code);
    }

    [Fact]
    public async Task Who_refuses_goes_back_with_that_and_nothing_is_remembered()
    {
        using var visit = await Visit.StartThirdPartyAsync();
        var call = visit.Party.Call();
        var page = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);

        AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, ("decision", "deny")))
            .AssertRefused(visit.Server, call, "access_denied", "consent_canceled", "refused");
        (await visit.OpenAsync()).AssertStep("consent");
    }

    [Theory]
    [InlineData("")]
    [InlineData("ALLOW")]
    [InlineData("yes")]
    public async Task Anything_but_a_clear_answer_asks_again(string decision)
    {
        using var visit = await Visit.StartThirdPartyAsync();
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);

        (await visit.Browser.SubmitAsync(page, ("decision", decision))).AssertStep("consent");
    }

    [Fact]
    public async Task Prompt_consent_asks_those_who_allowed_it_before_and_for_our_own_applications_too()
    {
        using var theirs = await Visit.StartThirdPartyAsync();
        await Allow(theirs, await theirs.Browser.SubmitLoginAsync(await theirs.OpenAsync(), theirs.User));
        using var ours = await Visit.StartAsync();
        await ours.SignInAsync();

        (await theirs.OpenAsync(("prompt", "consent"))).AssertStep("consent");
        var page = await ours.OpenAsync(("prompt", "consent"));
        page.AssertStep("consent");
        Assert.NotEmpty(AuthorizeAnswer.Read(await Allow(ours, page)).Code);
    }

    [Fact]
    public async Task Our_own_application_does_not_ask()
    {
        using var visit = await Visit.StartAsync();

        Assert.NotEmpty((await visit.SignInAsync()).Code);
    }

    [Fact]
    public async Task One_person_s_consent_is_not_another_s_and_one_application_s_not_another_s()
    {
        using var visit = await Visit.StartThirdPartyAsync();
        await Allow(visit, await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User));
        using var other = visit with { Browser = visit.Server.NewBrowser(), User = await visit.Server.AddUserAsync() };
        var elsewhere = await RelyingParty.AddAsync(visit.Server, oauth => oauth with { Relationship = Relationship.ThirdParty });

        (await other.Browser.SubmitLoginAsync(await other.OpenAsync(), other.User)).AssertStep("consent");
        (await visit.Browser.OpenAsync(elsewhere.Call().Url)).AssertStep("consent");
    }

    [Fact]
    public async Task The_page_names_who_asks_where_it_goes_for_whom_and_what_for()
    {
        using var visit = await Visit.StartThirdPartyAsync();
        await DefineScopeAsync(visit, "orders", "See your orders", "And when they arrive.");

        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(("scope", "openid email orders")), visit.User);

        page.AssertStep("consent");
        Assert.Contains(visit.Party.Application.Name, page.Document.QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("app.example", page.Body, StringComparison.Ordinal);
        Assert.Contains(visit.User.Email!, page.Body, StringComparison.Ordinal);
        var titles = page.Document.QuerySelectorAll(".scope-title").Select(element => element.TextContent);
        Assert.Equal(["Recognise you", "See your e-mail address", "See your orders"], titles.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_native_application_without_a_host_is_named_by_its_scheme()
    {
        const string RedirectUri = "com.example.app:/callback";
        using var visit = await Visit.StartAsync(null, oauth => oauth with { Relationship = Relationship.ThirdParty, AuthorizedRedirectUrls = [RedirectUri] });

        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(("redirect_uri", RedirectUri)), visit.User);

        Assert.Contains("com.example.app", page.Body, StringComparison.Ordinal);
        Assert.Equal(RedirectUri, AuthorizeAnswer.Read(await Allow(visit, page)).Address);
    }

    [Fact]
    public async Task Only_what_was_allowed_is_granted()
    {
        using var visit = await Visit.StartThirdPartyAsync();
        var call = visit.Party.Call(("scope", "openid email"));
        var page = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);

        var tokens = await visit.Party.RedeemAsync(call, AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, ("decision", "allow"), ("scope", "openid email phone"))));

        Assert.Equal("openid email", tokens.Json.GetProperty("scope").GetString());
    }

    private static Task<BrowserPage> Allow(Visit visit, BrowserPage page) => visit.Browser.SubmitAsync(page, ("decision", "allow"));

    private static async Task DefineScopeAsync(Visit visit, string name, string message, string detail)
    {
        var now = visit.Server.Clock.GetUtcNow();
        await visit.Server.Get<Database>().WriteAsync(
            async (db, token) =>
            {
                var application = await db.Applications.Include(row => row.Scopes).SingleAsync(row => row.Id == visit.Party.Application.Id, token);
                application.Scopes.Add(new StoredScope
                {
                    Id = Guid.CreateVersion7(),
                    ApplicationId = application.Id,
                    Name = name,
                    DefaultConsentMessage = message,
                    DefaultConsentDetail = detail,
                    CreatedAt = now,
                    UpdatedAt = now,
                });
                await CatalogVersion.BumpAsync(db, token);
            },
            CancellationToken.None);
        await visit.Server.Get<CatalogRefresh>().RefreshAsync(CancellationToken.None);
    }
}
