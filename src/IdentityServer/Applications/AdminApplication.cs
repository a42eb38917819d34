using System.Text.Json;
using IdentityServer.Data;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Applications;

/// <summary>
/// The application that this server is itself: who is registered in it with the role <see cref="Role"/> administers the server.
/// </summary>
public static class AdminApplication
{
    /// <summary>The application's id and client id, the same in every installation.</summary>
    public static readonly Guid Id = new("0197a0c0-0000-7000-8000-000000000002");

    /// <summary>The role of administrators.</summary>
    public const string Role = "admin";

    private const string Name = "IdentityServer Admin";

    // Fixed like the application's id, so that two nodes that start at once make one role.
    private static readonly Guid RoleId = new("0197a0c0-0000-7000-8000-000000000003");

    /// <summary>Makes the application if the database has none.</summary>
    public static async Task EnsureAsync(Database database, Tenant tenant, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            await database.WriteAsync(
                async (db, token) =>
                {
                    if (!await db.Applications.AnyAsync(row => row.Id == Id, token))
                    {
                        db.Applications.Add(New(tenant, now));
                        await CatalogVersion.BumpAsync(db, token);
                    }
                },
                cancellation);
        }
        catch (DbUpdateException exception) when (DatabaseErrors.IsDuplicate(exception, out _))
        {
            // Another node made it in the same moment.
        }
    }

    private static StoredApplication New(Tenant tenant, DateTimeOffset now) => new()
    {
        Id = Id,
        TenantId = tenant.Id,
        ClientId = Id.ToString(),
        Name = Name,
        Settings = JsonSerializer.Serialize(
            new ApplicationSettings { OauthConfiguration = new() { RequireRegistration = true } }, ApplicationSettings.Json),
        CreatedAt = now,
        UpdatedAt = now,
        Roles = [new StoredRole { Id = RoleId, ApplicationId = Id, Name = Role, Description = "Administers this server", CreatedAt = now, UpdatedAt = now }],
    };
}
