using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Steps;

/// <summary>The pages of a request speak the language that the request or the person asks for (OpenID Connect Core §3.1.2.1).</summary>
public sealed class LanguageTests
{
    [Theory]
    [InlineData("ui_locales", "fr de en", "de")]
    [InlineData("ui_locales", "de-AT", "de")]
    [InlineData("locale", "de", "de")]
    [InlineData("ui_locales", "xx", "en")]
    [InlineData("ui_locales", "../../etc/passwd", "en")]
    public async Task The_request_chooses(string name, string value, string language)
    {
        using var visit = await Visit.StartAsync();

        var page = await visit.OpenAsync((name, value));

        Assert.Equal((language, language), (page.Document.DocumentElement.GetAttribute("lang"), page.Header("Content-Language")));
        page.AssertStep("login");
    }

    [Fact]
    public async Task What_is_wrong_is_told_in_that_language_and_so_is_the_next_page()
    {
        using var visit = await Visit.StartThirdPartyAsync();

        var page = await visit.Browser.SubmitAsync(await visit.OpenAsync(("ui_locales", "de")), ("loginId", visit.User.Email!), ("password", "wrong"));
        Assert.Contains("E-Mail, Benutzername oder Passwort stimmt nicht", page.Problems(), StringComparison.Ordinal);
        page = await visit.Browser.SubmitLoginAsync(page, visit.User);

        page.AssertStep("consent");
        Assert.Equal("de", page.Document.DocumentElement.GetAttribute("lang"));
    }

    [Fact]
    public async Task The_person_can_switch_and_the_request_goes_on_as_it_was()
    {
        using var visit = await Visit.StartAsync();
        var call = visit.Party.Call(("state", "a b&c=d"), ("resource", "https://api.example/?x=1&y=2"));
        var page = await visit.Browser.OpenAsync(call.Url);

        page = await visit.Browser.OpenAsync(page.Document.QuerySelector("footer a[hreflang=de]")!.GetAttribute("href")!);
        Assert.Equal("de", page.Document.DocumentElement.GetAttribute("lang"));
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(page, visit.User));

        Assert.Equal((call["state"], "de"), (answer["state"], answer["locale"]));
        Assert.Equal("de", AuthorizeAnswer.Read(await visit.OpenAsync())["locale"]); // It is remembered.
    }
}
