using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Account;

/// <summary><c>/account/applications</c>.</summary>
public sealed class ApplicationsTests
{
    private const string Url = "/account/applications";

    [Theory]
    [OnEachDatabase]
    public async Task Access_that_is_removed_is_asked_for_again_and_its_tokens_are_dead(DatabaseProvider provider)
    {
        using var visit = await Visit.StartThirdPartyAsync(await TestServer.SharedAsync(provider));
        var call = visit.Party.Call(("scope", "openid email offline_access"));
        var consent = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);
        consent.AssertStep("consent");
        var tokens = await visit.Party.RedeemAsync(call, AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(consent, ("decision", "allow"))));

        var page = await visit.Browser.OpenAsync(Url);
        Assert.Contains("See your e-mail address", page.Document.QuerySelector(".scopes-short")!.TextContent, StringComparison.Ordinal);
        Assert.Equal([visit.Party.Application.Id.ToString()], page.Document.QuerySelectorAll("button[name=revoke]").Select(button => button.GetAttribute("value")));
        var done = await visit.Browser.SubmitAsync(page, ("revoke", visit.Party.Application.Id.ToString()));

        Assert.Contains("No application may see anything", (await visit.Browser.FollowAsync(done)).Body, StringComparison.Ordinal);
        Assert.Equal("invalid_grant", (await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
        Assert.Equal(HttpStatusCode.Unauthorized, (await visit.Party.GetUserInfoAsync(tokens.AccessToken)).Status);
        (await visit.Browser.OpenAsync(call.Url)).AssertStep("consent");
    }

    [Fact]
    public async Task What_nobody_has_given_is_not_there()
    {
        using var visit = await Visit.StartAsync();
        using var other = await Visit.StartAsync();
        await visit.SignInAsync();
        await other.SignInAsync();

        var page = await visit.Browser.OpenAsync(Url);

        Assert.Equal(HttpStatusCode.NotFound, (await visit.Browser.SubmitAsync(page, ("revoke", other.Party.Application.Id.ToString()))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await visit.Browser.SubmitAsync(page, ("revoke", "nonsense"))).Status);
        Assert.NotEmpty((await other.Browser.OpenAsync(Url)).Document.QuerySelectorAll("button[name=revoke]"));
    }

    [Fact]
    public async Task A_post_from_elsewhere_removes_nothing()
    {
        using var visit = await Visit.StartAsync();
        var tokens = await visit.Party.GetTokensAsync(visit.Browser, visit.User, ("scope", "openid offline_access"));
        var page = await visit.Browser.OpenAsync(Url);

        await visit.Browser.SubmitAsync(page, ("revoke", visit.Party.Application.Id.ToString()), ("__csrf", "forged"));

        Assert.Null((await visit.Party.RefreshAsync(tokens.RefreshToken)).Error);
    }
}
