using IdentityServer.Links;
using IdentityServer.Themes;

namespace IdentityServer.Logins;

/// <summary>The mail by which people sign in, or up.</summary>
/// <param name="Application">What they sign in to.</param>
/// <param name="Url">The link; null where only the code counts.</param>
/// <param name="Code">The short code.</param>
/// <param name="Minutes">How long both live.</param>
/// <param name="SignUp">Whether there is no account yet.</param>
/// <param name="Elsewhere">Whether the link asks for the code, because no browser waits for it.</param>
public sealed record SignInMail(string Application, string? Url, string Code, int Minutes, bool SignUp = false, bool Elsewhere = false) : IMail<SignInMail>
{
    /// <inheritdoc/>
    public static string Template => "sign-in";

    /// <inheritdoc/>
    public static IReadOnlyList<SignInMail> Samples =>
    [
        Sample,
        Sample with { SignUp = true },
        Sample with { Url = null },
        Sample with { Elsewhere = true },
    ];

    private static SignInMail Sample => new("Sample Shop", PublicAddress.Default + Paths.Link + "/secret", "BCD-234", 10);

    /// <summary>The mail for a link that was made.</summary>
    public static SignInMail Of(MadeLink made, string application, PublicAddress address, bool withUrl = true) => new(
        application,
        withUrl ? address.Url(made.Path) : null,
        LinkCode.Show(made.Code!),
        (int)(made.Row.ExpiresAt - made.Row.CreatedAt).TotalMinutes,
        made.Row.Purpose is LinkPurpose.SignUp,
        made.Row.BrowserHash is null);
}
