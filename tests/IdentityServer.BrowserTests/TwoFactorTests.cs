using IdentityServer.BrowserTests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IdentityServer.BrowserTests;

/// <summary>Second factors as people meet them: set up in the account, asked for at the next sign-in.</summary>
[Collection(SiteCollection.Name)]
public sealed class TwoFactorTests(RunningSite site)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Somebody_sets_an_authenticator_up_and_signs_in_with_it(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var email = await visitor.RegisterAsync();
        var app = await visitor.SetUpAuthenticatorAsync(site);
        await Expect(visitor.Page.Locator(".recovery-codes code")).ToHaveCountAsync(10);
        await Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Print" })).ToBeVisibleAsync(new() { Visible = scripts });
        await visitor.PressAsync("I have kept them");
        await visitor.SeesHeadingAsync("Two-step sign-in");
        await visitor.Page.Context.ClearCookiesAsync();

        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Log in");
        await visitor.FillLoginAsync(email);
        await visitor.SeesHeadingAsync("One more step");
        await visitor.Page.GetByLabel("Code from the app").FillAsync("000000");
        await visitor.PressAsync("Continue");
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This code is wrong");
        await visitor.Page.GetByLabel("Code from the app").FillAsync(app.NextCode());
        await visitor.PressAsync("Continue");
        await visitor.SeesAccountAsync(email);
    }

    [Fact]
    public async Task The_codes_are_copied_in_one_go()
    {
        await using var visitor = await site.WelcomeAsync();
        await visitor.RegisterAsync();
        await visitor.SetUpAuthenticatorAsync(site);
        await visitor.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);

        await visitor.PressAsync("Copy");

        await Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Copied" })).ToBeVisibleAsync();
        var copied = await visitor.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.Equal(await visitor.Page.Locator(".recovery-codes code").AllInnerTextsAsync(), copied.Split('\n'));
    }
}
