using System.Text.RegularExpressions;
using IdentityServer.BrowserTests.Fixtures;
using IdentityServer.Email;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IdentityServer.BrowserTests;

/// <summary>Coming back to an account by mail, proving an address and changing it: the ways through, and every page on them.</summary>
[Collection(SiteCollection.Name)]
public sealed partial class RecoveryTests(RunningSite site)
{
    private const string Another = "a quite different password";
    private const string VerifySubject = "Confirm your e-mail address";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_forgotten_password_is_replaced_and_the_new_one_leads_into_the_application(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var email = await RegisterAsync(visitor);
        await visitor.OpenSampleAsync();
        await visitor.PressAsync("Log in");

        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Forgot your password?" }).ClickAsync();
        await visitor.SeesHeadingAsync("Forgot your password?");
        await visitor.Page.GetByLabel("E-mail or user name").FillAsync(email);
        await visitor.PressAsync("Send the link");
        await visitor.SeesHeadingAsync("Look into your mail");
        await visitor.Page.GotoAsync(Link(await site.MailToAsync(email, "Choose a new password")));
        await visitor.SeesHeadingAsync("Choose a new password?");
        await visitor.PressAsync("Continue");
        await visitor.SeesHeadingAsync("Choose a new password");
        await Expect(visitor.Page.GetByLabel("Account", new() { Exact = true })).ToHaveValueAsync(email);
        await visitor.Page.GetByLabel("New password", new() { Exact = true }).FillAsync(Another);
        await visitor.PressAsync("Set password");
        await visitor.SeesHeadingAsync("Your password is set");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await visitor.FillLoginAsync(email, Another);

        await visitor.SeesAccountAsync(email);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_the_application_wants_a_proven_address_the_mail_lets_one_through(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        var email = await RegisterAsync(visitor);
        var first = Link(await site.MailToAsync(email, VerifySubject));
        await visitor.AuthorizeAsync(clientId: RunningSite.GatedClientId);
        await visitor.FillLoginAsync(email);

        await visitor.SeesHeadingAsync("Confirm your e‑mail address");
        await visitor.PressAsync("Send me a mail");
        await visitor.SeesHeadingAsync("Look into your mail");
        await visitor.Page.GotoAsync(await AnotherLinkAsync(email, first));
        await visitor.SeesHeadingAsync("Is this your address?");
        await visitor.PressAsync("Confirm address");

        await Expect(visitor.Page).ToHaveURLAsync(new Regex("^" + Regex.Escape(site.Sample) + "/callback\\?code="));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_address_is_changed_in_the_account_and_its_old_owner_takes_that_back(bool scripts)
    {
        await using var visitor = await site.WelcomeAsync(scripts);
        await using var owner = await site.WelcomeAsync(scripts);
        var (old, email) = (await ProveAsync(visitor), $"{Guid.NewGuid():N}@example.com");

        await AskForChangeAsync(visitor, email);
        await visitor.Page.GotoAsync(Link(await site.MailToAsync(email)));
        await visitor.SeesHeadingAsync("Use this address?");
        await visitor.PressAsync("Use this address");
        await visitor.SeesHeadingAsync("Your e‑mail address");
        await Expect(visitor.Page.Locator(".facts")).ToContainTextAsync(email);

        await TakeBackAsync(owner, old);
        await visitor.Page.GotoAsync(site.Issuer + "/account/email");
        await visitor.SeesHeadingAsync("Welcome back");
        await visitor.FillLoginAsync(email);
        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Every_page_on_the_way_to_a_new_password_is_accessible_and_fits_every_screen()
    {
        await using var visitor = await site.WelcomeAsync();
        var email = await RegisterAsync(visitor);
        await visitor.AuthorizeAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Forgot your password?" }).ClickAsync();
        await visitor.SeesHeadingAsync("Forgot your password?");
        await visitor.LooksRightAsync("forgot-password");
        await visitor.PressAsync("Send the link");
        await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await visitor.LooksRightAsync("forgot-password-wrong");
        await visitor.Page.GetByLabel("E-mail or user name").FillAsync(email);
        await visitor.PressAsync("Send the link");
        await visitor.SeesHeadingAsync("Look into your mail");
        await visitor.LooksRightAsync("forgot-password-waiting");

        await visitor.Page.GotoAsync(Link(await site.MailToAsync(email, "Choose a new password")));
        await visitor.SeesHeadingAsync("Choose a new password?");
        await visitor.LooksRightAsync("link-new-password");
        await visitor.PressAsync("Continue");
        await visitor.SeesHeadingAsync("Choose a new password");
        await visitor.LooksRightAsync("new-password");
        await visitor.Page.GetByLabel("New password", new() { Exact = true }).FillAsync("short");
        await visitor.PressAsync("Set password");
        await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await visitor.LooksRightAsync("new-password-wrong");
        await visitor.Page.GetByLabel("New password", new() { Exact = true }).FillAsync(Another);
        await visitor.PressAsync("Set password");
        await visitor.SeesHeadingAsync("Your password is set");
        await visitor.LooksRightAsync("password-set");
    }

    [Fact]
    public async Task Every_page_that_proves_an_address_is_accessible_and_fits_every_screen()
    {
        await using var visitor = await site.WelcomeAsync();
        var email = await RegisterAsync(visitor);
        await visitor.AuthorizeAsync(clientId: RunningSite.GatedClientId);
        await visitor.FillLoginAsync(email);
        await visitor.SeesHeadingAsync("Confirm your e‑mail address");
        await visitor.LooksRightAsync("verify-email");

        await visitor.Page.GotoAsync(Link(await site.MailToAsync(email, VerifySubject)));
        await visitor.SeesHeadingAsync("Is this your address?");
        await visitor.LooksRightAsync("link-verify");
        await visitor.Page.GetByLabel("Code").FillAsync("BCD-234");
        await visitor.PressAsync("Confirm address");
        await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await visitor.LooksRightAsync("link-verify-wrong");
    }

    [Fact]
    public async Task Every_page_of_a_change_of_address_is_accessible_and_fits_every_screen()
    {
        await using var visitor = await site.WelcomeAsync();
        await using var owner = await site.WelcomeAsync();
        var (old, email) = (await visitor.RegisterAsync(), $"{Guid.NewGuid():N}@example.com");
        await visitor.Page.GotoAsync(site.Issuer + "/account/email");
        await visitor.SeesHeadingAsync("Your e‑mail address");
        await visitor.LooksRightAsync("account-email-unproven");
        await ConfirmAsync(visitor, old);
        await visitor.LooksRightAsync("link-verify-done");

        await visitor.Page.GotoAsync(site.Issuer + "/account/email");
        await visitor.LooksRightAsync("account-email");
        await visitor.Page.GetByLabel("New address").FillAsync("nobody");
        await visitor.PressAsync("Change address");
        await visitor.Page.GetByRole(AriaRole.Alert).WaitForAsync();
        await visitor.LooksRightAsync("account-email-wrong");
        await AskForChangeAsync(visitor, email);
        await visitor.LooksRightAsync("account-email-waiting");
        await visitor.Page.GotoAsync(Link(await site.MailToAsync(email)));
        await visitor.SeesHeadingAsync("Use this address?");
        await visitor.LooksRightAsync("link-change-email");

        await TakeBackAsync(owner, old, owner.LooksRightAsync);
    }

    // Somebody new, who is signed in nowhere yet.
    private static async Task<string> RegisterAsync(Visitor visitor)
    {
        var email = await visitor.RegisterAsync();
        await visitor.Page.Context.ClearCookiesAsync();
        return email;
    }

    private async Task<string> ProveAsync(Visitor visitor)
    {
        var email = await visitor.RegisterAsync();
        await ConfirmAsync(visitor, email);
        return email;
    }

    private async Task ConfirmAsync(Visitor visitor, string email)
    {
        await visitor.Page.GotoAsync(Link(await site.MailToAsync(email, VerifySubject)));
        await visitor.PressAsync("Confirm address");
        await visitor.SeesHeadingAsync("Your address is confirmed");
    }

    private async Task AskForChangeAsync(Visitor visitor, string email)
    {
        await visitor.Page.GotoAsync(site.Issuer + "/account/email");
        await visitor.Page.GetByLabel("New address").FillAsync(email);
        await visitor.PressAsync("Change address");
        await visitor.SeesHeadingAsync("Look into your mail");
    }

    // In a browser that has nothing to do with it, by the code from the warning.
    private async Task TakeBackAsync(Visitor owner, string old, Func<string, Task>? look = null)
    {
        var warning = await site.MailToAsync(old, "Your e-mail address is to be changed");
        await owner.Page.GotoAsync(Link(warning));
        await owner.SeesHeadingAsync("Take the change back?");
        await (look?.Invoke("link-take-back") ?? Task.CompletedTask);
        await owner.Page.GetByLabel("Code from the mail").FillAsync(CodeIn().Match(warning.Text).Value);
        await owner.PressAsync("Take it back");
        await owner.SeesHeadingAsync("Your account is safe");
        await (look?.Invoke("link-taken-back") ?? Task.CompletedTask);
    }

    // The newest link to an address, once it is not the one that came before.
    private async Task<string> AnotherLinkAsync(string email, string before)
    {
        for (var wait = 0; wait < 200; wait++)
        {
            if (Link(await site.MailToAsync(email, VerifySubject)) is { } link && link != before)
            {
                return link;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"No second mail came to {email}.");
    }

    private static string Link(MailContent mail) => LinkIn().Match(mail.Text).Value;

    [GeneratedRegex(@"https?://\S+/link/\S+")]
    private static partial Regex LinkIn();

    [GeneratedRegex("(?<![A-Za-z0-9_-])[B-DF-HJ-NP-TV-XZ2-9]{3}-[B-DF-HJ-NP-TV-XZ2-9]{3}(?![A-Za-z0-9_-])")]
    private static partial Regex CodeIn();
}
