using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Tenants;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Groups;

/// <summary>What can be said about a group.</summary>
public sealed record GroupInput(string? Name, string Data, IReadOnlyList<Guid> RoleIds);

/// <summary>The writing side of groups. Every method runs in the caller's transaction; what is refused has changed nothing.</summary>
public sealed class GroupStore(TenantCatalog tenants)
{
    private const int MaxName = 191;

    private Guid Tenant => tenants.Default.Id;

    /// <summary>Makes a group under the id that the caller chose, or a new one.</summary>
    public async Task<FieldResult<Group>> CreateAsync(ServerDbContext db, Guid? id, GroupInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var group = new Group { Id = id ?? Guid.CreateVersion7(now), TenantId = Tenant, Name = input.Name ?? string.Empty, CreatedAt = now, UpdatedAt = now };
        var errors = new FieldErrors();
        if (id is not null && await db.Groups.AnyAsync(row => row.Id == id, cancellation))
        {
            errors.Add("group.id", "duplicate", "There is a group of this id.");
        }

        var roles = await CheckAsync(db, null, input, errors, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        db.Groups.Add(group);
        await SetAsync(db, group, input, roles, now, cancellation);
        return group;
    }

    /// <summary>Loads a group for a change, locked against other changes until the end of the transaction, or null if there is none.</summary>
    public async Task<Group?> LockAsync(ServerDbContext db, Guid id, CancellationToken cancellation) =>
        await db.Groups.Where(row => row.Id == id && row.TenantId == Tenant)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), cancellation) == 0
            ? null
            : await db.Groups.Include(row => row.Roles).ThenInclude(row => row.Role).SingleAsync(row => row.Id == id, cancellation);

    /// <summary>Replaces what can be said about a group that was locked.</summary>
    public async Task<FieldResult<Group>> ReplaceAsync(ServerDbContext db, Group group, GroupInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        var roles = await CheckAsync(db, group.Id, input, errors, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        await SetAsync(db, group, input, roles, now, cancellation);
        return group;
    }

    /// <summary>Deletes a group that was locked, and everybody's membership with it.</summary>
    public static async Task DeleteAsync(ServerDbContext db, Group group, CancellationToken cancellation)
    {
        var members = await db.GroupMembers.Where(row => row.GroupId == group.Id).Select(row => row.UserId).ToListAsync(cancellation);
        await db.Groups.Where(row => row.Id == group.Id).ExecuteDeleteAsync(cancellation); // Foreign keys take the rest along.
        db.ChangeTracker.Clear();
        await Members.NoteAsync(db, members, cancellation);
        await CatalogVersion.BumpAsync(db, cancellation);
    }

    private async Task<List<StoredRole>> CheckAsync(ServerDbContext db, Guid? self, GroupInput input, FieldErrors errors, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(input.Name))
        {
            errors.Add("group.name", "blank", "A group needs a name.");
        }
        else
        {
            UserRules.CheckText("group.name", input.Name, MaxName, errors);
            var name = input.Name.Trim();
            if (await db.Groups.AnyAsync(row => row.TenantId == Tenant && row.Name == name && row.Id != self, cancellation))
            {
                errors.Add("group.name", "duplicate", "There is a group of this name.");
            }
        }

        var ids = input.RoleIds.Distinct().ToList();
        var roles = await db.Roles.Where(row => ids.Contains(row.Id)).ToListAsync(cancellation);
        if (roles.Count < ids.Count)
        {
            errors.Add("roleIds", "invalid", "No application has a role of this id.");
        }

        return roles;
    }

    private static async Task SetAsync(
        ServerDbContext db, Group group, GroupInput input, List<StoredRole> roles, DateTimeOffset now, CancellationToken cancellation)
    {
        group.Name = input.Name!.Trim();
        group.Data = input.Data;
        group.UpdatedAt = now;
        group.Roles.RemoveAll(given => !roles.Exists(role => role.Id == given.RoleId));
        group.Roles.AddRange(roles.Where(role => !group.Roles.Exists(given => given.RoleId == role.Id))
            .Select(role => new GroupRole { GroupId = group.Id, RoleId = role.Id, Role = role }));
        await CatalogVersion.BumpAsync(db, cancellation);
    }
}
