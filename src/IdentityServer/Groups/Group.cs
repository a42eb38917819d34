using System.ComponentModel.DataAnnotations;
using IdentityServer.Applications;

namespace IdentityServer.Groups;

/// <summary>
/// A group of people, which gives its members roles in the applications that they are registered for. This room owns groups,
/// who is in them, and which roles that comes to.
/// </summary>
public sealed class Group
{
    /// <summary>The id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The tenant.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>The name, unique in the tenant.</summary>
    [MaxLength(191)]
    public required string Name { get; set; }

    /// <summary>Free data as a JSON object.</summary>
    public string Data { get; set; } = "{}";

    /// <summary>The roles it gives.</summary>
    public List<GroupRole> Roles { get; init; } = [];

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last change of the group itself.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A role that a group gives.</summary>
public sealed class GroupRole
{
    /// <summary>The group.</summary>
    public required Guid GroupId { get; init; }

    /// <summary>The role, of any application.</summary>
    public required Guid RoleId { get; init; }

    /// <summary>The role itself, where it was loaded.</summary>
    public StoredRole? Role { get; init; }
}

/// <summary>A person in a group.</summary>
public sealed class GroupMember
{
    /// <summary>The id of the membership.</summary>
    public required Guid Id { get; init; }

    /// <summary>The group.</summary>
    public required Guid GroupId { get; init; }

    /// <summary>The person.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Free data as a JSON object.</summary>
    public string Data { get; init; } = "{}";

    /// <summary>Since when.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
