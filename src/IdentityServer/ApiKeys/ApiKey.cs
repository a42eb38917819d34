using System.ComponentModel.DataAnnotations;

namespace IdentityServer.ApiKeys;

/// <summary>A key of the management API. This room owns keys and what they may do.</summary>
public sealed class ApiKey
{
    /// <summary>The key's id, which the audit log names.</summary>
    public required Guid Id { get; init; }

    /// <summary>SHA-256 of the key.</summary>
    [MaxLength(32)]
    public required byte[] Hash { get; init; }

    /// <summary>A name that admins see.</summary>
    [MaxLength(191)]
    public string? Name { get; set; }

    /// <summary>What it is for.</summary>
    [MaxLength(1024)]
    public string? Description { get; set; }

    /// <summary>A JSON object of endpoint to methods, such as <c>{"/api/user":["GET"]}</c>; empty means everything.</summary>
    public string Permissions { get; set; } = "{}";

    /// <summary>The tenant it is bound to, if any.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Whether it may manage other keys.</summary>
    public bool KeyManager { get; init; }

    /// <summary>Its end, if any.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its last change.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}
