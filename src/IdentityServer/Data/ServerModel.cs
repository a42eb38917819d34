using IdentityServer.ApiKeys;
using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Authorizations;
using IdentityServer.Browsers;
using IdentityServer.Email;
using IdentityServer.Factors;
using IdentityServer.Forms;
using IdentityServer.Groups;
using IdentityServer.Keys;
using IdentityServer.Links;
using IdentityServer.Logins;
using IdentityServer.Passkeys;
using IdentityServer.Quotas;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Tenants;
using IdentityServer.Tokens;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>How the entities become tables: keys, indexes, and what goes with what. Both databases have the same.</summary>
internal static class ServerModel
{
    /// <summary>Maps every entity.</summary>
    public static void Map(ModelBuilder model)
    {
        model.Entity<Tenant>().HasKey(row => row.Id);
        MapApplications(model);
        MapPeople(model);
        MapGroups(model);
        MapForms(model);
        MapTokens(model);
        MapCredentials(model);
        MapServer(model);
    }

    private static void MapApplications(ModelBuilder model)
    {
        model.Entity<StoredApplication>(entity =>
        {
            entity.HasIndex(row => new { row.TenantId, row.ClientId }).IsUnique();
            entity.HasIndex(row => new { row.TenantId, row.Name }).IsUnique();
            entity.HasMany(row => row.Roles).WithOne().HasForeignKey(row => row.ApplicationId).OnDelete(DeleteBehavior.Cascade);
            entity.HasMany(row => row.Scopes).WithOne().HasForeignKey(row => row.ApplicationId).OnDelete(DeleteBehavior.Cascade);
            entity.HasMany(row => row.Secrets).WithOne().HasForeignKey(row => row.ApplicationId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<StoredRole>().HasIndex(row => new { row.ApplicationId, row.Name }).IsUnique();
        model.Entity<StoredScope>().HasIndex(row => new { row.ApplicationId, row.Name }).IsUnique();
    }

    private static void MapPeople(ModelBuilder model)
    {
        model.Entity<User>(entity =>
        {
            entity.HasIndex(row => new { row.TenantId, row.EmailKey }).IsUnique();
            entity.HasIndex(row => new { row.TenantId, row.UsernameKey }).IsUnique();
            entity.HasIndex(row => new { row.TenantId, row.FirstNameKey });
            entity.HasIndex(row => new { row.TenantId, row.LastNameKey });
            entity.HasIndex(row => new { row.TenantId, row.FullNameKey });
        });
        model.Entity<Registration>(entity =>
        {
            entity.HasIndex(row => new { row.UserId, row.ApplicationId }).IsUnique();
            entity.HasIndex(row => row.ApplicationId);
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            entity.HasOne<StoredApplication>().WithMany().HasForeignKey(row => row.ApplicationId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Session>(entity =>
        {
            entity.HasIndex(row => row.SecretHash).IsUnique();
            entity.HasIndex(row => row.UserId);
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void MapGroups(ModelBuilder model)
    {
        model.Entity<Group>(entity =>
        {
            entity.HasIndex(row => new { row.TenantId, row.Name }).IsUnique();
            entity.HasMany(row => row.Roles).WithOne().HasForeignKey(row => row.GroupId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<GroupRole>(entity =>
        {
            entity.HasKey(row => new { row.GroupId, row.RoleId });
            entity.HasOne(row => row.Role).WithMany().HasForeignKey(row => row.RoleId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<GroupMember>(entity =>
        {
            entity.HasIndex(row => new { row.GroupId, row.UserId }).IsUnique();
            entity.HasIndex(row => row.UserId);
            entity.HasOne<Group>().WithMany().HasForeignKey(row => row.GroupId).OnDelete(DeleteBehavior.Cascade);
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void MapForms(ModelBuilder model)
    {
        model.Entity<StoredFormField>().HasIndex(row => row.Name).IsUnique();
        model.Entity<StoredForm>().HasIndex(row => row.Name).IsUnique();
        model.Entity<ConsentDefinition>().HasIndex(row => row.Name).IsUnique();
        model.Entity<UserConsent>(entity =>
        {
            entity.HasIndex(row => new { row.UserId, row.ConsentId }).IsUnique();
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            entity.HasOne<ConsentDefinition>().WithMany().HasForeignKey(row => row.ConsentId).OnDelete(DeleteBehavior.Cascade);
        });
    }

    private static void MapTokens(ModelBuilder model)
    {
        model.Entity<Authorization>(entity =>
        {
            entity.HasIndex(row => row.UserId);
            entity.HasIndex(row => row.SessionId);
            entity.HasIndex(row => row.ExpiresAt);
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            entity.HasOne<StoredApplication>().WithMany().HasForeignKey(row => row.ApplicationId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Consent>(entity =>
        {
            entity.HasKey(row => new { row.UserId, row.ApplicationId });
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            entity.HasOne<StoredApplication>().WithMany().HasForeignKey(row => row.ApplicationId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Token>(entity =>
        {
            entity.HasIndex(row => row.Hash).IsUnique();
            entity.HasIndex(row => row.AuthorizationId);
            entity.HasIndex(row => row.ExpiresAt);
            entity.HasOne<Authorization>().WithMany().HasForeignKey(row => row.AuthorizationId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<RevokedAccessToken>().HasIndex(row => row.ExpiresAt);
        model.Entity<SpentAssertion>(entity =>
        {
            entity.HasKey(row => row.Hash);
            entity.HasIndex(row => row.ExpiresAt);
        });
    }

    private static void MapCredentials(ModelBuilder model)
    {
        model.Entity<Link>(entity =>
        {
            entity.HasIndex(row => row.SecretHash).IsUnique();
            entity.HasIndex(row => new { row.UserId, row.Purpose });
            // A newer one takes the place of those to an address without an account.
            entity.HasIndex(row => new { row.EmailKey, row.Purpose }).HasFilter("\"UserId\" IS NULL");
            entity.HasIndex(row => row.ExpiresAt);
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            entity.HasOne<StoredApplication>().WithMany().HasForeignKey(row => row.ApplicationId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<TwoFactorMethod>(entity =>
        {
            entity.HasIndex(row => new { row.UserId, row.Code }).IsUnique();
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<RecoveryCode>(entity =>
        {
            entity.HasIndex(row => new { row.UserId, row.Hash }).IsUnique();
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Passkey>(entity =>
        {
            entity.HasIndex(row => row.CredentialId).IsUnique();
            entity.HasIndex(row => row.UserId);
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<KnownBrowser>(entity =>
        {
            entity.HasIndex(row => new { row.UserId, row.SecretHash }).IsUnique();
            entity.HasIndex(row => row.LastSeenAt);
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<LoginRecord>(entity =>
        {
            entity.HasIndex(row => new { row.UserId, row.Instant });
            entity.HasIndex(row => new { row.ApplicationId, row.Instant });
            entity.HasIndex(row => row.Instant);
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Quota>(entity =>
        {
            entity.HasKey(row => row.Key);
            entity.HasIndex(row => row.ResetsAt);
        });
    }

    private static void MapServer(ModelBuilder model)
    {
        model.Entity<StoredSigningKey>().HasKey(row => row.Kid);
        model.Entity<ManagedKey>(entity =>
        {
            entity.HasIndex(row => row.Name).IsUnique();
            entity.HasIndex(row => row.Kid).IsUnique();
        });
        model.Entity<ApiKey>().HasIndex(row => row.Hash).IsUnique();
        model.Entity<AuditEntry>(entity =>
        {
            entity.HasIndex(row => row.Instant);
            entity.HasIndex(row => row.Actor);
        });
        model.Entity<OutboxMail>(entity =>
        {
            entity.HasIndex(row => new { row.Status, row.DueAt });
            entity.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<Marker>().HasKey(row => row.Name);
    }
}
