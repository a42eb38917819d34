using IdentityServer.ApiKeys;
using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Authorizations;
using IdentityServer.Keys;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Tenants;
using IdentityServer.Tokens;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>
/// The one database of the server. It owns the mapping of every entity; the entities stand in the rooms that own their rules.
/// Reads do not track. Writes go through <see cref="Database.WriteAsync{T}"/>.
/// </summary>
public abstract class ServerDbContext(DbContextOptions options) : DbContext(options)
{
    /// <summary>Tenants; there is one today.</summary>
    public DbSet<Tenant> Tenants => Set<Tenant>();

    /// <summary>Applications (clients).</summary>
    public DbSet<StoredApplication> Applications => Set<StoredApplication>();

    /// <summary>Roles of applications.</summary>
    public DbSet<StoredRole> Roles => Set<StoredRole>();

    /// <summary>Scopes that admins defined.</summary>
    public DbSet<StoredScope> Scopes => Set<StoredScope>();

    /// <summary>Hashes of client secrets.</summary>
    public DbSet<StoredClientSecret> ClientSecrets => Set<StoredClientSecret>();

    /// <summary>People.</summary>
    public DbSet<User> Users => Set<User>();

    /// <summary>People's registrations in applications.</summary>
    public DbSet<Registration> Registrations => Set<Registration>();

    /// <summary>Browser sessions (SSO).</summary>
    public DbSet<Session> Sessions => Set<Session>();

    /// <summary>What a person allowed an application in one flow: the family of the tokens issued in it.</summary>
    public DbSet<Authorization> Authorizations => Set<Authorization>();

    /// <summary>Remembered consent.</summary>
    public DbSet<Consent> Consents => Set<Consent>();

    /// <summary>Authorization codes and refresh tokens.</summary>
    public DbSet<Token> Tokens => Set<Token>();

    /// <summary>Access tokens revoked before their time.</summary>
    public DbSet<RevokedAccessToken> RevokedAccessTokens => Set<RevokedAccessToken>();

    /// <summary>Client assertions that were presented, until they expire.</summary>
    public DbSet<SpentAssertion> SpentAssertions => Set<SpentAssertion>();

    /// <summary>Signing keys, sealed.</summary>
    public DbSet<StoredSigningKey> SigningKeys => Set<StoredSigningKey>();

    /// <summary>Keys of the management API, hashed.</summary>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>What was done by whom.</summary>
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    /// <summary>The data-protection key ring.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>Small facts about this database, such as that kickstart ran, and the versions of the catalogs.</summary>
    public DbSet<Marker> Markers => Set<Marker>();

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<InstantConverter>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32);
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Tenant>().HasKey(row => row.Id);
        MapApplications(modelBuilder);
        MapPeople(modelBuilder);
        MapTokens(modelBuilder);
        MapServer(modelBuilder);
        foreach (var key in modelBuilder.Model.GetEntityTypes().Select(type => type.FindPrimaryKey()!))
        {
            if (key.Properties is [{ ClrType: var type } only] && type == typeof(Guid))
            {
                only.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
            }
        }
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

    private static void MapServer(ModelBuilder model)
    {
        model.Entity<StoredSigningKey>().HasKey(row => row.Kid);
        model.Entity<ApiKey>().HasIndex(row => row.Hash).IsUnique();
        model.Entity<AuditEntry>().HasIndex(row => row.Instant);
        model.Entity<Marker>().HasKey(row => row.Name);
    }
}
