using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>Which applications may see what. Posts <c>revoke</c> with an application's id.</summary>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Applications">Each of them.</param>
/// <param name="Revoked">Whether one was just revoked.</param>
/// <param name="Errors">What was wrong.</param>
public sealed record ApplicationsPage(NavigationView? Navigation, IReadOnlyList<AccessView> Applications, bool Revoked, FieldErrors Errors)
    : IPage<ApplicationsPage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "account-applications";

    /// <inheritdoc/>
    public static ApplicationsPage Sample => new(
        AccountNavigation.Sample(Paths.AccountApplications),
        [
            new("0197", new ApplicationView("Sample Shop", "https://shop.example"), new InstantView("1 May 2026", "2026-05-01T10:00:00Z"), [new("openid"), new("email"), new("orders", "Your orders"), new("stock")]),
            new("0198", new ApplicationView("Notes"), new InstantView("2 May 2026", "2026-05-02T10:00:00Z"), []),
        ],
        true,
        new());

    /// <inheritdoc/>
    public static IReadOnlyList<ApplicationsPage> Samples => [Sample, Sample with { Applications = [], Revoked = false, Errors = AccountForm.Stale() }];

    /// <inheritdoc/>
    public string Action => Paths.AccountApplications;
}

/// <summary>What an application may see.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Application">What it is.</param>
/// <param name="Since">Since when.</param>
/// <param name="Scopes">What it may see.</param>
public sealed record AccessView(string Id, ApplicationView Application, InstantView Since, IReadOnlyList<PermissionView> Scopes);

/// <summary>A scope in plain words. Those of OpenID Connect have a sentence in the messages; others bring their own.</summary>
/// <param name="Name">The name on the wire, shown if nobody described it.</param>
/// <param name="Description">What it allows.</param>
public sealed record PermissionView(string Name, string? Description = null)
{
    /// <summary>What is shown where the messages don't know the scope.</summary>
    public string Fallback => Description ?? Name;
}
