using System.ComponentModel.DataAnnotations;
using System.ComponentModel.DataAnnotations.Schema;

namespace IdentityServer.Passkeys;

/// <summary>
/// A passkey (WebAuthn credential) of a person. This room owns how passkeys are registered and asserted; who may sign in with one is
/// for the room of logins to say. The checks are ASP.NET Core Identity's, over our own tables; what they leave open (one-time
/// challenges, attestation, user verification per request, racing counters) stands here.
/// </summary>
public sealed class Passkey
{
    /// <summary>The row's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The credential id, unique over all people (WebAuthn §7.1 step 26).</summary>
    [MaxLength(1023)]
    public required byte[] CredentialId { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid UserId { get; init; }

    /// <summary>What the person calls it.</summary>
    [MaxLength(191)]
    public string? Name { get; set; }

    /// <summary>The public key, in COSE form.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>The signature counter; only grows, or stays zero.</summary>
    public long SignCount { get; set; }

    /// <summary>How the authenticator can be reached, space-separated.</summary>
    [MaxLength(128)]
    public string? Transports { get; init; }

    /// <summary>The same as a list.</summary>
    [NotMapped]
    public IReadOnlyList<string> TransportList => Transports?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Whether user verification was done at registration.</summary>
    public bool UserVerified { get; init; }

    /// <summary>Whether the passkey may be copied to other devices.</summary>
    public bool BackupEligible { get; init; }

    /// <summary>Whether it is.</summary>
    public bool BackedUp { get; set; }

    /// <summary>Whether it can be found without a user name.</summary>
    public bool? Discoverable { get; init; }

    /// <summary>The attestation object as it came.</summary>
    public required byte[] AttestationObject { get; init; }

    /// <summary>The client data of the registration as they came.</summary>
    public required byte[] ClientDataJson { get; init; }

    /// <summary>The browser that registered it.</summary>
    [MaxLength(256)]
    public string? UserAgent { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}
