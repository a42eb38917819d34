using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>
/// Asks before signing out, where nothing proves that the user wants it (OpenID Connect RP-Initiated Logout §2).
/// Posts its hidden fields and <c>decision=logout</c>, <c>all</c> (everybody in this browser) or <c>stay</c>.
/// </summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Application">The application that asks, if it is known.</param>
/// <param name="Account">Who is signed in, and would be signed out.</param>
/// <param name="Others">Who else is signed in in this browser.</param>
/// <param name="Fields">The logout request, posted again with the decision.</param>
public sealed record LogoutPage(string Action, ApplicationView? Application, AccountView? Account, IReadOnlyList<AccountView> Others, IReadOnlyList<HiddenField> Fields)
    : IPage<LogoutPage>, IPostsBack
{
    /// <inheritdoc/>
    public static string Template => "logout";

    /// <inheritdoc/>
    public static LogoutPage Sample => new(
        "/oauth2/logout",
        new ApplicationView("Sample Shop", "https://shop.example"),
        new AccountView("Ada Lovelace", "ada@example.com"),
        [new AccountView("Grace Hopper", "grace@example.com")],
        [new HiddenField("client_id", "sample"), new HiddenField("state", "xyz")]);

    /// <inheritdoc/>
    public static IReadOnlyList<LogoutPage> Samples =>
        [Sample, Sample with { Account = new AccountView("ada"), Others = [] }, Sample with { Application = null, Account = null, Fields = [] }];
}

/// <summary>A value that a form carries unseen.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
public sealed record HiddenField(string Name, string Value);
