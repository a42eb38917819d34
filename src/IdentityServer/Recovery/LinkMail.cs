using IdentityServer.Links;
using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Recovery;

/// <summary>A mail with a link, and the short code beside it: all but those that sign in.</summary>
/// <param name="Kind">What for; its sentences are <c>mail.link.{Kind}.subject</c>, <c>.lead</c> and <c>.submit</c>.</param>
/// <param name="Facts">Which application, which new address.</param>
/// <param name="Url">The link.</param>
/// <param name="Code">The short code.</param>
/// <param name="Elsewhere">Whether the link asks for the code, because no browser waits for it.</param>
/// <param name="Unit">Whether <paramref name="Count"/> is minutes, hours or days.</param>
/// <param name="Count">How long both live.</param>
public sealed record LinkMail(string Kind, IReadOnlyList<NoticeFact> Facts, string Url, string Code, bool Elsewhere, string Unit, int Count) : IMail<LinkMail>
{
    /// <inheritdoc/>
    public static string Template => "link";

    /// <inheritdoc/>
    public static IReadOnlyList<LinkMail> Samples =>
    [
        .. from purpose in Purposes
           let life = LinkLifetimes.Of(purpose)
           select new LinkMail(LinkPage.Name(purpose), [new("application", "Sample Shop")], Sample, "BCD-234", Elsewhere: true, UnitOf(life), CountOf(life)),
        new("changePassword", [], Sample, "BCD-234", Elsewhere: false, "minutes", 30),
    ];

    /// <summary>What such mails are for.</summary>
    internal static IReadOnlyList<LinkPurpose> Purposes =>
    [
        LinkPurpose.VerifyEmail, LinkPurpose.VerifyRegistration, LinkPurpose.ChangePassword, LinkPurpose.Invitation, LinkPurpose.ChangeEmail,
        LinkPurpose.UndoChangeEmail, LinkPurpose.Register,
    ];

    private static string Sample => PublicAddress.Default + Paths.Link + "/secret";

    /// <summary>The mail for a link that was made.</summary>
    public static LinkMail Of(MadeLink made, PublicAddress address, params IEnumerable<NoticeFact> facts)
    {
        var life = made.Row.ExpiresAt - made.Row.CreatedAt;
        return new(
            LinkPage.Name(made.Row.Purpose), [.. facts], address.Url(made.Path), LinkCode.Show(made.Code!), made.Row.BrowserHash is null, UnitOf(life), CountOf(life));
    }

    private static string UnitOf(TimeSpan life) => life < TimeSpan.FromHours(2) ? "minutes" : life < TimeSpan.FromDays(2) ? "hours" : "days";

    private static int CountOf(TimeSpan life) => (int)(life < TimeSpan.FromHours(2) ? life.TotalMinutes : life < TimeSpan.FromDays(2) ? life.TotalHours : life.TotalDays);
}
