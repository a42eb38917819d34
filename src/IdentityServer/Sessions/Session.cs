using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Sessions;

/// <summary>
/// A browser in which a person is signed in (SSO). This room owns the cookie, the lifetimes and the end of sessions; it does not
/// decide whether a session suffices for a request.
/// </summary>
public sealed class Session
{
    /// <summary>Claim <c>sid</c>; changes at every sign-in.</summary>
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the cookie's secret.</summary>
    [MaxLength(32)]
    public required byte[] SecretHash { get; init; }

    /// <summary>The tenant.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>Who is signed in.</summary>
    public required Guid UserId { get; init; }

    /// <summary>When the person proved who they are: claim <c>auth_time</c>.</summary>
    public required DateTimeOffset AuthenticatedAt { get; init; }

    /// <summary>How: RFC 8176 values in claim <c>amr</c>, space-separated.</summary>
    [MaxLength(128)]
    public required string Amr { get; init; }

    /// <summary>How the person came in: claim <c>authenticationType</c>.</summary>
    public AuthenticationType AuthenticationType { get; init; }

    /// <summary>"Keep me signed in": the cookie outlives the browser.</summary>
    public required bool Persistent { get; init; }

    /// <summary>The last use, kept to within a few minutes.</summary>
    public required DateTimeOffset LastSeenAt { get; set; }

    /// <summary>The longest time without use so far, in seconds: for applications that allow less than the server does.</summary>
    public int LongestPauseSeconds { get; set; }

    /// <summary>The absolute end.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the session was ended early, by sign-out or by a newer sign-in.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The browser's <c>User-Agent</c>, cut.</summary>
    [MaxLength(256)]
    public string? UserAgent { get; init; }

    /// <summary>The address at sign-in.</summary>
    [MaxLength(45)]
    public string? Address { get; init; }
}
