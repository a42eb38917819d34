using IdentityServer.Themes;
using IdentityServer.Users;

namespace IdentityServer.Account;

/// <summary>A new password, or the first. Posts <c>user.password</c> and <c>endOthers</c>.</summary>
public sealed record PasswordPage : IPage<PasswordPage>, IPostsBack, IRepeatable, INavigable
{
    /// <inheritdoc/>
    public static string Template => "account-password";

    /// <inheritdoc/>
    public static PasswordPage Sample => new()
    {
        Navigation = AccountNavigation.Sample(Paths.AccountPassword),
        LoginId = "ada@example.com",
        HasPassword = true,
        PasswordMinLength = PasswordRules.MinLength,
        Errors = new FieldErrors().Add("user.password", "tooShort", "Too short.", new Dictionary<string, object> { ["min"] = PasswordRules.MinLength }),
    };

    /// <inheritdoc/>
    public static IReadOnlyList<PasswordPage> Samples =>
        [Sample, Sample with { HasPassword = false, Errors = new() }, Sample with { Saved = true, EndOthers = false, Errors = AccountForm.Stale() }];

    /// <inheritdoc/>
    public string Action => Paths.AccountPassword;

    /// <inheritdoc/>
    public required NavigationView? Navigation { get; init; }

    /// <summary>What the person signs in with, for those who keep passwords.</summary>
    public required string LoginId { get; init; }

    /// <summary>Whether there is one already.</summary>
    public required bool HasPassword { get; init; }

    /// <summary>The rule told above the field.</summary>
    public required int PasswordMinLength { get; init; }

    /// <summary>Whether other sign-ins end.</summary>
    public bool EndOthers { get; init; } = true;

    /// <summary>Whether it was just done.</summary>
    public bool Saved { get; init; }

    /// <summary>What was wrong.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => Saved ? null : "user.password";
}
