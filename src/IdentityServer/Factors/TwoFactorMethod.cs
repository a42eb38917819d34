using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Factors;

/// <summary>Kinds of second factors.</summary>
public enum TwoFactorKind
{
    /// <summary>An authenticator app (TOTP, RFC 6238).</summary>
    Authenticator,

    /// <summary>A code by mail.</summary>
    Email,
}

/// <summary>
/// A second factor that a person has confirmed. This room owns second factors and recovery codes: how they are set up, checked and
/// spent. Whether one is asked for is decided with the next step.
/// </summary>
public sealed class TwoFactorMethod
{
    /// <summary>The row's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The id on the wire: four characters, unique among the person's.</summary>
    [MaxLength(4)]
    public required string Code { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Its kind.</summary>
    public required TwoFactorKind Kind { get; init; }

    /// <summary>What the person calls it.</summary>
    [MaxLength(191)]
    public string? Name { get; set; }

    /// <summary>The authenticator's secret, sealed.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>The last time step whose code was taken (RFC 6238 §5.2: a code is good once); only grows.</summary>
    public long LastStep { get; set; }

    /// <summary>The address that codes are mailed to.</summary>
    [MaxLength(254)]
    public string? Email { get; init; }

    /// <summary>When it was confirmed.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A code for the day on which every other factor is lost. Using it deletes it.</summary>
public sealed class RecoveryCode
{
    /// <summary>The row's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Its keyed hash.</summary>
    [MaxLength(32)]
    public required byte[] Hash { get; init; }
}
