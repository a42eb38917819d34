using IdentityServer.Themes;

namespace IdentityServer.Email;

/// <summary>A mail to be made: what it says, to whom, in which language and look.</summary>
/// <param name="Model">What it says.</param>
public sealed record MailDraft(IMail Model)
{
    /// <summary>The address. Stored ones only, never what a stranger typed for somebody else's account.</summary>
    public required string To { get; init; }

    /// <summary>The tenant.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>The person, if there is an account: with it, a mail that still waits goes too.</summary>
    public Guid? UserId { get; init; }

    /// <summary>Languages in order of preference: the person's, then the page's. English if none is there.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>The application's theme; the default one if null.</summary>
    public string? Theme { get; init; }

    /// <summary>When it is of no use any more, because its link or code has expired: it is not sent after that.</summary>
    public DateTimeOffset? UsefulUntil { get; init; }
}
