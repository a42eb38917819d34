using System.Net.Http.Json;
using System.Text.Json.Nodes;
using IdentityServer.BrowserTests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IdentityServer.BrowserTests;

/// <summary>Registration by a form of two pages, and the profile, as a person at a browser has them.</summary>
[Collection(SiteCollection.Name)]
public sealed class FormTests(RunningSite site)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_pages_lead_to_the_application_and_the_profile_changes_what_was_said(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var page = visitor.Page;
        var email = await FillFirstAsync(visitor);
        await visitor.SeesHeadingAsync("What are you looking for?");
        await Expect(page.GetByText("Step 2 of 2")).ToBeVisibleAsync();

        await page.GetByLabel("Lowest price").FillAsync("250000");
        await page.GetByLabel("Area").SelectOptionAsync("Boulder");
        if (!scripts)
        {
            await visitor.PressAsync("Create account");
            await visitor.SeesNoticeAsync("There is something more to fill in.");
        }

        await page.GetByLabel("Why Boulder?").FillAsync("The mountains");
        await page.GetByLabel("Garden").CheckAsync();
        await page.GetByLabel("Send me news").CheckAsync();
        await visitor.TakePictureAsync($"form-second{(scripts ? string.Empty : "-no-scripts")}");
        await visitor.PressAsync("Create account");
        await SeesAnswerAsync(visitor);

        var (user, data) = await DataOfAsync(email);
        Assert.Equal("""{"minprice":250000,"area":"Boulder","why":"The mountains","extras":["Garden"]}""", data.ToJsonString());
        using var api = Api();
        var consents = await api.GetFromJsonAsync<JsonObject>($"/api/user/consent?userId={user}");
        Assert.Equal("Active", consents!["userConsents"]![0]!["status"]!.GetValue<string>());

        // The profile, in the same browser.
        await page.GotoAsync($"{site.Issuer}/account/profile?client_id={RunningSite.FormsClientId}");
        await visitor.SeesHeadingAsync("Your profile");
        await Expect(page.GetByLabel("Lowest price")).ToHaveValueAsync("250000");
        await page.GetByLabel("Lowest price").FillAsync("200000");
        await visitor.PressAsync("Save");
        await visitor.SeesNoticeAsync("Your changes are saved.");
        await visitor.TakePictureAsync("profile");
        Assert.Equal(200000, (await DataOfAsync(email)).Data["minprice"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_field_comes_and_goes_with_the_answer_that_it_depends_on()
    {
        await using var visitor = await site.WelcomeAsync();
        var page = visitor.Page;
        await FillFirstAsync(visitor);
        await page.GetByLabel("Lowest price").FillAsync("17");

        await page.GetByLabel("Area").SelectOptionAsync("Boulder");
        await Expect(page.GetByLabel("Why Boulder?")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Lowest price")).ToHaveValueAsync("17");
        await page.GetByLabel("Area").SelectOptionAsync("Denver");
        await Expect(page.GetByLabel("Why Boulder?")).ToHaveCountAsync(0);
        await page.GetByLabel("Area").SelectOptionAsync("Boulder");
        await Expect(page.GetByLabel("Why Boulder?")).ToBeVisibleAsync();

        // What script put there counts as shown: left blank, it is wrong at once.
        await visitor.PressAsync("Create account");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Why Boulder?: Please fill this in.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mistakes_are_told_and_going_back_loses_nothing(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var page = visitor.Page;
        await visitor.OpenFormAsync();
        await page.GetByLabel("E-mail", new() { Exact = true }).FillAsync("ana@example");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(RunningSite.Password);
        await page.GetByLabel("Password, once more").FillAsync("something else");
        await visitor.PressAsync("Continue");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This doesn’t look like an e-mail address.");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The two passwords are not the same.");
        await Expect(page.GetByLabel("E-mail", new() { Exact = true })).ToHaveValueAsync("ana@example");
        await Expect(page.GetByLabel("Password", new() { Exact = true })).ToHaveValueAsync(string.Empty);
        await visitor.TakePictureAsync("form-wrong");

        var email = await visitor.FillFirstPageAsync();
        await page.GetByLabel("Lowest price").FillAsync("42");
        await visitor.PressAsync("Back");
        await Expect(page.GetByLabel("E-mail", new() { Exact = true })).ToHaveValueAsync(email);
        await visitor.PressAsync("Continue");
        await Expect(page.GetByLabel("Lowest price")).ToHaveValueAsync("42");
        await page.GetByLabel("Lowest price").PressAsync("Enter");
        await SeesAnswerAsync(visitor);
        Assert.Equal(42, (await DataOfAsync(email)).Data["minprice"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_language_can_be_changed_in_the_middle(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var page = visitor.Page;
        await FillFirstAsync(visitor);
        await page.GetByLabel("Lowest price").FillAsync("42");

        await visitor.PressAsync("Deutsch");
        await visitor.SeesHeadingAsync("Was suchen Sie?");
        await Expect(page.GetByLabel("Preis ab")).ToHaveValueAsync("42");
        await page.GetByLabel("Preis ab").FillAsync(string.Empty);
        await visitor.PressAsync("Konto anlegen");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Preis ab");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "de");
    }

    [Fact]
    public async Task Loading_a_page_again_and_two_tabs_at_once_do_no_harm()
    {
        await using var visitor = await site.WelcomeAsync();
        var email = await FillFirstAsync(visitor);
        await visitor.Page.ReloadAsync();
        await visitor.SeesHeadingAsync("What are you looking for?");

        var other = await visitor.Page.Context.NewPageAsync();
        await other.GotoAsync(visitor.Page.Url);
        await other.GetByLabel("E-mail", new() { Exact = true }).FillAsync("other@example.com");
        await visitor.Page.GetByLabel("Lowest price").FillAsync("1");
        await visitor.PressAsync("Create account");
        await SeesAnswerAsync(visitor);
        Assert.Equal(1, (await DataOfAsync(email)).Data["minprice"]!.GetValue<int>());

        await other.GetByRole(AriaRole.Button, new() { Name = "Continue", Exact = true }).ClickAsync();
        await Expect(other.GetByRole(AriaRole.Alert)).ToContainTextAsync("This page was open for too long.");
        await Expect(other.GetByLabel("E-mail", new() { Exact = true })).ToHaveValueAsync("other@example.com");
    }

    private static async Task<string> FillFirstAsync(Visitor visitor)
    {
        await visitor.OpenFormAsync();
        return await visitor.FillFirstPageAsync();
    }

    // The answer came to the sample client, which did not ask and says so.
    private static Task SeesAnswerAsync(Visitor visitor) => Expect(visitor.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/callback\\?code="));

    private async Task<(string User, JsonObject Data)> DataOfAsync(string email)
    {
        using var api = Api();
        var user = (await api.GetFromJsonAsync<JsonObject>("/api/user?email=" + email))!["user"]!["id"]!.GetValue<string>();
        var registration = await api.GetFromJsonAsync<JsonObject>($"/api/user/registration/{user}/{RunningSite.FormsClientId}");
        return (user, registration!["registration"]!["data"]!.AsObject());
    }

    private HttpClient Api()
    {
        var client = new HttpClient { BaseAddress = new Uri(site.Issuer) };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", RunningSite.ApiKey);
        return client;
    }
}
