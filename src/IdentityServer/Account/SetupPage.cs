using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>
/// The first administrator, for whoever holds the token from the console. Posts <c>token</c>, <c>user.fullName</c>,
/// <c>user.email</c>, <c>user.password</c>, <c>makeKey</c>.
/// </summary>
public sealed record SetupPage : IPage<SetupPage>, IPostsBack
{
    /// <inheritdoc/>
    public static string Template => "setup";

    /// <inheritdoc/>
    public static SetupPage Sample => new() { Action = "/setup", PasswordMinLength = 12 };

    /// <inheritdoc/>
    public static IReadOnlyList<SetupPage> Samples =>
    [
        Sample,
        Sample with
        {
            Token = "one-time",
            Email = "ada@example.com",
            FullName = "Ada Lovelace",
            MakeKey = true,
            Errors = new FieldErrors()
                .Add("token", "invalid", "This is not the token.")
                .Add("user.password", "tooShort", "The password is too short.", new Dictionary<string, object> { ["min"] = 12 }),
        },
        Sample with { Token = "one-time" },
    ];

    /// <summary>Where the form posts to.</summary>
    public required string Action { get; init; }

    /// <summary>The one-time token, if it came with the link. It is asked for where it is missing or wrong.</summary>
    public string? Token { get; init; }

    /// <summary>Full name as typed.</summary>
    public string? FullName { get; init; }

    /// <summary>E-mail address as typed.</summary>
    public string? Email { get; init; }

    /// <summary>Whether a key of the management API is wanted too.</summary>
    public bool MakeKey { get; init; }

    /// <summary>The rule told below the password field.</summary>
    public required int PasswordMinLength { get; init; }

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Whether the token has to be typed.</summary>
    public bool AsksForToken => string.IsNullOrEmpty(Token) || Errors.Has("token");

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => Themes.Focus.On(
        Errors, ("token", Token), ("user.fullName", FullName), ("user.email", Email), ("user.password", null));
}

/// <summary>Shows the first key of the management API, once.</summary>
/// <param name="Key">The key.</param>
/// <param name="ContinueUrl">Where to go on.</param>
public sealed record FirstKeyPage(string Key, string ContinueUrl) : IPage<FirstKeyPage>
{
    /// <inheritdoc/>
    public static string Template => "first-key";

    /// <inheritdoc/>
    public static FirstKeyPage Sample => new("gF6Xk5c129UKgxE8FXVLtAuUiEjoWUhHELMmysFdRyonI41-", "/");
}
