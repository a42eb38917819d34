using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Keys;

/// <summary>A key that an admin made or imported, beside those that the server makes and rotates by itself.</summary>
public sealed class ManagedKey
{
    /// <summary>The id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name, which nobody else has.</summary>
    [MaxLength(191)]
    public required string Name { get; set; }

    /// <summary>The key's name in token headers and in the key set.</summary>
    [MaxLength(191)]
    public required string Kid { get; init; }

    /// <summary>The algorithm (RFC 7518 §3.1), and the only one.</summary>
    [MaxLength(16)]
    public required string Algorithm { get; init; }

    /// <summary>What kind of key: <c>RSA</c>, <c>EC</c> or <c>HMAC</c>.</summary>
    [MaxLength(8)]
    public required string Type { get; init; }

    /// <summary>The length in bits.</summary>
    public required int Length { get; init; }

    /// <summary>Who issued the certificate, as the admin has it.</summary>
    [MaxLength(191)]
    public string? Issuer { get; init; }

    /// <summary>PKCS#8, or the secret of an HMAC key, sealed. Null for a public key that was imported to be kept.</summary>
    public string? SealedPrivateKey { get; init; }

    /// <summary>The public key as PEM; HMAC keys have none.</summary>
    public string? PublicKey { get; init; }

    /// <summary>The certificate as PEM, if one was imported.</summary>
    public string? Certificate { get; init; }

    /// <summary>When the certificate ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the key came.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last change.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}
