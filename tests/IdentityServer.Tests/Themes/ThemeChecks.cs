using System.Text;
using IdentityServer.Logins;
using IdentityServer.Themes;

namespace IdentityServer.Tests.Themes;

/// <summary>What stops the server, or sets a theme aside, when it starts.</summary>
public sealed class ThemeChecks : IDisposable
{
    private readonly ThemeDirectory themes = new();

    public void Dispose() => themes.Dispose();

    [Fact]
    public void A_missing_page_stops_the_start() => Refused(themes.Delete("default/consent.hbs"), "consent.hbs is missing");

    [Fact]
    public void What_came_with_the_server_is_not_checked_at_each_start_but_when_somebody_asks()
    {
        themes.Delete("default/consent.hbs");

        var catalog = themes.Load(isShipped: true);

        Assert.Contains("consent.hbs is missing", Assert.ThrowsAny<InvalidOperationException>(catalog.Check).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<InvalidOperationException>(() => themes.Load(watch: true, isShipped: true));
    }

    [Fact]
    public void A_missing_frame_stops_the_start() => Refused(themes.Delete("default/layout.hbs"), "login.hbs: there is no layout.hbs");

    [Fact]
    public void A_field_that_the_model_lacks_stops_the_start() =>
        Refused(themes.Edit("default/login.hbs", "{{action}}", "{{acton}}"), "login.hbs (en): acton is undefined");

    [Fact]
    public void A_field_is_missed_in_a_branch_that_only_a_further_sample_takes() =>
        Refused(themes.Edit("default/login.hbs", "{{anotherAccountUrl}}", "{{another}}"), "login.hbs (en): another is undefined");

    [Fact]
    public void An_unknown_helper_stops_the_start() =>
        Refused(themes.Edit("default/home.hbs", "{{discoveryUrl}}", "{{shout discoveryUrl}}"), "home.hbs (en): shout is undefined");

    [Fact]
    public void A_message_missing_in_one_language_stops_the_start() =>
        Refused(themes.Edit("default/messages/de.json", "\"login.title\"", "\"login.titel\""), "messages/de.json has no 'login.title'");

    [Fact]
    public void A_message_that_no_language_has_stops_the_start() =>
        Refused(themes.Edit("default/login.hbs", "login.submit", "login.go"), "login.hbs: messages/en.json has no 'login.go'");

    [Fact]
    public void A_message_that_names_a_value_it_is_not_given_stops_the_start() => Refused(
        themes.Edit("default/messages/de.json", "Bei {application} anmelden", "Bei {app} anmelden"),
        "the message 'login.pageTitle' (de) needs a value for {app}");

    [Fact]
    public void A_message_key_must_be_written_out() =>
        Refused(themes.Edit("default/login.hbs", "{{t \"login.submit\"}}", "{{t action}}"), "the key of {{t …}} must be written out");

    [Fact]
    public void A_missing_asset_stops_the_start() => Refused(themes.Delete("default/assets/password.js"), "layout.hbs: there is no assets/password.js");

    [Fact]
    public void A_form_without_its_antiforgery_field_stops_the_start() =>
        Refused(themes.Edit("default/logout.hbs", "{{> antiforgery}}", ""), "logout.hbs (en): its form needs {{> antiforgery}}");

    [Theory]
    [InlineData("{{{loginId}}}", "always escaped")]
    [InlineData("{{~{loginId}~}}", "always escaped")]
    [InlineData("{{&loginId}}", "always escaped")]
    [InlineData("<b title={{loginId}}>", "needs quotes")]
    [InlineData("<script>x</script>", "inline script and style")]
    [InlineData("<style>b{}</style>", "inline script and style")]
    [InlineData("<b style=\"color:red\">", "inline script and style")]
    [InlineData("<b\n  onclick=\"x()\">", "inline script and style")]
    public void What_could_run_in_a_page_is_refused(string text, string problem) =>
        Refused(themes.Edit("default/login.hbs", "{{> errors}}", text), problem);

    [Fact]
    public void All_problems_are_told_at_once()
    {
        themes.Edit("default/login.hbs", "login.submit", "login.go").Edit("default/logout.hbs", "logout.stay", "logout.remain");

        var problem = Assert.Throws<ThemeException>(() => themes.Load());
        Assert.Contains("login.go", problem.Message, StringComparison.Ordinal);
        Assert.Contains("logout.remain", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_file_that_is_not_json_stops_the_start() =>
        Refused(themes.Write("default/messages/en.json", "{"), "messages/en.json");

    [Fact]
    public void Templates_reach_no_type_behind_a_value() =>
        Refused(themes.Edit("default/login.hbs", "{{> errors}}", "{{loginId.GetType}}"), "GetType is undefined");

    [Fact]
    public void Templates_read_nothing_from_the_rendering_itself() =>
        Refused(themes.Edit("default/login.hbs", "{{> errors}}", "{{@rendering.Theme}}"), "Theme is undefined");

    [Fact]
    public void A_theme_inherits_file_by_file_and_sentence_by_sentence()
    {
        themes
            .Write("acme/application.hbs", "<p class=\"acme\">ACME</p>")
            .Write("acme/messages/en.json", """{ "login.submit": "Enter" }""")
            .Write("acme/assets/theme.css", ":root { --brand: #a00; }");

        var catalog = themes.Load();
        var (acme, original) = (Login(catalog.Find("acme")), Login(catalog.Find("default")));

        Assert.Contains("class=\"acme\"", acme, StringComparison.Ordinal);
        Assert.Contains(">Enter</button>", acme, StringComparison.Ordinal);
        Assert.Contains("Welcome back", acme, StringComparison.Ordinal);
        Assert.Contains("/theme/acme/theme.css?v=", acme, StringComparison.Ordinal);
        Assert.Contains(">Sign in</button>", original, StringComparison.Ordinal);
        Assert.Contains("Willkommen", Login(catalog.Find("acme"), "de"), StringComparison.Ordinal);
        Assert.Empty(themes.Warnings);
    }

    [Fact]
    public void A_theme_may_bring_a_language_that_falls_back_to_English()
    {
        themes.Write("acme/messages/fr.json", """{ "language.name": "Français", "login.submit": "Se connecter" }""");

        var french = Login(themes.Load().Find("acme"), "fr");

        Assert.Contains(">Se connecter</button>", french, StringComparison.Ordinal);
        Assert.Contains("Welcome back", french, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_theme_gives_way_to_the_default_one_with_a_warning()
    {
        themes.Write("acme/login.hbs", "{{nothing}}");

        var catalog = themes.Load();

        Assert.Equal("default", catalog.Find("acme").Name);
        Assert.Contains("acme", Assert.Single(themes.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_theme_is_the_default_one() => Assert.Equal("default", themes.Load().Find("../default").Name);

    [Fact]
    public void An_edit_shows_at_the_next_request_in_development_only()
    {
        var (watching, fixedOne) = (themes.Load(watch: true), themes.Load());
        themes.Edit("default/messages/en.json", "Welcome back", "Hello again");
        Touch("default/messages/en.json");

        Assert.Contains("Hello again", Login(watching.Find(null)), StringComparison.Ordinal);
        Assert.Contains("Welcome back", Login(fixedOne.Find(null)), StringComparison.Ordinal);
    }

    [Fact]
    public void Half_an_edit_leaves_what_worked_before()
    {
        var catalog = themes.Load(watch: true);
        themes.Edit("default/login.hbs", "{{action}}", "{{acton");
        Touch("default/login.hbs");

        Assert.Contains("Welcome back", Login(catalog.Find(null)), StringComparison.Ordinal);
        Assert.Contains("login.hbs", Assert.Single(themes.Warnings), StringComparison.Ordinal);
    }

    private void Touch(string file) => File.SetLastWriteTimeUtc(Path.Combine(themes.Root, file), DateTime.UtcNow.AddSeconds(5));

    private static string Login(Theme theme, string language = "en") =>
        Encoding.UTF8.GetString(theme.Render(LoginPage.Sample, new PageFrame(language, "", new AntiforgeryField("token", "value"), [])));

    private static void Refused(ThemeDirectory themes, string problem) =>
        Assert.Contains(problem, Assert.Throws<ThemeException>(() => themes.Load()).Message, StringComparison.Ordinal);
}
