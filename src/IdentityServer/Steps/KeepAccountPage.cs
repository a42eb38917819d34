using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>
/// Whether to keep an account that is to be deleted as its owner wished. Posts <c>step=keep_account</c> and <c>decision=keep</c> or
/// <c>leave</c>.
/// </summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Interaction">What is remembered between pages, sealed.</param>
/// <param name="Application">The application that asks.</param>
/// <param name="Account">Who is signed in.</param>
/// <param name="DeletesAt">When the account is deleted.</param>
public sealed record KeepAccountPage(string Action, string? Interaction, ApplicationView Application, AccountView Account, InstantView DeletesAt)
    : IPage<KeepAccountPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "keep-account";

    /// <inheritdoc/>
    public static KeepAccountPage Sample => new(
        "/oauth2/authorize?client_id=sample",
        "sealed",
        new ApplicationView("Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
        new AccountView("Ada Lovelace", "ada@example.com"),
        new InstantView("24 December 2026, 14:03 UTC", "2026-12-24T14:03:00Z"));

    /// <inheritdoc/>
    public static IReadOnlyList<KeepAccountPage> Samples =>
        [Sample, Sample with { Interaction = null, Application = new ApplicationView("Sample Shop"), Account = new AccountView("ada") }];
}
