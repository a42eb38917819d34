using System.Text.RegularExpressions;
using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>The mails of a development server, newest first.</summary>
public sealed record DevMailListPage(IReadOnlyList<DevMailView> Mails) : IPage<DevMailListPage>
{
    /// <inheritdoc/>
    public static string Template => "dev-mails";

    /// <inheritdoc/>
    public static DevMailListPage Sample => new([new("/dev/mail/1", "ada@example.com", "Your password was changed", "2030-01-31 12:00:00")]);

    /// <inheritdoc/>
    public static IReadOnlyList<DevMailListPage> Samples => [Sample, new([])];
}

/// <summary>A mail in the list.</summary>
public sealed record DevMailView(string Url, string To, string Subject, string At);

/// <summary>One mail of a development server, as plain text with links to follow.</summary>
public sealed partial record DevMailPage(string To, string Subject, string At, IReadOnlyList<DevMailPart> Parts, string HtmlUrl, string ListUrl)
    : IPage<DevMailPage>
{
    /// <inheritdoc/>
    public static string Template => "dev-mail";

    /// <inheritdoc/>
    public static DevMailPage Sample => new(
        "ada@example.com", "Your password was changed", "2030-01-31 12:00:00", PartsOf("Open your account:\nhttp://localhost:9011/account\n"), "/dev/mail/1/html", "/dev/mail");

    /// <summary>Cuts a text at its links.</summary>
    internal static IReadOnlyList<DevMailPart> PartsOf(string text)
    {
        List<DevMailPart> parts = [];
        var done = 0;
        foreach (Match link in Link().Matches(text))
        {
            parts.Add(new(text[done..link.Index], null));
            parts.Add(new(link.Value, link.Value));
            done = link.Index + link.Length;
        }

        parts.Add(new(text[done..], null));
        return parts;
    }

    [GeneratedRegex(@"https?://[^\s<>""]+[^\s<>"".,;:!?)]")]
    private static partial Regex Link();
}

/// <summary>A piece of a mail's text.</summary>
/// <param name="Says">What it says.</param>
/// <param name="Url">Where it leads to, if it is a link.</param>
public sealed record DevMailPart(string Says, string? Url);
