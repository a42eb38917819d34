using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>A person's own address, and another one in its place. Posts <c>user.email</c>, or <c>decision=verify</c>.</summary>
public sealed record EmailPage : IPage<EmailPage>, IPostsBack, IRepeatable, INavigable
{
    /// <summary>The name of the field.</summary>
    public const string Field = "user.email";

    /// <inheritdoc/>
    public static string Template => "account-email";

    /// <inheritdoc/>
    public static EmailPage Sample => new() { Navigation = AccountNavigation.Sample(Paths.AccountEmail), Email = "ada@example.com", MailIsOn = true, Verified = true };

    /// <inheritdoc/>
    public static IReadOnlyList<EmailPage> Samples =>
    [
        Sample,
        Sample with { Verified = false, Typed = "ada", Errors = new FieldErrors().Add(Field, "notEmail", "This is not an e-mail address.") },
        Sample with { Email = null, Verified = false },
        Sample with { MailIsOn = false, Verified = false },
    ];

    /// <inheritdoc/>
    public string Action => Paths.AccountEmail;

    /// <inheritdoc/>
    public required NavigationView? Navigation { get; init; }

    /// <summary>The address.</summary>
    public string? Email { get; init; }

    /// <summary>Whether it is proven.</summary>
    public bool Verified { get; init; }

    /// <summary>Whether mail can be sent; without it an address cannot be changed.</summary>
    public bool MailIsOn { get; init; }

    /// <summary>What was typed.</summary>
    public string? Typed { get; init; }

    /// <summary>What was wrong.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => Errors.Any ? Field : null;
}
