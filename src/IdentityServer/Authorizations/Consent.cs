using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Authorizations;

/// <summary>Remembered consent: the scopes that a person once allowed an application.</summary>
public sealed class Consent
{
    /// <summary>Who allowed it.</summary>
    public required Guid UserId { get; init; }

    /// <summary>To which application.</summary>
    public required Guid ApplicationId { get; init; }

    /// <summary>The scopes, space-separated.</summary>
    [MaxLength(2048)]
    public required string Scopes { get; set; }

    /// <summary>When it was last given.</summary>
    public required DateTimeOffset GivenAt { get; set; }
}
