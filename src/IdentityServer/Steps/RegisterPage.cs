using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>
/// Self-registration. Posts <c>step=register</c>, <c>user.fullName</c>, <c>user.email</c>, <c>user.password</c>.
/// </summary>
public sealed record RegisterPage : IPage<RegisterPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "register";

    /// <inheritdoc/>
    public static RegisterPage Sample => new()
    {
        Action = "/oauth2/register?client_id=sample&scope=openid",
        Interaction = "sealed",
        Application = new ApplicationView(
            "Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
        LoginUrl = "/oauth2/authorize?client_id=sample&scope=openid",
        PasswordMinLength = 12,
    };

    /// <inheritdoc/>
    public static IReadOnlyList<RegisterPage> Samples =>
    [
        Sample,
        Sample with
        {
            Interaction = null,
            FullName = "Ada Lovelace",
            Email = "ada@example",
            Application = new ApplicationView("Sample Shop"),
            Errors = new FieldErrors()
                .Add("user.email", "notEmail", "This is not an e-mail address.")
                .Add("user.password", "tooShort", "The password is too short.", new Dictionary<string, object> { ["min"] = 12 })
                .AddGeneral("stale", "Please try again."),
        },
    ];

    /// <inheritdoc/>
    public required string Action { get; init; }

    /// <summary>What is remembered between pages, sealed.</summary>
    public string? Interaction { get; init; }

    /// <summary>The application that asks.</summary>
    public required ApplicationView Application { get; init; }

    /// <summary>Full name as typed.</summary>
    public string? FullName { get; init; }

    /// <summary>E-mail address as typed.</summary>
    public string? Email { get; init; }

    /// <summary>The same request, for those who have an account.</summary>
    public required string LoginUrl { get; init; }

    /// <summary>The rule told below the password field.</summary>
    public required int PasswordMinLength { get; init; }

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => Themes.Focus.On(Errors, ("user.fullName", FullName), ("user.email", Email), ("user.password", null));
}
