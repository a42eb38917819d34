using IdentityServer.BrowserTests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IdentityServer.BrowserTests;

/// <summary>Passkeys in a real browser, whose authenticator is a virtual one.</summary>
[Collection(SiteCollection.Name)]
public sealed class PasskeyTests(RunningSite site)
{
    [Fact]
    public async Task A_passkey_is_added_in_the_account_signs_in_by_button_and_is_removed()
    {
        await using var visitor = await site.WelcomeAsync();
        await VirtualAuthenticator.PlugInAsync(visitor.Page);
        var email = await AddAsync(visitor);
        await visitor.TakePictureAsync("passkeys");

        await visitor.Page.Context.ClearCookiesAsync();
        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Log in");
        await visitor.TakePictureAsync("login-passkey");
        await visitor.PressAsync("Sign in with a passkey");
        await visitor.SeesAccountAsync(email);

        await visitor.Page.GotoAsync(site.Issuer + "/account/passkeys");
        await Expect(visitor.Page.Locator(".passkeys")).ToContainTextAsync("Last used");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Change" }).ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Remove this passkey" }).ClickAsync();
        await visitor.SeesHeadingAsync("Remove this passkey?");
        await visitor.PressAsync("Remove");
        await Expect(visitor.Page.GetByText("You have no passkey yet.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_browser_s_autofill_signs_in()
    {
        await using var visitor = await site.WelcomeAsync();
        await VirtualAuthenticator.PlugInAsync(visitor.Page, autofill: true);
        var email = await AddAsync(visitor);
        await visitor.Page.Context.ClearCookiesAsync();

        // The virtual authenticator chooses by itself what a person would choose in the list under the field.
        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Log in");

        await visitor.SeesAccountAsync(email);
    }

    [Fact]
    public async Task Who_has_to_prove_again_who_they_are_may_do_it_with_the_passkey()
    {
        await using var visitor = await site.WelcomeAsync();
        await VirtualAuthenticator.PlugInAsync(visitor.Page);
        await AddAsync(visitor);

        await visitor.AuthorizeAsync("&prompt=login");
        await visitor.SeesHeadingAsync("Confirm it’s you");
        await visitor.PressAsync("Sign in with a passkey");

        await Expect(visitor.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"^{site.Sample}/callback\\?code="));
    }

    [Fact]
    public async Task A_browser_without_a_passkey_says_so_and_the_password_still_works()
    {
        await using var visitor = await site.WelcomeAsync();
        await VirtualAuthenticator.PlugInAsync(visitor.Page, autofill: true);
        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Log in");

        await visitor.PressAsync("Sign in with a passkey");

        await Expect(visitor.Page.GetByText("That did not work.")).ToBeVisibleAsync();
        await visitor.FillLoginAsync();
        await visitor.SeesAccountAsync(RunningSite.Email);
    }

    [Fact]
    public async Task Without_scripts_nothing_of_it_shows()
    {
        await using var visitor = await site.WelcomeAsync(scripts: false);
        await visitor.AuthorizeAsync();

        await Expect(visitor.Page.GetByText("Sign in with a passkey")).ToBeHiddenAsync();
    }

    private async Task<string> AddAsync(Visitor visitor)
    {
        var email = await visitor.RegisterAsync();
        await visitor.Page.GotoAsync(site.Issuer + "/account/passkeys");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Add a passkey" }).ClickAsync();
        await visitor.SeesHeadingAsync("Add a passkey");
        await visitor.PressAsync("Create a passkey");
        await visitor.SeesHeadingAsync("Your passkey");
        await visitor.Page.GetByLabel("Name").FillAsync("Test key");
        await visitor.PressAsync("Save");
        await Expect(visitor.Page.Locator(".passkeys")).ToContainTextAsync("Test key");
        return email;
    }
}
