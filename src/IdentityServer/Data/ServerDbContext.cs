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

/// <summary>
/// The one database of the server. It owns the mapping of every entity; the entities stand in the rooms that own their rules.
/// Reads do not track. Writes go through <see cref="Database.WriteAsync{T}"/>.
/// </summary>
public abstract class ServerDbContext(DbContextOptions options) : DbContext(options)
{
    private List<Action>? whenCommitted;

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

    /// <summary>Fields of forms.</summary>
    public DbSet<StoredFormField> FormFields => Set<StoredFormField>();

    /// <summary>Forms.</summary>
    public DbSet<StoredForm> Forms => Set<StoredForm>();

    /// <summary>What people may agree to.</summary>
    public DbSet<ConsentDefinition> ConsentDefinitions => Set<ConsentDefinition>();

    /// <summary>What they agreed to.</summary>
    public DbSet<UserConsent> UserConsents => Set<UserConsent>();

    /// <summary>People.</summary>
    public DbSet<User> Users => Set<User>();

    /// <summary>People's registrations in applications.</summary>
    public DbSet<Registration> Registrations => Set<Registration>();

    /// <summary>Groups of people.</summary>
    public DbSet<Group> Groups => Set<Group>();

    /// <summary>The roles that groups give.</summary>
    public DbSet<GroupRole> GroupRoles => Set<GroupRole>();

    /// <summary>Who is in which group.</summary>
    public DbSet<GroupMember> GroupMembers => Set<GroupMember>();

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

    /// <summary>Mails to be sent, and what became of them.</summary>
    public DbSet<OutboxMail> Outbox => Set<OutboxMail>();

    /// <summary>Counters of what is limited.</summary>
    public DbSet<Quota> Quotas => Set<Quota>();

    /// <summary>One-time links and codes.</summary>
    public DbSet<Link> Links => Set<Link>();

    /// <summary>People's second factors.</summary>
    public DbSet<TwoFactorMethod> TwoFactorMethods => Set<TwoFactorMethod>();

    /// <summary>What is left of people's recovery codes.</summary>
    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    /// <summary>People's passkeys.</summary>
    public DbSet<Passkey> Passkeys => Set<Passkey>();

    /// <summary>Browsers in which people signed in before.</summary>
    public DbSet<KnownBrowser> KnownBrowsers => Set<KnownBrowser>();

    /// <summary>Sign-ins.</summary>
    public DbSet<LoginRecord> LoginRecords => Set<LoginRecord>();

    /// <summary>Signing keys, sealed.</summary>
    public DbSet<StoredSigningKey> SigningKeys => Set<StoredSigningKey>();

    /// <summary>Keys that admins made or imported, sealed.</summary>
    public DbSet<ManagedKey> ManagedKeys => Set<ManagedKey>();

    /// <summary>Keys of the management API, hashed.</summary>
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>What was done by whom.</summary>
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    /// <summary>The data-protection key ring.</summary>
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>Small facts about this database, such as that kickstart ran, and the versions of the catalogs.</summary>
    public DbSet<Marker> Markers => Set<Marker>();

    /// <summary>
    /// Does something quick that cannot fail, such as waking somebody, once this write is durable; never if it is rolled back.
    /// </summary>
    public void WhenCommitted(Action action) => (whenCommitted ??= []).Add(action);

    /// <summary>Takes what is to be done once the write is durable, so that the next one begins with nothing.</summary>
    internal IReadOnlyList<Action> TakeWhenCommitted()
    {
        IReadOnlyList<Action>? actions = whenCommitted;
        whenCommitted = null;
        return actions ?? [];
    }

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
        CompareKeysByBytes(modelBuilder);
        MapGroups(modelBuilder);
        MapForms(modelBuilder);
        MapTokens(modelBuilder);
        MapCredentials(modelBuilder);
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

    // On PostgreSQL as on SQLite: then one index serves look-ups, and ranges for what begins alike.
    private void CompareKeysByBytes(ModelBuilder model)
    {
        if (!Database.IsNpgsql())
        {
            return;
        }

        model.Entity<User>(entity =>
        {
            const string Bytes = "C";
            entity.Property(row => row.EmailKey).UseCollation(Bytes);
            entity.Property(row => row.UsernameKey).UseCollation(Bytes);
            entity.Property(row => row.FirstNameKey).UseCollation(Bytes);
            entity.Property(row => row.LastNameKey).UseCollation(Bytes);
            entity.Property(row => row.FullNameKey).UseCollation(Bytes);
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
