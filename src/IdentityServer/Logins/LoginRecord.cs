using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Logins;

/// <summary>A sign-in that succeeded (§18 of the compatibility notes).</summary>
public sealed class LoginRecord
{
    /// <summary>The record's number; counts up.</summary>
    public long Id { get; init; }

    /// <summary>Who signed in.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Into which application; null: an account page, or none was named.</summary>
    public Guid? ApplicationId { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Instant { get; init; }

    /// <summary>What they signed in with: e-mail address or user name; null where nothing was typed.</summary>
    [MaxLength(254)]
    public string? LoginId { get; init; }

    /// <summary>From where.</summary>
    [MaxLength(45)]
    public string? Address { get; init; }
}
