using IdentityServer.Themes;

namespace IdentityServer.Steps;

/// <summary>Says that the application wants a proven address, and offers to mail the link. Posts <c>step</c>.</summary>
public sealed record VerifyEmailPage : IPage<VerifyEmailPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "verify-email";

    /// <inheritdoc/>
    public static VerifyEmailPage Sample => new()
    {
        Action = "/oauth2/authorize?client_id=sample",
        Interaction = "sealed",
        Step = VerifyEmailStep.Name,
        Application = new ApplicationView("Sample Shop", "https://shop.example"),
        Address = "ada@example.com",
        MailIsOn = true,
        AnotherAccountUrl = "/oauth2/authorize?client_id=sample&another_account=true",
    };

    /// <inheritdoc/>
    public static IReadOnlyList<VerifyEmailPage> Samples =>
    [
        Sample,
        Sample with { Errors = new FieldErrors().AddGeneral("tooManyMails", "No more mails for now.") },
        Sample with { MailIsOn = false },
    ];

    /// <inheritdoc/>
    public required string Action { get; init; }

    /// <summary>What is remembered between pages of an authorize request, sealed.</summary>
    public string? Interaction { get; init; }

    /// <summary>The step.</summary>
    public required string Step { get; init; }

    /// <summary>The application that waits.</summary>
    public required ApplicationView Application { get; init; }

    /// <summary>The person's address.</summary>
    public required string Address { get; init; }

    /// <summary>Whether mail can be sent.</summary>
    public required bool MailIsOn { get; init; }

    /// <summary>Where to be somebody else.</summary>
    public required string AnotherAccountUrl { get; init; }

    /// <summary>What was wrong.</summary>
    public FieldErrors Errors { get; init; } = new();
}
