using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Tenants;

/// <summary>
/// A closed set of users and applications. This room owns the tenant's settings. There is one tenant today; rows carry its id
/// so that more can come.
/// </summary>
public sealed class Tenant
{
    /// <summary>The tenant's id, claim <c>tid</c>.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name that admins see.</summary>
    [MaxLength(191)]
    public required string Name { get; set; }

    /// <summary>When the tenant was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
