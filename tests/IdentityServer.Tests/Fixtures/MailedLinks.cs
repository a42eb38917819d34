using System.Text.RegularExpressions;
using IdentityServer.Applications;
using IdentityServer.Email;

namespace IdentityServer.Tests.Fixtures;

/// <summary>Asking for a mailed link, and reading it.</summary>
public static partial class MailedLinks
{
    /// <summary>The settings of an application to which people sign in by mail.</summary>
    public static Func<ApplicationSettings, ApplicationSettings> ByLink(bool allowPassword = true, bool register = false) => settings => settings with
    {
        PasswordlessConfiguration = new() { Enabled = true, AllowPassword = allowPassword },
        RegistrationConfiguration = settings.RegistrationConfiguration with { Enabled = register },
    };

    /// <summary>Asks for a link on the login page, and follows to the waiting page.</summary>
    public static async Task<BrowserPage> AskAsync(this Browser browser, BrowserPage login, string loginId, params (string Name, string Value)[] typed) =>
        await browser.FollowAsync(await browser.SubmitAsync(login, [("loginId", loginId), ("by", "link"), .. typed]));

    /// <summary>Path and query of the mail's link.</summary>
    public static string LinkPath(this MailContent mail) => new Uri(mail.Link()).PathAndQuery;

    /// <summary>The mail's code.</summary>
    public static string Code(this MailContent mail) => CodeIn().Match(mail.Text) is { Success: true } code
        ? code.Value : throw new InvalidOperationException("There is no code in: " + mail.Text);

    /// <summary>The code that the waiting page shows for other devices.</summary>
    public static string WaitingCode(this BrowserPage page) => page.Document.QuerySelector(".shown-code")!.TextContent.Trim();

    [GeneratedRegex("(?<![A-Za-z0-9_-])[B-DF-HJ-NP-TV-XZ2-9]{3}-[B-DF-HJ-NP-TV-XZ2-9]{3}(?![A-Za-z0-9_-])")]
    private static partial Regex CodeIn();
}
