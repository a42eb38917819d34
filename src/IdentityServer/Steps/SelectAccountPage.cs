using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>
/// Go on as one of those who are signed in in this browser, or as somebody else. Posts <c>step=select_account</c> and
/// <c>decision</c>: the <see cref="ChoiceView.Id"/> of an account, or <c>another</c>.
/// </summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Interaction">What is remembered between pages, sealed.</param>
/// <param name="Application">The application that asks.</param>
/// <param name="Accounts">Who is signed in, the current one first.</param>
public sealed record SelectAccountPage(string Action, string? Interaction, ApplicationView Application, IReadOnlyList<ChoiceView> Accounts)
    : IPage<SelectAccountPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "select-account";

    /// <inheritdoc/>
    public static SelectAccountPage Sample => new(
        "/oauth2/authorize?client_id=sample&prompt=select_account",
        "sealed",
        new ApplicationView("Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
        [new("0197", new AccountView("Ada Lovelace", "ada@example.com")), new("0198", new AccountView("grace"))]);

    /// <inheritdoc/>
    public static IReadOnlyList<SelectAccountPage> Samples =>
        [Sample, Sample with { Interaction = null, Application = new ApplicationView("Sample Shop"), Accounts = [new("0197", new AccountView("ada"))] }];
}

/// <summary>An account that can be chosen.</summary>
/// <param name="Id">What stands for it in this browser.</param>
/// <param name="Account">Whose it is.</param>
public sealed record ChoiceView(string Id, AccountView Account);
