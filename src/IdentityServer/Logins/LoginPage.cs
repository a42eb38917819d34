using IdentityServer.Themes;

namespace IdentityServer.Logins;

/// <summary>Sign in with a password. Posts <c>step=login</c>, <c>loginId</c>, <c>password</c>, <c>keepSignedIn</c>.</summary>
public sealed record LoginPage : IPage<LoginPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "login";

    /// <inheritdoc/>
    public static LoginPage Sample => new()
    {
        Action = "/oauth2/authorize?client_id=sample&scope=openid",
        Interaction = "sealed",
        Application = new ApplicationView(
            "Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
        Passkey = """{"challenge":"c2FtcGxl","rpId":"localhost","timeout":300000,"userVerification":"preferred","allowCredentials":[]}""",
        RegisterUrl = "/oauth2/register?client_id=sample&scope=openid",
        ForgotPasswordUrl = "/password/forgot?client_id=sample&scope=openid",
    };

    /// <inheritdoc/>
    public static IReadOnlyList<LoginPage> Samples =>
    [
        Sample,
        Sample with
        {
            LoginId = "ada@example.com",
            KeepSignedIn = true,
            Errors = LoginFindings.Wrong(),
        },
        Sample with { Errors = new FieldErrors().Add("loginId", "blank", "Enter your e-mail.").Add("password", "blank", "Enter your password.") },
        Sample with
        {
            Interaction = null,
            OffersKeepSignedIn = false,
            Passkey = null,
            LoginId = "ada@example.com",
            LoginIdLocked = true,
            AnotherAccountUrl = "/oauth2/authorize?client_id=sample&prompt=select_account",
            RegisterUrl = null,
            Application = new ApplicationView("Sample Shop"),
        },
        Sample with { OffersLink = true },
        Sample with { OffersLink = true, OffersPassword = false, LinkSignsUp = true, RegisterUrl = null, ForgotPasswordUrl = null },
    ];

    /// <inheritdoc/>
    public required string Action { get; init; }

    /// <summary>What is remembered between pages, sealed.</summary>
    public string? Interaction { get; init; }

    /// <summary>The application that asks.</summary>
    public required ApplicationView Application { get; init; }

    /// <summary>E-mail address or user name, as typed before or hinted.</summary>
    public string? LoginId { get; init; }

    /// <summary>The user has to prove again who they are, and cannot become somebody else here.</summary>
    public bool LoginIdLocked { get; init; }

    /// <summary>Where a locked page lets go of its user.</summary>
    public string? AnotherAccountUrl { get; init; }

    /// <summary>Whether there is a box for staying signed in.</summary>
    public bool OffersKeepSignedIn { get; init; } = true;

    /// <summary>Whether the box is ticked.</summary>
    public bool KeepSignedIn { get; init; }

    /// <summary>What the browser is to ask an authenticator for, as JSON; null where passkeys do not sign in.</summary>
    public string? Passkey { get; init; }

    /// <summary>Self-registration, where it is open.</summary>
    public string? RegisterUrl { get; init; }

    /// <summary>Where to ask for a new password, if mail can be sent.</summary>
    public string? ForgotPasswordUrl { get; init; }

    /// <summary>Whether a password is taken.</summary>
    public bool OffersPassword { get; init; } = true;

    /// <summary>Whether a link can be mailed instead. Posts <c>by=link</c>.</summary>
    public bool OffersLink { get; init; }

    /// <summary>Whether the link is how people come to have an account, too.</summary>
    public bool LinkSignsUp { get; init; }

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => LoginIdLocked ? OffersPassword ? "password" : null : OffersPassword ? Themes.Focus.On(Errors, ("loginId", LoginId), ("password", null)) : Themes.Focus.On(Errors, ("loginId", LoginId));
}
