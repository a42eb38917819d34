using IdentityServer.Themes;

namespace IdentityServer.Recovery;

/// <summary>Asks for a new password: after a mail, or because it must be changed. Posts <c>password</c> and <c>signOut</c>.</summary>
public sealed record NewPasswordPage : IPage<NewPasswordPage>, IPostsBack, IRepeatable
{
    /// <summary>The name of the password's field, as findings name it.</summary>
    public const string Field = "user.password";

    /// <inheritdoc/>
    public static string Template => "new-password";

    /// <inheritdoc/>
    public static NewPasswordPage Sample => new()
    {
        Action = "/password/new/id",
        Reason = "forgot",
        Username = "ada@example.com",
        MinLength = 8,
        OffersSignOut = true,
        SignOut = true,
        Application = new ApplicationView("Sample Shop", "https://shop.example"),
    };

    /// <inheritdoc/>
    public static IReadOnlyList<NewPasswordPage> Samples =>
    [
        Sample,
        Sample with { Reason = "invited", OffersSignOut = false, Application = null },
        Sample with { Reason = "required", OffersSignOut = false, Interaction = "sealed", Step = "changePassword", SignOut = false },
        Sample with { Errors = new FieldErrors().Add(Field, "tooShort", "Too short.", new Dictionary<string, object> { ["min"] = 8 }) },
    ];

    /// <inheritdoc/>
    public required string Action { get; init; }

    /// <summary>Why: <c>forgot</c>, <c>invited</c>, <c>required</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>What the person signs in with, for the browser's password manager.</summary>
    public required string Username { get; init; }

    /// <summary>The shortest password.</summary>
    public required int MinLength { get; init; }

    /// <summary>What is remembered between pages of an authorize request, sealed.</summary>
    public string? Interaction { get; init; }

    /// <summary>The step that <see cref="Action"/> wants to be told.</summary>
    public string? Step { get; init; }

    /// <summary>The application that waits, if any.</summary>
    public ApplicationView? Application { get; init; }

    /// <summary>Whether one may choose to stay signed in elsewhere.</summary>
    public bool OffersSignOut { get; init; }

    /// <summary>Whether one is signed out everywhere.</summary>
    public bool SignOut { get; init; }

    /// <summary>What was wrong.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => Field;
}

/// <summary>The password is set.</summary>
/// <param name="ContinueUrl">Where one signs in with it.</param>
/// <param name="Application">The application that waits, if any.</param>
public sealed record PasswordSetPage(string ContinueUrl, ApplicationView? Application) : IPage<PasswordSetPage>
{
    /// <inheritdoc/>
    public static string Template => "password-set";

    /// <inheritdoc/>
    public static PasswordSetPage Sample => new("/account", new ApplicationView("Sample Shop", "https://shop.example"));

    /// <inheritdoc/>
    public static IReadOnlyList<PasswordSetPage> Samples => [Sample, Sample with { Application = null }];
}
