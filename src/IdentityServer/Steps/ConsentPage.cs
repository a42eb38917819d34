using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>May this application have this? Posts <c>step=consent</c> and <c>decision=allow</c> or <c>deny</c>.</summary>
/// <param name="Action">Where the form posts to.</param>
/// <param name="Interaction">What is remembered between pages, sealed.</param>
/// <param name="Application">The application that asks.</param>
/// <param name="Origin">Host of its redirect address: where the answer goes.</param>
/// <param name="Account">Who is signed in.</param>
/// <param name="Scopes">What it asks for.</param>
public sealed record ConsentPage(
    string Action,
    string? Interaction,
    ApplicationView Application,
    string Origin,
    AccountView Account,
    IReadOnlyList<ScopeView> Scopes) : IPage<ConsentPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "consent";

    /// <inheritdoc/>
    public static ConsentPage Sample => new(
        "/oauth2/authorize?client_id=sample&scope=openid",
        "sealed",
        new ApplicationView("Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
        "shop.example",
        new AccountView("Ada Lovelace", "ada@example.com"),
        [
            new ScopeView("openid"), new ScopeView("profile"), new ScopeView("email"), new ScopeView("offline_access"),
            new ScopeView("orders", "Your orders", "See what you bought and when it arrives."),
        ]);

    /// <inheritdoc/>
    public static IReadOnlyList<ConsentPage> Samples =>
    [
        Sample,
        Sample with
        {
            Interaction = null,
            Application = new ApplicationView("Sample Shop"),
            Account = new AccountView("ada@example.com"),
            Scopes = [new ScopeView("openid"), new ScopeView("phone"), new ScopeView("address"), new ScopeView("orders")],
        },
    ];
}

/// <summary>A scope as people read it. Scopes of OpenID Connect have sentences in the messages; others bring their own.</summary>
/// <param name="Name">The scope's name on the wire, shown if nobody described it.</param>
/// <param name="Title">A short name.</param>
/// <param name="Description">What it allows.</param>
public sealed record ScopeView(string Name, string? Title = null, string? Description = null)
{
    /// <summary>What is shown where the messages do not know the scope.</summary>
    public string FallbackTitle => Title ?? Description ?? Name;

    /// <summary>The second line, where the messages do not know the scope.</summary>
    public string? FallbackDescription => Title is null ? null : Description;
}
