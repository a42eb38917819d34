using System.Collections.Frozen;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Registrations;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Groups;

/// <summary>
/// Which roles groups give, in memory. With the ids of a person's groups, which stand beside the person, it tells the roles of a
/// registration without another read.
/// </summary>
public sealed class GroupCatalog(Database database) : ICatalog
{
    private volatile FrozenDictionary<(Guid Group, Guid Application), string[]> current = FrozenDictionary<(Guid, Guid), string[]>.Empty;

    /// <summary>The person's roles in the application: those of the registration, and those of their groups.</summary>
    public IReadOnlyList<string> RolesOf(User user, Registration registration)
    {
        if (user.GroupIds.Count == 0)
        {
            return registration.Roles;
        }

        var roles = new List<string>(registration.Roles);
        foreach (var group in user.GroupIds)
        {
            roles.AddRange(current.GetValueOrDefault((group, registration.ApplicationId), []).Except(roles));
        }

        return roles;
    }

    /// <summary>Whether the group gives a role of the application.</summary>
    public bool Gives(Guid groupId, Guid applicationId) => current.ContainsKey((groupId, applicationId));

    /// <inheritdoc/>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var given = await database.ReadAsync(
            (db, token) => db.GroupRoles.Select(row => new { row.GroupId, row.Role!.ApplicationId, row.Role.Name }).ToListAsync(token), cancellation);
        current = given.GroupBy(row => (row.GroupId, row.ApplicationId))
            .ToFrozenDictionary(rows => rows.Key, rows => rows.Select(row => row.Name).Order(StringComparer.Ordinal).ToArray());
    }
}
