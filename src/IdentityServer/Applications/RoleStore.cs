using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Applications;

/// <summary>Roles of an application that the caller has locked (<see cref="ApplicationStore.LockAsync"/>).</summary>
public static class RoleStore
{
    /// <summary>Adds a role.</summary>
    public static async Task<FieldResult<StoredRole>> AddAsync(
        ServerDbContext db, StoredApplication application, RoleInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = Check(application, null, input);
        if (input.Id is { } chosen && await db.Roles.AnyAsync(row => row.Id == chosen, cancellation))
        {
            errors.Add("role.id", "duplicate", "There is a role of this id.");
        }

        if (errors.Any)
        {
            return errors;
        }

        var role = Create(application.Id, input, now);
        db.Roles.Add(role);
        await TouchAsync(db, application, now, cancellation);
        return role;
    }

    /// <summary>Replaces a role.</summary>
    public static async Task<FieldResult<StoredRole>> ReplaceAsync(
        ServerDbContext db, StoredApplication application, StoredRole role, RoleInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = Check(application, role, input);
        if (errors.Any)
        {
            return errors;
        }

        role.Name = input.Name!;
        role.Description = input.Description;
        role.IsDefault = input.IsDefault;
        role.IsSuperRole = input.IsSuperRole;
        role.UpdatedAt = now;
        await TouchAsync(db, application, now, cancellation);
        return role;
    }

    /// <summary>Deletes a role. Registrations that have it are the caller's to strip.</summary>
    public static async Task DeleteAsync(
        ServerDbContext db, StoredApplication application, StoredRole role, DateTimeOffset now, CancellationToken cancellation)
    {
        db.Roles.Remove(role);
        await TouchAsync(db, application, now, cancellation);
    }

    internal static StoredRole Create(Guid applicationId, RoleInput input, DateTimeOffset now) => new()
    {
        Id = input.Id ?? Guid.CreateVersion7(now),
        ApplicationId = applicationId,
        Name = input.Name!,
        Description = input.Description,
        IsDefault = input.IsDefault,
        IsSuperRole = input.IsSuperRole,
        CreatedAt = now,
        UpdatedAt = now,
    };

    private static FieldErrors Check(StoredApplication application, StoredRole? self, RoleInput input)
    {
        var errors = new FieldErrors();
        ApplicationRules.CheckName(input.Name, "role.name", errors);
        if (application.Roles.Exists(other => other != self && other.Name == input.Name))
        {
            errors.Add("role.name", "duplicate", "The application has a role of this name.");
        }

        return errors;
    }

    private static Task TouchAsync(ServerDbContext db, StoredApplication application, DateTimeOffset now, CancellationToken cancellation)
    {
        application.UpdatedAt = now;
        return CatalogVersion.BumpAsync(db, cancellation);
    }
}
