using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Applications;

/// <summary>
/// An application (OAuth client) as the database holds it. This room owns applications, their roles, scopes and secrets, and
/// serves them to requests as immutable <see cref="Application"/> snapshots through <see cref="ApplicationCatalog"/>.
/// </summary>
public sealed class StoredApplication
{
    /// <summary>The application's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The tenant.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>The <c>client_id</c>: the id, unless another was given at creation.</summary>
    [MaxLength(191)]
    public required string ClientId { get; init; }

    /// <summary>The name that people and admins see, unique in the tenant.</summary>
    [MaxLength(191)]
    public required string Name { get; set; }

    /// <summary>False after deactivation: the client is refused everywhere.</summary>
    public bool Active { get; set; } = true;

    /// <summary>The settings, an <see cref="ApplicationSettings"/> as JSON.</summary>
    public required string Settings { get; set; }

    /// <summary>When the application was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its last change.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Its roles.</summary>
    public List<StoredRole> Roles { get; init; } = [];

    /// <summary>Its own scopes.</summary>
    public List<StoredScope> Scopes { get; init; } = [];

    /// <summary>Its secrets: two at a time at most, so that one can be replaced without an outage.</summary>
    public List<StoredClientSecret> Secrets { get; init; } = [];
}

/// <summary>A role that people can have in an application.</summary>
public sealed class StoredRole
{
    /// <summary>The role's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The application.</summary>
    public required Guid ApplicationId { get; init; }

    /// <summary>The name, as claim <c>roles</c> carries it.</summary>
    [MaxLength(191)]
    public required string Name { get; set; }

    /// <summary>What it means.</summary>
    [MaxLength(1024)]
    public string? Description { get; set; }

    /// <summary>Whether new registrations get it when no roles are named.</summary>
    public bool IsDefault { get; set; }

    /// <summary>A marker that applications may read; it means nothing here.</summary>
    public bool IsSuperRole { get; set; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its last change.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A scope that an admin defined for an application.</summary>
public sealed class StoredScope
{
    /// <summary>The scope's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The application.</summary>
    public required Guid ApplicationId { get; init; }

    /// <summary>The value in parameter <c>scope</c>.</summary>
    [MaxLength(191)]
    public required string Name { get; set; }

    /// <summary>What it is for.</summary>
    [MaxLength(1024)]
    public string? Description { get; set; }

    /// <summary>The sentence on the consent page.</summary>
    [MaxLength(1024)]
    public string? DefaultConsentMessage { get; set; }

    /// <summary>More about it on the consent page.</summary>
    [MaxLength(2048)]
    public string? DefaultConsentDetail { get; set; }

    /// <summary>Whether consent can't be given without it.</summary>
    public bool Required { get; set; }

    /// <summary>Free data as a JSON object.</summary>
    public string Data { get; set; } = "{}";

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its last change.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A client secret's hash.</summary>
public sealed class StoredClientSecret
{
    /// <summary>The row's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The application.</summary>
    public required Guid ApplicationId { get; init; }

    /// <summary>SHA-256 of the secret. Ours have 256 random bits, which need no slow hash.</summary>
    [MaxLength(32)]
    public required byte[] Hash { get; init; }

    /// <summary>When it was made; the newest is the one to use.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
