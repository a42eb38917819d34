using IdentityServer.Themes;

namespace IdentityServer.Factors;

/// <summary>Shows recovery codes, once. Its form goes on to where the person came from.</summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Interaction">What is remembered between pages, sealed.</param>
/// <param name="Application">The application that waits, if any.</param>
/// <param name="Account">Whose codes.</param>
/// <param name="Codes">The codes.</param>
public sealed record RecoveryCodesPage(
    string Action, string? Interaction, ApplicationView? Application, AccountView Account, IReadOnlyList<string> Codes)
    : IPage<RecoveryCodesPage>, IPostsBack, INavigable
{
    /// <inheritdoc/>
    public static string Template => "recovery-codes";

    /// <inheritdoc/>
    public static RecoveryCodesPage Sample => new(
        "/oauth2/authorize?client_id=sample&scope=openid",
        "sealed",
        new ApplicationView("Sample Shop", "https://shop.example"),
        new AccountView("Ada Lovelace", "ada@example.com"),
        [
            "abcde-fghjk", "mnpqr-stuvw", "xyz23-45678", "9abcd-efghj", "kmnpq-rstuv",
            "wxyz2-34567", "89abc-defgh", "jkmnp-qrstu", "vwxyz-23456", "789ab-cdefg",
        ]);

    /// <inheritdoc/>
    public static IReadOnlyList<RecoveryCodesPage> Samples => [Sample, Sample with { Interaction = null, Application = null }];

    /// <summary>The way to the other pages of the account; null where a request waits.</summary>
    public NavigationView? Navigation { get; init; }

    /// <summary>All codes, one to a line, to be copied in one go.</summary>
    public string AllCodes => string.Join('\n', Codes);
}
