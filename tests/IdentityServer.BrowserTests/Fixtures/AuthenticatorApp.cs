using IdentityServer.Factors;
using Microsoft.Playwright;

namespace IdentityServer.BrowserTests.Fixtures;

/// <summary>An authenticator app that has a secret.</summary>
public sealed class AuthenticatorApp(byte[] secret)
{
    // A code is good once; the one after the last is taken for the clock's tolerance.
    private long last;

    /// <summary>The first code from now on that was not shown yet.</summary>
    public string NextCode()
    {
        last = Math.Max(last + 1, Totp.StepOf(TimeProvider.System.GetUtcNow()));
        return Totp.Code(secret, last);
    }
}

/// <summary>Ways to second factors.</summary>
public static class AuthenticatorSteps
{
    /// <summary>Sets one up in the account of who is signed in, up to the recovery codes.</summary>
    public static async Task<AuthenticatorApp> SetUpAuthenticatorAsync(this Visitor visitor, RunningSite site)
    {
        await visitor.Page.GotoAsync(site.Issuer + "/account/two-factor/new");
        await visitor.Page.GetByText("Can’t scan it?").ClickAsync();
        var text = await visitor.Page.Locator(".secret code").InnerTextAsync();
        var app = new AuthenticatorApp(Base32.Decode(text.Replace(" ", "", StringComparison.Ordinal))!);
        await visitor.Page.GetByLabel("Enter the code").FillAsync(app.NextCode());
        await visitor.Page.GetByLabel("Name of the device").FillAsync("Phone");
        await visitor.PressAsync("Turn on");
        await visitor.SeesHeadingAsync("Keep these recovery codes");
        return app;
    }

    /// <summary>Somebody new with a second factor, who has given the password and is asked for the code.</summary>
    public static async Task<AuthenticatorApp> ComeToSecondFactorAsync(this Visitor visitor, RunningSite site)
    {
        var email = await visitor.RegisterAsync();
        var app = await visitor.SetUpAuthenticatorAsync(site);
        await visitor.Page.Context.ClearCookiesAsync();
        await visitor.AuthorizeAsync();
        await visitor.FillLoginAsync(email);
        await visitor.SeesHeadingAsync("One more step");
        return app;
    }

    /// <summary>Somebody new who has codes by mail as a second factor, and has given the password.</summary>
    public static async Task<string> ComeToMailedCodeAsync(this Visitor visitor, RunningSite site)
    {
        var email = await visitor.RegisterAsync();
        await visitor.Page.GotoAsync(Visitor.LinkOf(await site.MailToAsync(email)));
        await visitor.PressAsync("Confirm address");
        await visitor.SeesHeadingAsync("Your address is confirmed");
        await visitor.Page.GotoAsync(site.Issuer + "/account/two-factor/email");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Mail a code to" }).ClickAsync();
        var mail = await site.MailToAsync(email, "Your sign-in code");
        await visitor.Page.GetByLabel("Code from the mail").FillAsync(System.Text.RegularExpressions.Regex.Match(mail.Text, @"\b\d{6}\b").Value);
        await visitor.PressAsync("Turn on");
        await visitor.SeesHeadingAsync("Keep these recovery codes");
        await visitor.Page.Context.ClearCookiesAsync();
        await visitor.AuthorizeAsync();
        await visitor.FillLoginAsync(email);
        await visitor.SeesHeadingAsync("One more step");
        return email;
    }
}
