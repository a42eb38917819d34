using IdentityServer.Themes;
using Microsoft.AspNetCore.Http;

namespace IdentityServer.Tests.Themes;

public sealed class LanguageNegotiationTests
{
    private static readonly string[] Available = ["de", "en", "pt-BR", "zh-Hant"];

    [Theory]
    [InlineData("de", "de")]
    [InlineData("DE", "de")]
    [InlineData("de-AT", "de")]
    [InlineData("en_US", "en")]
    [InlineData("en_US.UTF-8", "en")]
    [InlineData("pt-BR", "pt-BR")]
    [InlineData("pt", "pt-BR")]
    [InlineData("zh-Hant-TW", "zh-Hant")]
    [InlineData("d", null)]
    [InlineData("fr", null)]
    [InlineData("*", null)]
    [InlineData("", null)]
    [InlineData("---", null)]
    [InlineData("deu", null)]
    public void A_tag_finds_the_best_language_there_is(string wish, string? expected) =>
        Assert.Equal(expected, LanguageNegotiation.Match(wish, Available));

    [Theory]
    [InlineData("?locale=de&ui_locales=en", "en", "en", "de")]
    [InlineData("?ui_locales=fr%20de%20en", "en", "en", "de")]
    [InlineData("?locale=fr&ui_locales=de", "en", "en", "de")]
    [InlineData("", "de", "en", "de")]
    [InlineData("", "fr", "de;q=0.5,en;q=0.4", "de")]
    [InlineData("", "", "en;q=0.4, de;q=0.5, fr", "de")]
    [InlineData("", "", "de;q=0", "en")]
    [InlineData("", "", "fr", "en")]
    [InlineData("", "", "%%%,,;q=x", "en")]
    [InlineData("?locale=&ui_locales=", "", "", "en")]
    public void What_is_asked_for_wins_over_the_cookie_over_the_browser(string query, string cookie, string accept, string expected)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);
        if (cookie.Length > 0)
            request.Headers.Cookie = $"locale={cookie}";
        request.Headers.AcceptLanguage = accept;

        Assert.Equal(expected, LanguageNegotiation.Choose(request, null, Available));
    }

    [Fact]
    public void A_pushed_request_brings_its_own_wish()
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.AcceptLanguage = "en";

        Assert.Equal("de", LanguageNegotiation.Choose(request, "fr de", Available));
    }

    [Fact]
    public void A_posted_form_may_name_the_language()
    {
        var request = new DefaultHttpContext().Request;
        request.Form = new FormCollection(new() { ["ui_locales"] = "de" });

        Assert.Equal("de", LanguageNegotiation.Choose(request, null, Available));
    }

    [Theory]
    [InlineData("/a", "/a?locale=de")]
    [InlineData("/a?x=1&locale=en&y=%20", "/a?x=1&y=%20&locale=de")]
    [InlineData("/a?ui_locales=en", "/a?ui_locales=en&locale=de")]
    public void A_language_link_keeps_the_rest_of_the_request(string url, string expected) =>
        Assert.Equal(expected, LanguageNegotiation.WithLocale(url, "de"));

    [Theory]
    [InlineData("ar", true)]
    [InlineData("he", true)]
    [InlineData("en", false)]
    [InlineData("no-such-language-tag-at-all", false)]
    public void Reading_direction_follows_the_language(string language, bool rightToLeft) =>
        Assert.Equal(rightToLeft, LanguageNegotiation.IsRightToLeft(language));
}
