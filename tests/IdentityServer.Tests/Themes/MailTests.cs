using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdentityServer.Tests.Themes;

public sealed partial class MailTests : IDisposable
{
    private static readonly Theme Default =
        new ThemeCatalog(ThemeDirectory.Shipped, watch: false, isShipped: false, NullLogger<ThemeCatalog>.Instance).Find(null);

    private readonly ThemeDirectory themes = new();

    public static TheoryData<string, int, string> EverySample()
    {
        var data = new TheoryData<string, int, string>();
        foreach (var kind in MailKind.All)
        {
            for (var number = 0; number < kind.Samples.Count; number++)
            {
                foreach (var language in Default.Languages)
                    data.Add(kind.Template, number, language);
            }
        }

        return data;
    }

    public void Dispose() => themes.Dispose();

    [Theory]
    [MemberData(nameof(EverySample))]
    public void Every_mail_says_the_same_in_text_and_html(string template, int number, string language)
    {
        var mail = Default.Mails.Render(Sample(template, number), new MailFrame(language, "https://login.example.com"));
        var html = new HtmlParser().ParseDocument(mail.Html);

        Assert.Equal((language, mail.Subject), (html.DocumentElement.GetAttribute("lang"), html.Title));
        Assert.Equal(mail.Subject, Assert.Single(html.QuerySelectorAll("h1")).TextContent);
        Assert.StartsWith(mail.Subject + "\n\n", mail.Text, StringComparison.Ordinal);
        Assert.Equal(Words(mail.Text), Words(html.Body!.TextContent));
        Assert.All(html.QuerySelectorAll("a"), link => Assert.Contains(link.GetAttribute("href")!, mail.Text, StringComparison.Ordinal));
        Assert.DoesNotContain("{", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("mail.", mail.Text.Replace("login.example.com", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EverySample))]
    public void A_mail_loads_nothing_and_runs_nothing(string template, int number, string language)
    {
        var html = new HtmlParser().ParseDocument(Default.Mails.Render(Sample(template, number), new MailFrame(language, "https://login.example.com")).Html);

        Assert.Empty(html.QuerySelectorAll("script, link, img, iframe, object, embed, form, style, [src], [background]"));
        Assert.DoesNotContain("url(", html.DocumentElement.OuterHtml, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_notice_has_its_own_sentences() => Assert.All(
        Default.Languages,
        language => Assert.All(Enum.GetNames<NoticeKind>(), kind => Assert.All(
            [".title", ".lead"], part => Assert.True(Default.Files.Messages[language].Has("mail.notice." + kind + part), kind + part))));

    [Fact]
    public void A_value_is_a_value_in_every_form()
    {
        const string Nasty = "<b>\"it's\"</b>\r\nBcc: all@example.com {{t}} &amp;";
        var mail = Default.Mails.Render(new NoticeMail(Nasty, [new("device", Nasty)], Nasty), new MailFrame("en", "https://login.example.com"));

        Assert.Equal("<b>\"it's\"</b>  Bcc: all@example.com {{t}} &amp;", mail.Subject);
        Assert.Contains("\nDevice: " + mail.Subject + "\n", mail.Text, StringComparison.Ordinal);
        var html = new HtmlParser().ParseDocument(mail.Html);
        Assert.Empty(html.QuerySelectorAll("b"));
        Assert.Equal(Words(Nasty), Words(html.QuerySelector("h1")!.TextContent));
    }

    [Fact]
    public void A_theme_changes_a_mail_by_a_partial_or_a_sentence()
    {
        themes
            .Write("acme/mail/text/paragraph.hbs", "* {{says}}\n")
            .Write("acme/messages/en.json", """{ "mail.sentBy": "From ACME at {server}." }""");

        var mail = themes.Load().RenderMail(NoticeMail.Samples[0], "acme", ["fr", "en-GB"], "https://login.example.com");

        Assert.Contains("\n* The password of your account was changed.\n", mail.Text, StringComparison.Ordinal);
        Assert.Contains("From ACME at https://login.example.com.", mail.Html, StringComparison.Ordinal);
        Assert.Empty(themes.Warnings);
    }

    [Fact]
    public void A_mail_comes_in_the_first_language_that_there_is()
    {
        var catalog = themes.Load();

        Assert.Equal("Ihr Passwort wurde geändert", catalog.RenderMail(NoticeMail.Samples[0], null, ["fr-FR", "de_AT", "en"], "https://x.example").Subject);
        Assert.Equal("Your password was changed", catalog.RenderMail(NoticeMail.Samples[0], null, [], "https://x.example").Subject);
    }

    [Theory]
    [InlineData("mail/notice.hbs", "<b>x</b>", "a mail's template holds no markup")]
    [InlineData("mail/notice.hbs", "{{{kind}}}", "always escaped")]
    [InlineData("mail/notice.hbs", "{{> banner}}", "there is no banner.hbs to include")]
    [InlineData("mail/notice.hbs", "{{nothing}}", "nothing is undefined")]
    [InlineData("mail/notice.hbs", "{{t \"mail.nothing\"}}", "messages/en.json has no 'mail.nothing'")]
    [InlineData("mail/html/paragraph.hbs", "<img src=\"https://x.example/pixel\">", "what is loaded are not allowed")]
    [InlineData("mail/html/paragraph.hbs", "<p style=\"background:url(https://x.example)\">", "what is loaded are not allowed")]
    [InlineData("mail/html/paragraph.hbs", "<p onclick=\"x()\">", "what is loaded are not allowed")]
    [InlineData("mail/html/paragraph.hbs", "<p title={{says}}>", "needs quotes")]
    [InlineData("mail/text/paragraph.hbs", "{{&says}}", "always escaped")]
    public void What_a_mail_must_not_hold_stops_the_start(string file, string text, string problem)
    {
        var path = "default/" + file;
        var whole = File.ReadAllText(Path.Combine(themes.Root, path));
        themes.Write(path, file == "mail/notice.hbs" ? whole.Replace("{{/mail}}", text + "\n{{/mail}}", StringComparison.Ordinal) : whole + text);

        Assert.Contains(problem, Assert.Throws<ThemeException>(() => themes.Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_mail_stops_the_start()
    {
        themes.Delete("default/mail/notice.hbs");

        Assert.Contains("mail/notice.hbs is missing", Assert.Throws<ThemeException>(() => themes.Load()).Message, StringComparison.Ordinal);
    }

    private static IMail Sample(string template, int number) => MailKind.All.Single(kind => kind.Template == template).Samples[number];

    // What is read, in order; how a list or a link is laid out is the form's business.
    private static string[] Words(string text) => [.. Word().Matches(text).Select(word => word.Value)];

    [GeneratedRegex(@"[\w&./:@{}]*\w")]
    private static partial Regex Word();
}
