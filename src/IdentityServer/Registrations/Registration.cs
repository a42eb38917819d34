using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Registrations;

/// <summary>A user in an application: roles there, data there. This room owns how registrations come and go.</summary>
public sealed class Registration
{
    /// <summary>The registration's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The person.</summary>
    public required Guid UserId { get; init; }

    /// <summary>The application.</summary>
    public required Guid ApplicationId { get; init; }

    /// <summary>A display name in this application.</summary>
    [MaxLength(191)]
    public string? Username { get; set; }

    /// <summary>Names of the application's roles; a set.</summary>
    public List<string> Roles { get; set; } = [];

    /// <summary>Free data as a JSON object.</summary>
    public string Data { get; set; } = "{}";

    /// <summary>An IANA time zone.</summary>
    [MaxLength(64)]
    public string? Timezone { get; set; }

    /// <summary>Languages in order of preference.</summary>
    public List<string> PreferredLanguages { get; set; } = [];

    /// <summary>Whether the registration was verified.</summary>
    public bool Verified { get; set; }

    /// <summary>When the registration was verified.</summary>
    public DateTimeOffset? VerifiedAt { get; set; }

    /// <summary>The last sign-in to the application.</summary>
    public DateTimeOffset? LastLoginAt { get; set; }

    /// <summary>When the person registered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last change.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}
