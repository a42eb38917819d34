using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>The end of the account. Posts <c>confirm</c>: what the person signs in with.</summary>
public sealed record DeletePage : IPage<DeletePage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "account-delete";

    /// <inheritdoc/>
    public static DeletePage Sample => new()
    {
        Navigation = AccountNavigation.Sample(Paths.AccountDelete),
        LoginId = "ada@example.com",
        GraceDays = 14,
        Confirm = "ada",
        Errors = new FieldErrors().Add("confirm", "doNotMatch", "This is not what you sign in with."),
    };

    /// <inheritdoc/>
    public static IReadOnlyList<DeletePage> Samples =>
        [Sample, Sample with { GraceDays = 0, Errors = new(), Confirm = string.Empty }, Sample with { Errors = new FieldErrors().AddGeneral("lastAdministrator", "Nobody would be left.") }];

    /// <inheritdoc/>
    public string Action => Paths.AccountDelete;

    /// <inheritdoc/>
    public required NavigationView? Navigation { get; init; }

    /// <summary>What the person signs in with, and types once more.</summary>
    public required string LoginId { get; init; }

    /// <summary>Days to change one's mind; 0: none.</summary>
    public required int GraceDays { get; init; }

    /// <summary>What was typed.</summary>
    public string Confirm { get; init; } = string.Empty;

    /// <summary>What was wrong.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts: nowhere, unless something was wrong.</summary>
    public string? Focus => Errors.Has("confirm") ? "confirm" : null;
}

/// <summary>The account is deleted, or will be.</summary>
/// <param name="DeletesAt">When; null: it is.</param>
public sealed record DeletedPage(InstantView? DeletesAt) : IPage<DeletedPage>
{
    /// <inheritdoc/>
    public static string Template => "account-deleted";

    /// <inheritdoc/>
    public static DeletedPage Sample => new(new InstantView("24 December 2026", "2026-12-24T14:03:00Z"));

    /// <inheritdoc/>
    public static IReadOnlyList<DeletedPage> Samples => [Sample, new((InstantView?)null)];
}
