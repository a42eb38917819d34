using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>
/// Go on as the person who is signed in, or as somebody else. Posts <c>step=select_account</c> and
/// <c>decision=continue</c> or <c>another</c>.
/// </summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Interaction">What is remembered between pages, sealed.</param>
/// <param name="Application">The application that asks.</param>
/// <param name="Account">Who is signed in.</param>
public sealed record SelectAccountPage(string Action, string? Interaction, ApplicationView Application, AccountView Account)
    : IPage<SelectAccountPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "select-account";

    /// <inheritdoc/>
    public static SelectAccountPage Sample => new(
        "/oauth2/authorize?client_id=sample&prompt=select_account",
        "sealed",
        new ApplicationView("Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
        new AccountView("Ada Lovelace", "ada@example.com"));

    /// <inheritdoc/>
    public static IReadOnlyList<SelectAccountPage> Samples =>
        [Sample, Sample with { Interaction = null, Application = new ApplicationView("Sample Shop"), Account = new AccountView("ada") }];
}
