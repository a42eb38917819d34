using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using IdentityServer.Forms;
using IdentityServer.Logins;
using IdentityServer.Steps;
using IdentityServer.Themes;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdentityServer.Tests.Themes;

public sealed class PageTests
{
    private static readonly Theme Default =
        new ThemeCatalog(ThemeDirectory.Shipped, watch: false, isShipped: false, NullLogger<ThemeCatalog>.Instance).Find(null);

    public static TheoryData<string, int, string> EverySample()
    {
        var data = new TheoryData<string, int, string>();
        foreach (var kind in PageKind.All)
        {
            for (var number = 0; number < kind.SampleCount; number++)
            {
                foreach (var language in Default.Languages)
                    data.Add(kind.Template, number, language);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EverySample))]
    public void Every_page_is_whole_in_every_language(string template, int number, string language)
    {
        var page = Sample(template, number, language);

        Assert.Equal(language, page.DocumentElement.GetAttribute("lang"));
        Assert.NotEqual("", page.Title);
        Assert.Single(page.QuerySelectorAll("h1"));
        Assert.NotEqual("", page.QuerySelector("h1")!.TextContent.Trim());
        Assert.DoesNotContain("{", page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_that_many_see_first_at_the_same_moment_are_the_same_for_all()
    {
        for (var round = 0; round < 5; round++)
        {
            var shipped = new ThemeCatalog(ThemeDirectory.Shipped, watch: false, isShipped: true, NullLogger<ThemeCatalog>.Instance).Find(null);

            // The same page twice in a row: two who ask for a template that is just being compiled.
            Parallel.ForEach(
                PageKind.All.SelectMany(kind => new[] { kind, kind }),
                new ParallelOptions { MaxDegreeOfParallelism = 16 },
                kind => Assert.Equal(kind.RenderSample(Default, 0, "en"), kind.RenderSample(shipped, 0, "en")));
        }
    }

    [Theory]
    [MemberData(nameof(EverySample))]
    public void Every_field_has_a_label_and_every_reference_a_target(string template, int number, string language)
    {
        var page = Sample(template, number, language);

        var ids = page.All.Select(element => element.Id).Where(id => !string.IsNullOrEmpty(id)).ToList();
        Assert.Equal(ids.Distinct(), ids);
        foreach (var input in page.QuerySelectorAll("input:not([type=hidden]), select, textarea"))
            Assert.NotEqual("", (input.Closest("label") ?? page.QuerySelector($"label[for='{input.Id}']"))!.TextContent.Trim());
        foreach (var attribute in new[] { "aria-describedby", "aria-controls", "aria-labelledby" })
        {
            var targets = page.QuerySelectorAll($"[{attribute}]").SelectMany(element => element.GetAttribute(attribute)!.Split(' '));
            Assert.All(targets, target => Assert.Contains(target, ids));
        }

        Assert.All(page.QuerySelectorAll(".summary a"), link => Assert.Contains(link.GetAttribute("href")![1..], ids));
        Assert.InRange(page.QuerySelectorAll("[autofocus]").Length, 0, 1);
    }

    [Theory]
    [MemberData(nameof(EverySample))]
    public void Every_page_works_under_the_content_security_policy(string template, int number, string language)
    {
        var page = Sample(template, number, language);

        Assert.All(page.QuerySelectorAll("script"), script => Assert.StartsWith("/theme/", script.GetAttribute("src"), StringComparison.Ordinal));
        Assert.All(page.QuerySelectorAll("link[href]"), link => Assert.StartsWith("/theme/", link.GetAttribute("href"), StringComparison.Ordinal));
        Assert.All(page.QuerySelectorAll("img[src]"), image => Assert.Matches("^(/theme/|data:image/svg\\+xml;base64,)", image.GetAttribute("src")));
        Assert.Empty(page.QuerySelectorAll("style, [style]"));
        Assert.DoesNotContain(page.All.SelectMany(element => element.Attributes), attribute => attribute.Name.StartsWith("on", StringComparison.Ordinal));
    }

    [Fact]
    public void Values_are_escaped_in_text_and_in_attributes()
    {
        const string Nasty = "\"'><script>alert(1)</script>&amp;{{t}}";
        var page = Show(LoginPage.Sample with { LoginId = Nasty, Application = new ApplicationView(Nasty), Interaction = Nasty, Action = Nasty });

        Assert.Equal(["password.js", "passkey.js"], page.Scripts.Select(script => script.GetAttribute("src")!.Split('/', '?')[3]));
        Assert.Equal(Nasty, page.QuerySelector("#loginId")!.GetAttribute("value"));
        Assert.Equal(Nasty, page.QuerySelector("[name=interaction]")!.GetAttribute("value"));
        Assert.Equal(Nasty, page.QuerySelector("form")!.GetAttribute("action"));
        Assert.Equal(Nasty, page.QuerySelector(".application-name")!.TextContent);
        Assert.Contains(Nasty, page.Title, StringComparison.Ordinal);
        Assert.Contains(Nasty, page.QuerySelector(".lead")!.TextContent, StringComparison.Ordinal);
    }

    /// <summary>The engine's own escaping has holes (see <see cref="PlainModel"/>), so every value of every page is tried.</summary>
    [Theory]
    [MemberData(nameof(EverySample))]
    public void No_value_of_any_page_becomes_markup(string template, int number, string language)
    {
        var kind = PageKind.All.Single(kind => kind.Template == template);
        var model = JsonSerializer.SerializeToNode(kind.Sample(number), JsonSerializerOptions.Web)!;
        Spoil(model);
        var frame = new PageFrame(language, "", new AntiforgeryField(Hostile, Hostile), [new LanguageLink(Hostile, Hostile, Hostile, true)]);

        var html = Encoding.UTF8.GetString(Default.Render(template, PlainModel.Of(model), frame));

        Assert.DoesNotContain(Hostile, html, StringComparison.Ordinal);
        Assert.DoesNotContain("&amp;lt;", html, StringComparison.Ordinal);
        Assert.Empty(Parse(Encoding.UTF8.GetBytes(html)).QuerySelectorAll("x, [y]"));
    }

    private const string Hostile = "\"'><x y=z>";

    private static void Spoil(JsonNode node)
    {
        foreach (var (name, value) in node is JsonObject members ? members.ToList() : [])
        {
            if (value is JsonValue text && text.GetValueKind() == JsonValueKind.String)
                node[name] = Hostile;
            else if (value is not null)
                Spoil(value);
        }

        foreach (var item in node is JsonArray items ? items : [])
            Spoil(item!);
    }

    [Fact]
    public void Half_a_character_does_not_break_a_page()
    {
        var page = Show(LoginPage.Sample with { LoginId = "a\ud83d", Application = new ApplicationView("\ude00") });

        Assert.Equal("a\ufffd", page.QuerySelector("#loginId")!.GetAttribute("value"));
    }

    [Fact]
    public void An_error_is_told_at_the_top_and_at_its_field()
    {
        var page = Show(FormPage.Sample with
        {
            PasswordMinLength = 12,
            Errors = new FieldErrors()
                .Add("user.password", "tooShort", "Too short.", new Dictionary<string, object> { ["min"] = 12 })
                .AddGeneral("stale", "Stale."),
        });

        var summary = page.QuerySelector("[role=alert]")!;
        Assert.Contains("This page was open for too long. Please try again.", summary.TextContent, StringComparison.Ordinal);
        Assert.Equal("Use at least 12 characters for the password.", summary.QuerySelector("a[href='#user.password']")!.TextContent);

        var input = page.QuerySelector("[name='user.password']")!;
        Assert.Equal("true", input.GetAttribute("aria-invalid"));
        Assert.Equal("user.password-hint user.password-error", input.GetAttribute("aria-describedby"));
        Assert.Equal("Use at least 12 characters for the password.", page.GetElementById("user.password-error")!.TextContent.Trim());
        Assert.True(input.HasAttribute("autofocus"));
        Assert.Null(page.QuerySelector("[name='user.email']")!.GetAttribute("aria-invalid"));
    }

    [Theory]
    [InlineData("duplicate", "There is already an account with this e-mail address.")]
    [InlineData("invalid", "This is not valid.")]
    [InlineData("somethingNew", "As the handler says.")]
    [InlineData("tooLong", "This is too long.")]
    public void A_finding_is_worded_by_its_code_else_its_reason_else_its_own_message(string reason, string expected)
    {
        var page = Show(FormPage.Sample with { Errors = new FieldErrors().Add("user.email", reason, "As the handler says.") });

        Assert.Equal(expected, page.GetElementById("user.email-error")!.TextContent.Trim());
    }

    [Fact]
    public void A_finding_without_the_values_of_its_sentence_keeps_its_own_message()
    {
        var page = Show(FormPage.Sample with { Errors = new FieldErrors().Add("user.password", "tooShort", "Use at least 12 characters.") });

        Assert.Equal("Use at least 12 characters.", page.GetElementById("user.password-error")!.TextContent.Trim());
    }

    [Fact]
    public void A_user_who_signs_in_again_cannot_change_who_they_are()
    {
        var page = Show(LoginPage.Sample with { LoginId = "ada", LoginIdLocked = true, AnotherAccountUrl = "/another" });

        Assert.True(page.QuerySelector("#loginId")!.HasAttribute("readonly"));
        Assert.NotNull(page.QuerySelector("a[href='/another']"));
        Assert.True(page.QuerySelector("#password")!.HasAttribute("autofocus"));
    }

    [Fact]
    public void A_scope_nobody_described_is_shown_by_its_name()
    {
        var page = Show(ConsentPage.Sample with { Scopes = [new ScopeView("email"), new ScopeView("custom"), new ScopeView("x", "Title", "More.")] });

        Assert.Equal(["See your e-mail address", "custom", "Title"], page.QuerySelectorAll(".scope-title").Select(title => title.TextContent));
        Assert.Equal("More.", page.QuerySelectorAll(".scope-description")[^1].TextContent);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("/relative")]
    [InlineData("data:text/html,x")]
    public void Only_web_addresses_of_an_application_become_links(string address)
    {
        var page = Show(LoginPage.Sample with { Application = new ApplicationView("Shop", address, address, address, address), RegisterUrl = null, ForgotPasswordUrl = null });

        Assert.Empty(page.QuerySelectorAll("main a"));
    }

    [Theory]
    [InlineData("https://elsewhere.example/logo.png", false)]
    [InlineData("//elsewhere.example/logo.png", false)]
    [InlineData("/\\elsewhere.example/logo.png", false)]
    [InlineData("data:image/png;base64,AAAA", true)]
    [InlineData("/theme/default/favicon.svg", true)]
    public void A_logo_is_shown_only_from_here(string logo, bool shown)
    {
        var page = Show(LoginPage.Sample with { Application = new ApplicationView("Shop", logoUri: logo) });

        Assert.Equal(shown, page.QuerySelector("img.mark") is not null);
    }

    [Fact]
    public void An_error_page_links_nowhere() => Assert.Empty(Show(ErrorPage.Sample).QuerySelectorAll("a"));

    private static IHtmlDocument Show<T>(T model) where T : class, IPage<T> =>
        Parse(Default.Render(model, new PageFrame("en", "", new AntiforgeryField("token", "value"), [])));

    private static IHtmlDocument Sample(string template, int number, string language) =>
        Parse(PageKind.All.Single(kind => kind.Template == template).RenderSample(Default, number, language));

    private static IHtmlDocument Parse(byte[] html) => new HtmlParser().ParseDocument(Encoding.UTF8.GetString(html));
}
