using System.Net;
using IdentityServer.Account;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Sessions;

public sealed class PostGuardTests
{
    private static readonly (string, string)[] Nothing = [];

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "same-origin, cross-site")]
    public async Task A_post_that_comes_from_elsewhere_is_not_the_person_s(string header, string value) =>
        Assert.True(await IsStaleAsync((header, value)));

    [Fact]
    public async Task An_origin_that_our_own_referrer_policy_hid_is_judged_by_the_other_header()
    {
        Assert.False(await IsStaleAsync(("Origin", "null"), ("Sec-Fetch-Site", "same-origin")));
        Assert.False(await IsStaleAsync(("Origin", "null")));
        Assert.True(await IsStaleAsync(("Origin", "null"), ("Sec-Fetch-Site", "cross-site")));
    }

    [Fact]
    public async Task A_token_of_another_browser_is_worthless()
    {
        await using var server = await TestServer.StartAsync();
        using var mine = server.NewBrowser();
        using var theirs = server.NewBrowser();
        var page = await mine.OpenAsync("/setup?token=" + server.Get<SetupToken>().Issue());
        await theirs.OpenAsync("/setup");

        Assert.Contains("open for too long", (await theirs.SubmitAsync(page)).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("open for too long", (await mine.SubmitAsync(page)).Body, StringComparison.Ordinal);
    }

    // The blank form is refused either way; what differs is whether it was read at all.
    private static async Task<bool> IsStaleAsync(params (string, string)[] headers)
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.NewBrowser();
        var page = await browser.OpenAsync("/setup?token=" + server.Get<SetupToken>().Issue());
        var answer = await browser.SubmitAsync(page, headers, Nothing);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Body.Contains("open for too long", StringComparison.Ordinal);
    }
}
