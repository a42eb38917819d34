using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Keys;

/// <summary>A signing key as the database holds it: the private part sealed by ASP.NET Core data protection.</summary>
public sealed class StoredSigningKey
{
    /// <summary>The RFC 7638 thumbprint of the public key.</summary>
    [MaxLength(64)]
    public required string Kid { get; init; }

    /// <summary>The JWS algorithm (RFC 7518 §3.1) that it signs with, and the only one.</summary>
    [MaxLength(16)]
    public required string Algorithm { get; init; }

    /// <summary>PKCS#8, sealed.</summary>
    public required string SealedPrivateKey { get; init; }

    /// <summary>When the key was made, and published.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when it signs: later than its publication, so that every client has seen it first.</summary>
    public required DateTimeOffset ActiveFrom { get; init; }

    /// <summary>Until when it signs.</summary>
    public required DateTimeOffset RetiresAt { get; init; }

    /// <summary>Until when it stays published: the last token signed with it has expired by then.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
