using System.Text.RegularExpressions;
using IdentityServer.BrowserTests.Fixtures;
using IdentityServer.Email;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IdentityServer.BrowserTests;

/// <summary>Registering where the address is proven before there is an account.</summary>
[Collection(SiteCollection.Name)]
public sealed partial class AddressProofTests(RunningSite site)
{
    private const string Proves = "Confirm your e‑mail address";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_code_from_the_mail_leads_into_the_application(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var email = await AskAsync(visitor);

        await visitor.Page.GetByLabel("Code from the mail").FillAsync(Code(await site.MailToAsync(email)).ToLowerInvariant());
        await visitor.Page.Keyboard.PressAsync("Enter");

        await SeesApplicationAsync(visitor);
    }

    [Fact]
    public async Task A_link_that_is_opened_in_another_tab_lets_the_form_go_on_by_itself()
    {
        await using var visitor = await site.WelcomeAsync();
        var email = await AskAsync(visitor);

        await ConfirmAsync(await visitor.Page.Context.NewPageAsync(), await site.MailToAsync(email));

        await SeesApplicationAsync(visitor);
    }

    [Fact]
    public async Task Without_scripts_it_goes_on_by_its_button()
    {
        await using var visitor = await site.WelcomeAsync(scripts: false);
        var email = await AskAsync(visitor);

        await ConfirmAsync(await visitor.Page.Context.NewPageAsync(), await site.MailToAsync(email));
        await visitor.PressAsync("Create account");

        await SeesApplicationAsync(visitor);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wrong_address_is_mended(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        await AskAsync(visitor);
        var email = $"{Guid.NewGuid():N}@example.com";
        await visitor.PressAsync("Back");
        await Expect(visitor.Page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("Grace Hopper");
        await visitor.Page.GetByLabel("E-mail", new() { Exact = true }).FillAsync(email);
        await visitor.PressAsync("Continue");
        await visitor.SeesHeadingAsync(Proves);
        await Expect(visitor.Page.Locator("p.lead")).ToContainTextAsync(email);

        await visitor.Page.GetByLabel("Code from the mail").FillAsync(Code(await site.MailToAsync(email)));
        await visitor.PressAsync("Create account");

        await SeesApplicationAsync(visitor);
    }

    [Fact]
    public async Task The_browser_s_own_back_button_leads_to_the_form_which_begins_anew()
    {
        await using var visitor = await site.WelcomeAsync();
        await AskAsync(visitor);
        await visitor.Page.GoBackAsync();
        await visitor.SeesHeadingAsync("Create your account");
        var email = await FillAsync(visitor);

        await visitor.Page.GetByLabel("Code from the mail").FillAsync(Code(await site.MailToAsync(email)));
        await visitor.PressAsync("Create account");

        await SeesApplicationAsync(visitor);
    }

    [Fact]
    public async Task Every_page_is_accessible_and_fits_every_screen()
    {
        await using var visitor = await site.WelcomeAsync();
        var email = await AskAsync(visitor);
        await visitor.LooksRightAsync("register-verify");
        await visitor.Page.GetByLabel("Code from the mail").FillAsync("BCD-234");
        await visitor.PressAsync("Create account");
        await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await visitor.LooksRightAsync("register-verify-wrong");

        var link = Link(await site.MailToAsync(email));
        await visitor.PressAsync("Send it again");
        await visitor.SeesNoticeAsync("Another mail is on its way");
        await visitor.LooksRightAsync("register-verify-resent");
        await visitor.Page.GotoAsync(link);
        await visitor.LooksRightAsync("link-register-gone");
    }

    [Fact]
    public async Task The_link_s_page_is_accessible_and_fits_every_screen()
    {
        await using var visitor = await site.WelcomeAsync();
        var email = await AskAsync(visitor);

        await visitor.Page.GotoAsync(Link(await site.MailToAsync(email)));
        await visitor.SeesHeadingAsync("Is this your address?");
        await visitor.LooksRightAsync("link-register");
    }

    private static async Task ConfirmAsync(IPage tab, MailContent mail)
    {
        await tab.GotoAsync(Link(mail));
        await tab.GetByRole(AriaRole.Button, new() { Name = "Confirm address" }).ClickAsync();
        await Expect(tab.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Confirmed");
        await tab.CloseAsync();
    }

    // Somebody new, up to the page that waits for the mail.
    private static async Task<string> AskAsync(Visitor visitor)
    {
        await visitor.AuthorizeAsync(clientId: RunningSite.GatedClientId);
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Create an account" }).ClickAsync();
        return await FillAsync(visitor);
    }

    private static async Task<string> FillAsync(Visitor visitor)
    {
        var email = $"{Guid.NewGuid():N}@example.com";
        await visitor.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Grace Hopper");
        await visitor.Page.GetByLabel("E-mail", new() { Exact = true }).FillAsync(email);
        await visitor.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(RunningSite.Password);
        await visitor.PressAsync("Continue");
        await visitor.SeesHeadingAsync(Proves);
        return email;
    }

    private Task SeesApplicationAsync(Visitor visitor) =>
        Expect(visitor.Page).ToHaveURLAsync(new Regex("^" + Regex.Escape(site.Sample) + "/callback\\?code=.*state=s(&|$)"));

    private static string Link(MailContent mail) => LinkIn().Match(mail.Text).Value;

    private static string Code(MailContent mail) => CodeIn().Match(mail.Text).Value;

    [GeneratedRegex(@"https?://\S+/link/\S+")]
    private static partial Regex LinkIn();

    [GeneratedRegex("(?<![A-Za-z0-9_-])[B-DF-HJ-NP-TV-XZ2-9]{3}-[B-DF-HJ-NP-TV-XZ2-9]{3}(?![A-Za-z0-9_-])")]
    private static partial Regex CodeIn();
}
