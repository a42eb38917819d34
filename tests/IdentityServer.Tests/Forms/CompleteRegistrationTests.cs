using IdentityServer.Tests.Api;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Forms;

/// <summary>People who sign in are asked for what the form wants to know and nobody ever asked them.</summary>
public sealed class CompleteRegistrationTests
{
    [Theory]
    [OnEachDatabase]
    public async Task Who_is_not_registered_is_asked_for_what_is_missing_and_nothing_else(DatabaseProvider provider)
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync(provider));
        var user = await hunters.Server.AddUserAsync();
        using var browser = hunters.Server.NewBrowser();

        var page = await browser.SubmitLoginAsync(await browser.OpenAsync(hunters.AuthorizeUrl), user);
        Assert.Equal("Almost there", page.Document.QuerySelector("h1")!.TextContent);
        Assert.Equal(["registration.data.minprice"], page.Document.QuerySelectorAll("[data-field]").Select(field => field.GetAttribute("data-field")));
        Assert.Null(page.Document.QuerySelector(".progress"));

        page = await browser.SubmitAsync(page, ("registration.data.minprice", "none"));
        Assert.NotNull(page.Document.GetElementById("registration.data.minprice-error"));
        var done = await browser.SubmitAsync(page, ("registration.data.minprice", "99"), ("user.email", "other@example.com"), ("registration.data.maxprice", "1"));

        Assert.Contains("code=", done.Location, StringComparison.Ordinal);
        var registration = await hunters.RegistrationOfAsync(user.Email!);
        Assert.Equal("""{"minprice":99}""", registration["data"]!.ToJsonString());
    }

    [Fact]
    public async Task Who_is_registered_is_asked_for_what_became_required_since()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        var email = TestServer.NewEmail();
        await browser.SubmitAsync(await hunters.SecondPageAsync(browser, email), ("registration.data.minprice", "1"));
        Assert.Contains("code=", (await browser.OpenAsync(hunters.AuthorizeUrl)).Location, StringComparison.Ordinal);

        await hunters.Api.PatchAsync($"/api/form/field/{hunters.Area}", ApiFixture.Json("""{"field":{"required":true}}"""));
        Assert.Contains("error=interaction_required", (await browser.OpenAsync(hunters.AuthorizeUrl + "&prompt=none")).Location, StringComparison.Ordinal);
        var page = await browser.OpenAsync(hunters.AuthorizeUrl);

        // What depends on the missing answer is asked for too, once it is there.
        Assert.Equal(["registration.data.geographicarea"], page.Document.QuerySelectorAll("[data-field]").Select(field => field.GetAttribute("data-field")));
        page = await browser.SubmitAsync(page, ("registration.data.geographicarea", "Boulder"));
        Assert.NotNull(page.Document.GetElementById("registration.data.why"));
        Assert.Contains("code=", (await browser.SubmitAsync(page, ("registration.data.why", "Hills"))).Location, StringComparison.Ordinal);

        Assert.Equal("""{"minprice":1,"geographicarea":"Boulder","why":"Hills"}""", (await hunters.RegistrationOfAsync(email))["data"]!.ToJsonString());
        Assert.Contains("code=", (await browser.OpenAsync(hunters.AuthorizeUrl + "&prompt=none")).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_may_leave_those_alone_who_are_registered()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync(), registration: """{"completeRegistration":false}""");
        var user = await hunters.Server.AddUserAsync();
        await hunters.Api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json($$$"""{"registration":{"applicationId":"{{{hunters.ClientId}}}"}}"""));
        using var browser = hunters.Server.NewBrowser();

        Assert.Contains("code=", (await browser.SubmitLoginAsync(await browser.OpenAsync(hunters.AuthorizeUrl), user)).Location, StringComparison.Ordinal);

        // Who is not registered has to say what a registration needs.
        using var another = hunters.Server.NewBrowser();
        var page = await another.SubmitLoginAsync(await another.OpenAsync(hunters.AuthorizeUrl), await hunters.Server.AddUserAsync());
        Assert.NotNull(page.Document.GetElementById("registration.data.minprice"));
    }

    [Fact]
    public async Task Basic_registration_asks_at_sign_in_only_where_it_is_told_to()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        foreach (var (complete, asks) in new[] { ("true", true), ("false", false) })
        {
            var id = await api.NewApplicationAsync(ApiFixture.Json($$$"""
                {"oauthConfiguration":{"authorizedRedirectURLs":["{{{HouseHunters.RedirectUri}}}"],"proofKeyForCodeExchangePolicy":"NotRequired"},
                 "registrationConfiguration":{"enabled":true,"completeRegistration":{{{complete}}},"birthDate":{"enabled":true,"required":true} } }
                """).AsObject());
            using var browser = server.NewBrowser();
            var page = await browser.SubmitLoginAsync(
                await browser.OpenAsync($"/oauth2/authorize?client_id={id}&response_type=code&redirect_uri={Uri.EscapeDataString(HouseHunters.RedirectUri)}&state=s"),
                await server.AddUserAsync());

            Assert.Equal(asks, page.Document.GetElementById("user.birthDate") is not null);
        }
    }

    [Fact]
    public async Task A_consent_that_is_required_is_asked_for_until_it_is_given()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        var terms = await hunters.Api.NewFieldAsync("registration.data.terms", $$"""{"control":"consent","consentId":"{{hunters.Consent}}","required":true,"label":"I agree"}""");
        var form = await hunters.Api.NewFormAsync([FormFixture.Shipped("user.email"), terms]);
        await hunters.Api.PatchAsync($"/api/application/{hunters.ClientId}", ApiFixture.Json($$$"""{"application":{"registrationConfiguration":{"formId":"{{{form}}}"} } }"""));
        var user = await hunters.Server.AddUserAsync();
        using var browser = hunters.Server.NewBrowser();

        var page = await browser.SubmitLoginAsync(await browser.OpenAsync(hunters.AuthorizeUrl), user);
        page = await browser.SubmitAsync(page);
        Assert.NotNull(page.Document.GetElementById("registration.data.terms-error"));
        Assert.Contains("code=", (await browser.SubmitAsync(page, ("registration.data.terms", "true"))).Location, StringComparison.Ordinal);

        Assert.Contains("code=", (await browser.OpenAsync(hunters.AuthorizeUrl + "&prompt=none")).Location, StringComparison.Ordinal);
        Assert.Equal("{}", (await hunters.RegistrationOfAsync(user.Email!))["data"]!.ToJsonString());
    }

    [Fact]
    public async Task What_was_said_in_another_tab_is_not_asked_again()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync());
        using var browser = hunters.Server.NewBrowser();
        await browser.SubmitLoginAsync(await browser.OpenAsync(hunters.AuthorizeUrl), await hunters.Server.AddUserAsync());

        var (one, two) = (await browser.OpenAsync(hunters.AuthorizeUrl), await browser.OpenAsync(hunters.AuthorizeUrl));
        Assert.Contains("code=", (await browser.SubmitAsync(one, ("registration.data.minprice", "1"))).Location, StringComparison.Ordinal);
        Assert.Contains("code=", (await browser.SubmitAsync(two, ("registration.data.minprice", "2"))).Location, StringComparison.Ordinal);
    }
}
