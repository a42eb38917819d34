using System.Net;
using IdentityServer.Tests.Api;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Tests.Forms;
using IdentityServer.Users;

namespace IdentityServer.Tests.Account;

public sealed class ProfileTests
{
    [Theory]
    [OnEachDatabase]
    public async Task People_sign_in_there_and_change_what_is_known_of_them(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync(change: wanted => wanted with { PreferredLanguages = ["fr", "de"], Data = """{"kept":1}""" });
        using var browser = server.NewBrowser();

        var page = await browser.OpenAccountAsync("/account/profile", user);
        Assert.Equal("Ada Lovelace", page.Document.GetElementById("user.fullName")!.GetAttribute("value"));
        Assert.NotNull(page.Document.QuerySelector("option[value=fr][selected]"));
        var saved = await browser.SubmitAsync(page, ("user.fullName", "Ada King"), ("user.birthDate", "1815-12-10"), ("user.preferredLanguages", "de"));
        Assert.Equal(HttpStatusCode.SeeOther, saved.Status);
        Assert.Contains("Your changes are saved.", (await browser.FollowAsync(saved)).Body, StringComparison.Ordinal);

        var stored = await server.Get<People>().GetAsync(user.Id, CancellationToken.None);
        Assert.Equal(("Ada King", new DateOnly(1815, 12, 10), """{"kept":1}"""), (stored.FullName, stored.BirthDate, stored.Data));
        Assert.Equal(["de", "fr"], stored.PreferredLanguages);
    }

    [Fact]
    public async Task What_is_wrong_is_told_and_what_is_cleared_is_taken_away()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync(change: wanted => wanted with { MobilePhone = "+4930123456" });
        using var browser = server.NewBrowser();
        var page = await OpenAsync(browser, user);

        var wrong = await browser.SubmitAsync(page, ("user.mobilePhone", "call me"));
        Assert.Equal("This doesn’t look like a phone number.", wrong.Document.GetElementById("user.mobilePhone-error")!.TextContent.Trim());
        await browser.SubmitAsync(wrong, ("user.mobilePhone", ""));

        Assert.Null((await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).MobilePhone);
    }

    [Fact]
    public async Task The_applications_form_says_what_people_may_change_of_their_registration()
    {
        var (hunters, user) = await RegisteredAsync();
        using var browser = hunters.Server.NewBrowser();
        var page = await OpenAsync(browser, user, hunters.ClientId);

        // The address to sign in with is shown and can't be changed here; a password is not there at all.
        Assert.Equal(
            ["user.email", "registration.data.minprice", "registration.data.geographicarea"],
            page.Document.QuerySelectorAll("[data-field]").Select(field => field.GetAttribute("data-field")));
        Assert.True(page.Document.GetElementById("user.email")!.HasAttribute("readonly"));
        Assert.Equal("250000", page.Document.GetElementById("registration.data.minprice")!.GetAttribute("value"));

        var saved = await browser.SubmitAsync(
            page, ("user.email", "thief@example.com"), ("registration.data.minprice", "200000"), ("registration.data.geographicarea", "Boulder"), ("user.password", "another password"));
        Assert.Equal(HttpStatusCode.SeeOther, saved.Status);

        var registration = await hunters.RegistrationOfAsync(user.Email!);
        Assert.Equal("""{"kept":true,"minprice":200000,"geographicarea":"Boulder"}""", registration["data"]!.ToJsonString());
        Assert.Equal("buyer", registration["roles"]![0]!.GetValue<string>());
        Assert.Equal(user.PasswordHash, (await hunters.Server.Get<People>().GetAsync(user.Id, CancellationToken.None)).PasswordHash);
    }

    [Fact]
    public async Task Who_is_not_registered_there_sees_only_what_is_their_own()
    {
        var (hunters, _) = await RegisteredAsync();
        using var browser = hunters.Server.NewBrowser();

        var page = await OpenAsync(browser, await hunters.Server.AddUserAsync(), hunters.ClientId);

        Assert.Equal(["user.email"], page.Document.QuerySelectorAll("[data-field]").Select(field => field.GetAttribute("data-field")));
    }

    [Fact]
    public async Task A_post_from_elsewhere_changes_nothing()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();
        var page = await OpenAsync(browser, user);

        var stale = await browser.SubmitAsync(page, ("user.fullName", "Mallory"), ("__csrf", "forged"));
        var foreign = await browser.SubmitAsync(page, [("Origin", "https://evil.example")], [("user.fullName", "Mallory")]);

        Assert.Contains("This page was open for too long.", stale.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, foreign.Status);
        Assert.Equal("Ada Lovelace", (await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).FullName);
    }

    [Fact]
    public async Task Half_a_form_of_one_person_is_worthless_to_another()
    {
        var server = await TestServer.SharedAsync();
        var (ada, eve) = (await server.AddUserAsync(), await server.AddUserAsync(change: wanted => wanted with { FullName = "Eve" }));
        using var hers = server.NewBrowser();
        using var others = server.NewBrowser();
        var seal = (await OpenAsync(hers, ada)).Document.QuerySelector("input[name=answers]")!.GetAttribute("value")!;

        var page = await others.SubmitAsync(await OpenAsync(others, eve), ("answers", seal));

        Assert.Contains("This took too long", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Odd_requests_get_a_page_and_no_fault()
    {
        var server = await TestServer.SharedAsync();
        using var client = server.NewClient();

        using var json = await client.PostAsync("/account/profile", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        using var bent = await client.PostAsync("/account/profile", new ByteArrayContent("a=%ZZ&%00=\0"u8.ToArray()) { Headers = { { "Content-Type", "application/x-www-form-urlencoded" } } });
        using var twice = await client.GetAsync("/account/profile?client_id=a&client_id=b&locale=<script>");

        Assert.All(new[] { json, bent }, response => Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode));
        Assert.Equal(HttpStatusCode.Found, twice.StatusCode);
        Assert.DoesNotContain("<script>", await twice.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Task<BrowserPage> OpenAsync(Browser browser, User user, string? clientId = null) =>
        browser.OpenAccountAsync("/account/profile" + (clientId is null ? string.Empty : "?client_id=" + clientId), user);

    private static async Task<(HouseHunters Hunters, User User)> RegisteredAsync()
    {
        var hunters = await HouseHunters.MoveInAsync(await TestServer.SharedAsync(), more: """{"roles":[{"name":"buyer"}]}""");
        var form = await hunters.Api.NewFormAsync(
            "selfServiceUser", [[FormFixture.Shipped("user.email"), FormFixture.Shipped("user.password"), hunters.LowestPrice, hunters.Area]]);
        await hunters.Api.PatchAsync($"/api/application/{hunters.ClientId}", ApiFixture.Json($$$"""{"application":{"formConfiguration":{"selfServiceFormId":"{{{form}}}"} } }"""));
        await hunters.Api.PostAsync($"/api/application/{hunters.ClientId}/role", ApiFixture.Json("""{"role":{"name":"buyer"}}"""));
        var user = await hunters.Server.AddUserAsync();
        (await hunters.Api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json(
            $$$"""{"registration":{"applicationId":"{{{hunters.ClientId}}}","roles":["buyer"],"data":{"kept":true,"minprice":250000,"geographicarea":"Denver"} } }"""))).Expect("registration");
        return (hunters, user);
    }
}
