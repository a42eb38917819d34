using System.Text.Json;
using IdentityServer.Data;
using IdentityServer.Keys;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Applications;

/// <summary>
/// The writing side of applications. Every method runs in the caller's transaction; what is refused has changed nothing.
/// </summary>
public sealed class ApplicationStore(TenantCatalog tenants)
{
    private const string ClientIdField = "application.oauthConfiguration.clientId";

    /// <summary>Makes an application under the id that the caller chose, or a new one.</summary>
    public async Task<FieldResult<ChangedApplication>> CreateAsync(
        ServerDbContext db, Guid? id, ApplicationInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        ApplicationRules.Check(input, errors);
        if (id is { } chosen && await db.Applications.AnyAsync(row => row.Id == chosen, cancellation))
        {
            errors.Add("application.id", "duplicate", "There is an application of this id.");
        }

        var newId = id ?? Guid.CreateVersion7(now);
        var clientId = input.ClientId ?? newId.ToString();
        if (errors.Any)
        {
            return errors; // Who repeats a call is told that the id is taken; that client_id and name are as well only follows from it.
        }

        if (await db.Applications.AnyAsync(row => row.TenantId == Tenant && row.ClientId == clientId, cancellation))
        {
            errors.Add(ClientIdField, "duplicate", "There is an application with this client_id.");
        }

        await CheckNameIsFreeAsync(db, newId, input.Name, errors, cancellation);
        await CheckKeysAsync(db, input.Settings.JwtConfiguration, errors, cancellation);
        await CheckRoleIdsAreFreeAsync(db, input.Roles, errors, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        var stored = new StoredApplication
        {
            Id = newId,
            TenantId = Tenant,
            ClientId = clientId,
            Name = input.Name!,
            Settings = Write(input.Settings),
            CreatedAt = now,
            UpdatedAt = now,
        };
        stored.Roles.AddRange(input.Roles.Select(role => RoleStore.Create(stored.Id, role, now)));
        db.Applications.Add(stored);
        return await ChangedAsync(db, stored, input, now, cancellation);
    }

    /// <summary>
    /// Loads an application for a change, locked against other changes until the end of the transaction, or null if there is none.
    /// </summary>
    public async Task<StoredApplication?> LockAsync(ServerDbContext db, Guid id, CancellationToken cancellation)
    {
        // An update that changes nothing takes the lock of the row on PostgreSQL; on SQLite there is one writer anyway.
        var found = await db.Applications.Where(row => row.Id == id && row.TenantId == Tenant)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), cancellation);
        return found == 0
            ? null
            : await db.Applications
                .Include(row => row.Roles).Include(row => row.Scopes).Include(row => row.Secrets)
                .AsSplitQuery()
                .SingleAsync(row => row.Id == id, cancellation);
    }

    /// <summary>Replaces what an admin can set on an application that was locked. Roles, scopes and, if none is given, the secret stay.</summary>
    public async Task<FieldResult<ChangedApplication>> ReplaceAsync(
        ServerDbContext db, StoredApplication stored, ApplicationInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        ApplicationRules.Check(input with { ClientId = null, Roles = [] }, errors);
        await CheckNameIsFreeAsync(db, stored.Id, input.Name, errors, cancellation);
        await CheckKeysAsync(db, input.Settings.JwtConfiguration, errors, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        stored.Name = input.Name!;
        stored.Settings = Write(input.Settings);
        stored.UpdatedAt = now;
        return await ChangedAsync(db, stored, input, now, cancellation);
    }

    /// <summary>Switches an application that was locked on or off; off, it is refused everywhere and keeps its data.</summary>
    public static async Task<ChangedApplication> SetActiveAsync(
        ServerDbContext db, StoredApplication stored, bool active, DateTimeOffset now, CancellationToken cancellation)
    {
        stored.Active = active;
        stored.UpdatedAt = now;
        await CatalogVersion.BumpAsync(db, cancellation);
        return new(stored, Read(stored), null);
    }

    /// <summary>Deletes an application that was locked, and with it its registrations and tokens.</summary>
    public static async Task DeleteAsync(ServerDbContext db, StoredApplication stored, CancellationToken cancellation)
    {
        db.Applications.Remove(stored);
        await CatalogVersion.BumpAsync(db, cancellation);
    }

    /// <summary>The settings of a row.</summary>
    public static ApplicationSettings Read(StoredApplication stored) =>
        JsonSerializer.Deserialize<ApplicationSettings>(stored.Settings, ApplicationSettings.Json)!;

    private Guid Tenant => tenants.Default.Id;

    private static string Write(ApplicationSettings settings) => JsonSerializer.Serialize(settings, ApplicationSettings.Json);

    private static async Task<ChangedApplication> ChangedAsync(
        ServerDbContext db, StoredApplication stored, ApplicationInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var secret = ClientSecrets.Set(db, stored, input, now);
        await CatalogVersion.BumpAsync(db, cancellation);
        return new(stored, input.Settings, secret);
    }

    // A key that clients could not verify by would lock everybody out: it has a public part that is published, and ID tokens are
    // signed by the algorithms that discovery announces (OpenID Connect Discovery §3).
    private static async Task CheckKeysAsync(ServerDbContext db, JwtConfiguration jwt, FieldErrors errors, CancellationToken cancellation)
    {
        var announced = SigningKeyRing.Algorithms.Select(algorithm => algorithm.Name).ToList();
        foreach (var (id, name) in new[] { (jwt.AccessTokenKeyId, "accessTokenKeyId"), (jwt.IdTokenKeyId, "idTokenKeyId") })
        {
            if (id is null)
            {
                continue;
            }

            var key = await db.ManagedKeys.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellation);
            if (key is not { SealedPrivateKey: not null, PublicKey: not null } || (name == "idTokenKeyId" && !announced.Contains(key.Algorithm)))
            {
                errors.Add("application.jwtConfiguration." + name, "invalid", "There is no such key, or tokens can't be signed with it.");
            }
        }
    }

    private async Task CheckNameIsFreeAsync(ServerDbContext db, Guid id, string? name, FieldErrors errors, CancellationToken cancellation)
    {
        if (await db.Applications.AnyAsync(row => row.TenantId == Tenant && row.Name == name && row.Id != id, cancellation))
        {
            errors.Add("application.name", "duplicate", "There is an application of this name.");
        }
    }

    private static async Task CheckRoleIdsAreFreeAsync(
        ServerDbContext db, IReadOnlyList<RoleInput> roles, FieldErrors errors, CancellationToken cancellation)
    {
        var ids = roles.Where(role => role.Id is not null).Select(role => role.Id!.Value).ToList();
        if (ids.Distinct().Count() < ids.Count || (ids.Count > 0 && await db.Roles.AnyAsync(row => ids.Contains(row.Id), cancellation)))
        {
            errors.Add("application.roles", "duplicate", "There is a role of this id.");
        }
    }
}
