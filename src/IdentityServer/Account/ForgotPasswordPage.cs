using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>Asks who forgot their password. Posts <c>loginId</c>.</summary>
public sealed record ForgotPasswordPage : IPage<ForgotPasswordPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "forgot-password";

    /// <inheritdoc/>
    public static ForgotPasswordPage Sample => new()
    {
        Action = "/password/forgot?client_id=sample",
        Application = new ApplicationView("Sample Shop", "https://shop.example"),
        LoginId = "ada@example.com",
        BackUrl = "/oauth2/authorize?client_id=sample",
    };

    /// <inheritdoc/>
    public static IReadOnlyList<ForgotPasswordPage> Samples =>
    [
        Sample,
        Sample with { Application = null, BackUrl = null, LoginId = null, Errors = new FieldErrors().Add("loginId", "blank", "Enter your e-mail address or user name.") },
    ];

    /// <inheritdoc/>
    public required string Action { get; init; }

    /// <summary>The application that the person wants to get into, if any.</summary>
    public ApplicationView? Application { get; init; }

    /// <summary>What was typed, or is known.</summary>
    public string? LoginId { get; init; }

    /// <summary>The sign-in that the person comes from.</summary>
    public string? BackUrl { get; init; }

    /// <summary>What was wrong.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => "loginId";
}
