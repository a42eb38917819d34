using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>Everything that is stored about the person, to take along. Its post is answered with a file.</summary>
/// <param name="Navigation">The way to the other pages.</param>
/// <param name="Errors">What was wrong.</param>
public sealed record DataPage(NavigationView? Navigation, FieldErrors Errors) : IPage<DataPage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "account-data";

    /// <inheritdoc/>
    public static DataPage Sample => new(AccountNavigation.Sample(Paths.AccountData), AccountForm.Stale());

    /// <inheritdoc/>
    public static IReadOnlyList<DataPage> Samples => [Sample, Sample with { Errors = new() }];

    /// <inheritdoc/>
    public string Action => Paths.AccountData;
}
