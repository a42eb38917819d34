using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Account;

/// <summary>The front page.</summary>
public sealed class HomeTests
{
    [Fact]
    public async Task It_tells_who_is_signed_in_and_lets_them_sign_out()
    {
        using var visit = await Visit.StartAsync();
        var nobody = await visit.Browser.OpenAsync("/");
        await visit.SignInAsync();

        var somebody = await visit.Browser.OpenAsync("/");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (nobody.Status, somebody.Status));
        Assert.DoesNotContain("/oauth2/logout", nobody.Body, StringComparison.Ordinal);
        Assert.Contains(visit.User.Email!, somebody.Body, StringComparison.Ordinal);
        var asked = await visit.Browser.OpenAsync(somebody.Document.QuerySelector("a[href='/oauth2/logout']")!.GetAttribute("href")!);
        await visit.Browser.SubmitAsync(asked, ("decision", "logout"));
        Assert.DoesNotContain(visit.User.Email!, (await visit.Browser.OpenAsync("/")).Body, StringComparison.Ordinal);
        somebody.AssertPageHeaders();
    }
}
