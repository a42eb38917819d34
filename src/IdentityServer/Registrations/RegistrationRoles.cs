using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Registrations;

/// <summary>Keeps registrations in step with the roles of their application. One statement, however many people have the role.</summary>
public static class RegistrationRoles
{
    /// <summary>Takes a role that is deleted from everybody.</summary>
    public static Task StripAsync(ServerDbContext db, Guid applicationId, string role, CancellationToken cancellation) =>
        RewriteAsync(db, applicationId, role, null, cancellation);

    /// <summary>Gives a role that everybody keeps its new name.</summary>
    public static Task RenameAsync(ServerDbContext db, Guid applicationId, string role, string newName, CancellationToken cancellation) =>
        role == newName ? Task.CompletedTask : RewriteAsync(db, applicationId, role, newName, cancellation);

    // Lists are arrays on PostgreSQL and JSON text on SQLite; EF Core has no words for changing one in place.
    private static Task<int> RewriteAsync(ServerDbContext db, Guid applicationId, string role, string? newName, CancellationToken cancellation)
    {
        if (db.Database.IsNpgsql())
        {
            return newName is null
                ? db.Database.ExecuteSqlAsync(
                    $"""UPDATE "Registrations" SET "Roles" = array_remove("Roles", {role}) WHERE "ApplicationId" = {applicationId} AND {role} = ANY("Roles")""",
                    cancellation)
                : db.Database.ExecuteSqlAsync(
                    $"""UPDATE "Registrations" SET "Roles" = array_replace("Roles", {role}, {newName}) WHERE "ApplicationId" = {applicationId} AND {role} = ANY("Roles")""",
                    cancellation);
        }

        var application = applicationId.ToByteArray(bigEndian: true);
        return newName is null
            ? db.Database.ExecuteSqlAsync(
                $"""
                UPDATE "Registrations"
                SET "Roles" = (SELECT json_group_array(value) FROM json_each("Roles") WHERE value <> {role})
                WHERE "ApplicationId" = {application} AND EXISTS (SELECT 1 FROM json_each("Roles") WHERE value = {role})
                """,
                cancellation)
            : db.Database.ExecuteSqlAsync(
                $"""
                UPDATE "Registrations"
                SET "Roles" = (SELECT json_group_array(CASE WHEN value = {role} THEN {newName} ELSE value END) FROM json_each("Roles"))
                WHERE "ApplicationId" = {application} AND EXISTS (SELECT 1 FROM json_each("Roles") WHERE value = {role})
                """,
                cancellation);
    }
}
