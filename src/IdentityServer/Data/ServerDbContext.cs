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
        ServerModel.Map(modelBuilder);
        CompareKeysByBytes(modelBuilder);
        foreach (var key in modelBuilder.Model.GetEntityTypes().Select(type => type.FindPrimaryKey()!))
        {
            if (key.Properties is [{ ClrType: var type } only] && type == typeof(Guid))
            {
                only.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
            }
        }
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
}
