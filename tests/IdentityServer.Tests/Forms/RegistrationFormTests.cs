using System.Net;
using System.Text.Json.Nodes;
using AngleSharp.Dom;
using IdentityServer.Forms;
using IdentityServer.Tests.Api;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Forms;

/// <summary>People register by a form of two pages, with a browser that runs no scripts.</summary>
public sealed class RegistrationFormTests
{
    [Theory]
    [OnEachDatabase]
    public async Task Two_pages_make_a_person_whose_values_have_their_types(DatabaseProvider provider)
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync(provider));
        using var browser = hunters.Server.NewBrowser();
        var email = TestServer.NewEmail();

        var first = await browser.OpenAsync(hunters.RegisterUrl);
        Assert.Contains("Step 1 of 2", first.Body, StringComparison.Ordinal);
        Assert.Null(first.Document.QuerySelector("button[value=back]"));
        var second = await HouseHunters.SubmitFirstAsync(browser, first, email);
        Assert.Equal("Your search", second.Document.QuerySelector("h1")!.TextContent);
        Assert.False(await hunters.ExistsAsync(email));

        var done = await browser.SubmitAsync(
            second,
            ("registration.data.minprice", "250000"), ("registration.data.maxprice", "400000.50"), ("registration.data.geographicarea", "Denver"),
            ("registration.data.extras", "garden"), ("registration.data.extras", "pool"), ("user.data.news", "true"));
        Assert.Equal(HttpStatusCode.SeeOther, done.Status);
        Assert.StartsWith(HouseHunters.RedirectUri + "?code=", done.Location, StringComparison.Ordinal);

        var registration = await hunters.RegistrationOfAsync(email);
        Assert.Equal("""{"minprice":250000,"maxprice":400000.5,"geographicarea":"Denver","extras":["garden","pool"]}""", registration["data"]!.ToJsonString());
        var user = (await hunters.Api.GetAsync("/api/user?email=" + email)).Expect("user");
        Assert.Equal("{}", user["data"]!.ToJsonString());
        var consent = Assert.Single((await hunters.Api.GetAsync($"/api/user/consent?userId={user["id"]}")).Json["userConsents"]!.AsArray());
        Assert.Equal($"{hunters.Consent} Active", $"{consent!["consentId"]} {consent["status"]}");
    }

    [Fact]
    public async Task What_is_wrong_is_told_beside_its_field_and_what_was_typed_stays()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();

        var first = await browser.SubmitAsync(
            await browser.OpenAsync(hunters.RegisterUrl), ("user.email", "ana@example"), ("user.password", "short"), ("confirm.user.password", "short"));
        Assert.Equal("This doesn’t look like an e-mail address.", Error(first, "user.email"));
        Assert.Equal("Use at least 8 characters for the password.", Error(first, "user.password"));
        Assert.Equal("ana@example", first.Document.GetElementById("user.email")!.GetAttribute("value"));
        Assert.Null(first.Document.GetElementById("user.password")!.GetAttribute("value"));

        var second = await browser.SubmitAsync(
            await hunters.SecondPageAsync(browser, TestServer.NewEmail()),
            ("registration.data.minprice", "0"), ("registration.data.maxprice", "much"), ("registration.data.geographicarea", "Berlin"), ("registration.data.extras", "garden"));
        Assert.Equal("This must be at least 1.", Error(second, "registration.data.minprice"));
        Assert.Equal("This can’t be read. Please check how it is written.", Error(second, "registration.data.maxprice"));
        Assert.Equal("This is not valid.", Error(second, "registration.data.geographicarea"));
        Assert.Contains("Lowest price: This must be at least 1.", second.Document.QuerySelector(".summary")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("much", second.Document.GetElementById("registration.data.maxprice")!.GetAttribute("value"));
        Assert.NotNull(second.Document.QuerySelector("input[value=garden][checked]"));
    }

    [Fact]
    public async Task Going_back_loses_nothing_and_the_password_need_not_be_typed_again()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        var (email, other) = (TestServer.NewEmail(), TestServer.NewEmail());

        var second = await hunters.SecondPageAsync(browser, email);
        var back = await browser.SubmitAsync(second, ("registration.data.minprice", "17"), ("go", "back"));
        Assert.Equal(email, back.Document.GetElementById("user.email")!.GetAttribute("value"));
        Assert.DoesNotContain(TestServer.Password, back.Body, StringComparison.Ordinal);
        Assert.Contains("Leave this blank to keep it.", back.Body, StringComparison.Ordinal);

        second = await browser.SubmitAsync(back, ("user.email", other));
        Assert.Equal("17", second.Document.GetElementById("registration.data.minprice")!.GetAttribute("value"));
        Assert.NotNull((await browser.SubmitAsync(second)).Location);

        Assert.True(await hunters.ExistsAsync(other));
        using var later = hunters.Server.NewBrowser();
        var answer = await later.SubmitAsync(await later.OpenAsync(hunters.AuthorizeUrl), ("loginId", other), ("password", TestServer.Password));
        Assert.Contains("code=", answer.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dependent_field_appears_after_a_post_and_its_value_is_stored_only_where_it_is_shown()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        var email = TestServer.NewEmail();

        var second = await hunters.SecondPageAsync(browser, email);
        Assert.Null(second.Document.GetElementById("registration.data.why"));
        second = await browser.SubmitAsync(second, ("registration.data.minprice", "1"), ("registration.data.geographicarea", "Boulder"));
        Assert.Contains("There is something more to fill in.", second.Document.QuerySelector(".notice")!.TextContent, StringComparison.Ordinal);
        Assert.Null(second.Document.QuerySelector(".error"));

        second = await browser.SubmitAsync(second);
        Assert.Equal("Please fill this in.", Error(second, "registration.data.why"));
        second = await browser.SubmitAsync(second, ("registration.data.why", "The mountains"), ("registration.data.geographicarea", "Denver"));

        Assert.NotNull(second.Location);
        Assert.Equal("""{"minprice":1,"geographicarea":"Denver"}""", (await hunters.RegistrationOfAsync(email))["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_page_can_be_sent_again_and_tabs_do_not_disturb_each_other()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        var (one, two) = (TestServer.NewEmail(), TestServer.NewEmail());

        var first = await browser.OpenAsync(hunters.RegisterUrl);
        var secondOfOne = await HouseHunters.SubmitFirstAsync(browser, first, one);
        var secondOfTwo = await HouseHunters.SubmitFirstAsync(browser, first, two);
        Assert.Equal(secondOfOne.Document.QuerySelectorAll("[data-field]").Length, (await HouseHunters.SubmitFirstAsync(browser, first, one)).Document.QuerySelectorAll("[data-field]").Length);

        Assert.NotNull((await browser.SubmitAsync(secondOfOne, ("registration.data.minprice", "1"))).Location);

        // The browser is somebody's now, so the other tab's page has to be made afresh; what was typed is still there.
        var stale = await browser.SubmitAsync(secondOfTwo, ("registration.data.minprice", "2"));
        Assert.Contains("This page was open for too long.", stale.Body, StringComparison.Ordinal);
        Assert.Equal("2", stale.Document.GetElementById("registration.data.minprice")!.GetAttribute("value"));
        Assert.False(await hunters.ExistsAsync(two));

        // All but the password, which may be somebody else's.
        var first2 = await browser.SubmitAsync(stale);
        Assert.Equal(two, first2.Document.GetElementById("user.email")!.GetAttribute("value"));
        Assert.NotNull((await browser.SubmitAsync(await HouseHunters.SubmitFirstAsync(browser, first2, two))).Location);
        Assert.Equal(2, (await hunters.RegistrationOfAsync(two))["data"]!["minprice"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_seal_that_was_bent_or_is_of_another_request_starts_again_and_says_so(bool elsewhere)
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        var second = await hunters.SecondPageAsync(browser, TestServer.NewEmail());
        var seal = second.Document.QuerySelector("input[name=answers]")!.GetAttribute("value")!;

        var page = elsewhere
            ? await browser.SubmitAsync(await browser.OpenAsync(hunters.RegisterUrl.Replace("Xq1", "Xq2", StringComparison.Ordinal)), ("answers", seal))
            : await browser.SubmitAsync(second, ("answers", seal[..^4] + "AAAA"), ("registration.data.minprice", "3"));

        Assert.Contains("This took too long", page.Document.QuerySelector(".notice")!.TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.Document.GetElementById("user.email"));
    }

    [Fact]
    public async Task Half_a_form_is_good_for_an_hour_on_any_node_that_shares_the_database()
    {
        await using var server = await TestServer.StartAsync("RateLimits:Enabled=false");
        var hunters = await HouseHunters.MoveInAsync(server);
        using var browser = server.NewBrowser();
        var second = await hunters.SecondPageAsync(browser, TestServer.NewEmail());

        server.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("Please fill this in.", Error(await browser.SubmitAsync(second), "registration.data.minprice"));
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Contains("This took too long", (await browser.SubmitAsync(second)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_is_edited_meanwhile_goes_on_where_it_is_not_as_it_was()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        var email = TestServer.NewEmail();
        var second = await hunters.SecondPageAsync(browser, email);

        await hunters.Api.PatchAsync($"/api/form/field/{hunters.LowestPrice}", ApiFixture.Json("""{"field":{"validator":{"minValue":100}}}"""));
        var page = await browser.SubmitAsync(second, ("registration.data.minprice", "50"));

        Assert.Contains("This form was changed", page.Document.QuerySelector(".notice")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("50", page.Document.GetElementById("registration.data.minprice")!.GetAttribute("value"));
        Assert.Equal("This must be at least 100.", Error(await browser.SubmitAsync(page), "registration.data.minprice"));
        Assert.NotNull((await browser.SubmitAsync(page, ("registration.data.minprice", "150"))).Location);
        Assert.Equal(150, (await hunters.RegistrationOfAsync(email))["data"]!["minprice"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_taken_address_is_told_on_the_page_that_asks_for_it()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        var taken = (await hunters.Server.AddUserAsync()).Email!;

        var page = await browser.SubmitAsync(await hunters.SecondPageAsync(browser, taken), ("registration.data.minprice", "1"));

        Assert.Equal("There is already an account with this e-mail address.", Error(page, "user.email"));
        var second = await browser.SubmitAsync(page, ("user.email", TestServer.NewEmail()));
        Assert.NotNull((await browser.SubmitAsync(second)).Location);
    }

    [Fact]
    public async Task What_the_form_does_not_name_can_not_be_set()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync(), more: """{"roles":[{"name":"admin"},{"name":"buyer","isDefault":true}]}""");
        using var browser = hunters.Server.NewBrowser();
        var email = TestServer.NewEmail();

        var done = await browser.SubmitAsync(
            await hunters.SecondPageAsync(browser, email),
            ("registration.data.minprice", "1"), ("registration.roles", "admin"), ("registration.data.discount", "100"), ("user.verified", "true"), ("user.data.admin", "true"));

        Assert.NotNull(done.Location);
        var registration = await hunters.RegistrationOfAsync(email);
        Assert.Empty(registration["roles"]!.AsArray());
        Assert.Equal("""{"minprice":1}""", registration["data"]!.ToJsonString());
        Assert.False((await hunters.Api.GetAsync("/api/user?email=" + email)).Expect("user")["verified"]!.GetValue<bool>());
    }

    [Fact]
    public async Task The_form_speaks_German_and_changing_the_language_loses_nothing()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        var second = await hunters.SecondPageAsync(browser, TestServer.NewEmail());

        var german = await browser.SubmitAsync(second, ("registration.data.minprice", "33"), ("locale", "de"));
        Assert.Equal("Ihre Suche", german.Document.QuerySelector("h1")!.TextContent);
        Assert.Contains("Schritt 2 von 2", german.Body, StringComparison.Ordinal);
        Assert.Equal("Mindestpreis", Label(german, "registration.data.minprice"));
        Assert.Contains("Denver in Colorado", german.Document.GetElementById("registration.data.geographicarea")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("33", german.Document.GetElementById("registration.data.minprice")!.GetAttribute("value"));

        var again = await browser.SubmitAsync(german, ("registration.data.minprice", ""));
        Assert.Equal("Bitte ausfüllen.", Error(again, "registration.data.minprice"));
    }

    [Fact]
    public async Task A_language_picked_in_the_form_is_the_one_of_the_pages_after_it()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        var page = await hunters.SecondPageAsync(browser, TestServer.NewEmail());
        foreach (var language in new[] { "de", "en", "de" })
        {
            page = await browser.SubmitAsync(page, ("locale", language));
            var home = await browser.OpenAsync("/");

            Assert.Equal((language, language), (page.Document.DocumentElement.GetAttribute("lang"), home.Document.DocumentElement.GetAttribute("lang")));
        }
    }

    [Theory, OnEachDatabase]
    public async Task What_the_form_asked_reaches_the_application_with_its_types(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var secret = Guid.NewGuid().ToString("N");
        string[] fields =
        [
            FormFixture.Shipped("user.email"), FormFixture.Shipped("user.password"), FormFixture.Shipped("user.firstName"), FormFixture.Shipped("user.birthDate"),
            await api.NewFieldAsync("user.data.nickname"),
            await api.NewFieldAsync("registration.data.rooms", """{"control":"number","type":"number"}"""),
            await api.NewFieldAsync("registration.data.now", """{"control":"checkbox","type":"bool"}"""),
        ];
        var form = await api.NewFormAsync(fields);
        var id = await api.NewApplicationAsync(ApiFixture.Json($$$"""
            {"oauthConfiguration":{"authorizedRedirectURLs":["{{{HouseHunters.RedirectUri}}}"],"clientSecret":"{{{secret}}}","scopeHandlingPolicy":"Compatibility"},
             "registrationConfiguration":{"enabled":true,"type":"advanced","formId":"{{{form}}}"} }
            """).AsObject());
        using var browser = server.NewBrowser();
        var email = TestServer.NewEmail();
        var page = await browser.OpenAsync($"/oauth2/register?client_id={id}&response_type=code&redirect_uri={Uri.EscapeDataString(HouseHunters.RedirectUri)}&state=s");
        var code = AuthorizeAnswer.Read(await browser.SubmitAsync(
            page, ("user.email", email), ("user.password", TestServer.Password), ("user.firstName", "Ana"), ("user.birthDate", "2000-02-29"),
            ("user.data.nickname", "Anita"), ("registration.data.rooms", "3.5"), ("registration.data.now", "true"))).Code;

        using var client = server.NewClient();
        using var exchange = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = HouseHunters.RedirectUri, ["client_id"] = id, ["client_secret"] = secret,
        });
        var tokens = await TokenAnswer.ReadAsync(await client.PostAsync("/oauth2/token", exchange));
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens.AccessToken);
        var info = JsonNode.Parse(await client.GetStringAsync("/oauth2/userinfo"))!;
        var data = (await api.GetAsync($"/api/user/registration/{info["sub"]}/{id}")).Expect("registration")["data"]!;

        Assert.Equal(
            (id, email, "Ana", "2000-02-29", "Anita"),
            (Text("applicationId"), Text("email"), Text("given_name"), Text("birthdate"), Text("nickname")));
        Assert.Equal("""{"rooms":3.5,"now":true}""", data.ToJsonString());

        string? Text(string name) => info[name]?.GetValue<string>();
    }

    [Fact]
    public async Task Basic_registration_asks_for_what_the_application_says()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var id = await api.NewApplicationAsync(ApiFixture.Json($$$"""
            {"oauthConfiguration":{"authorizedRedirectURLs":["{{{HouseHunters.RedirectUri}}}"],"proofKeyForCodeExchangePolicy":"NotRequired"},
             "registrationConfiguration":{"enabled":true,"type":"basic","loginIdType":"username","confirmPassword":true,
               "firstName":{"enabled":true,"required":true},"lastName":{"enabled":true},"birthDate":{"enabled":true} } }
            """).AsObject());
        using var browser = server.NewBrowser();
        var name = "ana" + Guid.NewGuid().ToString("N")[..8];

        var page = await browser.OpenAsync($"/oauth2/register?client_id={id}&response_type=code&redirect_uri={Uri.EscapeDataString(HouseHunters.RedirectUri)}&state=s");
        Assert.Equal(
            ["user.firstName", "user.lastName", "user.username", "user.password", "user.birthDate"],
            page.Document.QuerySelectorAll("[data-field]").Select(field => field.GetAttribute("data-field")));
        var done = await browser.SubmitAsync(
            page, ("user.firstName", "Ana"), ("user.username", name), ("user.password", TestServer.Password), ("confirm.user.password", TestServer.Password), ("user.birthDate", "2000-02-29"));

        Assert.NotNull(done.Location);
        Assert.Equal("2000-02-29", (await api.GetAsync("/api/user?username=" + name)).Expect("user")["birthDate"]!.GetValue<string>());
    }

    [Fact]
    public async Task Pages_of_forms_have_what_browsers_and_readers_need()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();

        var first = (await browser.OpenAsync(hunters.RegisterUrl)).Document;
        Assert.Equal("email", first.GetElementById("user.email")!.GetAttribute("autocomplete"));
        Assert.Equal("new-password", first.GetElementById("user.password")!.GetAttribute("autocomplete"));
        Assert.Equal("Password, once more", first.QuerySelector("label[for='confirm.user.password']")!.TextContent.Trim());
        Assert.Equal(new[] { "next" }, first.QuerySelectorAll("button[name=go]").Select(button => button.GetAttribute("value")));

        // The button that Enter presses comes first.
        var second = (await hunters.SecondPageAsync(browser, TestServer.NewEmail())).Document;
        Assert.Equal(new[] { "next", "back" }, second.QuerySelectorAll("button[name=go]").Select(button => button.GetAttribute("value")));
        Assert.Equal("decimal", second.GetElementById("registration.data.minprice")!.GetAttribute("inputmode"));
        Assert.Contains("(optional)", Label(second, "registration.data.maxprice"), StringComparison.Ordinal);
        Assert.Equal("Extras (optional)", string.Join(' ', second.QuerySelector("fieldset legend")!.TextContent.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)));
    }

    private static string Error(BrowserPage page, string field) =>
        page.Document.GetElementById(field + "-error")?.TextContent.Trim() ?? throw new InvalidOperationException($"No error at {field}: {page.Body}");

    private static string Label(BrowserPage page, string field) => Label(page.Document, field);

    private static string Label(IDocument page, string field) => page.QuerySelector($"label[for='{field}']")!.TextContent.Trim();
}
