using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Authorizations;

/// <summary>Whether an authorization still carries its tokens.</summary>
public enum AuthorizationStatus
{
    /// <summary>Tokens of it are good until they expire.</summary>
    Valid,

    /// <summary>Every token of it is dead.</summary>
    Revoked,
}

/// <summary>
/// What a person allowed an application in one authorize request. It is the family of the code, the refresh tokens and the access
/// tokens that come of it: revoking it ends them all. This room owns authorizations and remembered consent.
/// </summary>
public sealed class Authorization
{
    /// <summary>The authorization's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The tenant.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>Who allowed it.</summary>
    public required Guid UserId { get; init; }

    /// <summary>To which application.</summary>
    public required Guid ApplicationId { get; init; }

    /// <summary>The session in which it happened; <c>sid</c> in the ID token.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>Granted scopes, space-separated.</summary>
    [MaxLength(2048)]
    public required string Scopes { get; init; }

    /// <summary>Granted resources (RFC 8707), space-separated; null if none was asked for.</summary>
    [MaxLength(2048)]
    public string? Resources { get; init; }

    /// <summary>The <c>claims</c> parameter (OpenID Connect Core §5.5) as it was sent.</summary>
    [MaxLength(8192)]
    public string? Claims { get; init; }

    /// <summary>The <c>nonce</c> of the request.</summary>
    [MaxLength(2048)]
    public string? Nonce { get; init; }

    /// <summary>Claim <c>auth_time</c>.</summary>
    public required DateTimeOffset AuthenticatedAt { get; init; }

    /// <summary>Claim <c>amr</c>, space-separated.</summary>
    [MaxLength(128)]
    public required string Amr { get; init; }

    /// <summary>Claim <c>authenticationType</c> of what the code gives.</summary>
    [MaxLength(32)]
    public string? AuthenticationType { get; init; }

    /// <summary>Claim <c>acr</c>.</summary>
    [MaxLength(128)]
    public string? Acr { get; init; }

    /// <summary>Valid or revoked.</summary>
    public AuthorizationStatus Status { get; set; }

    /// <summary>When it was given.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The absolute end of every token of it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
