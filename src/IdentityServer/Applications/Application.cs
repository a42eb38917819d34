using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityServer.Protocol;

namespace IdentityServer.Applications;

/// <summary>An application as requests see it: immutable, in memory, everything worked out.</summary>
public sealed class Application
{
    /// <summary>Builds the snapshot of a row that was loaded with roles, scopes and secrets.</summary>
    public Application(StoredApplication stored)
    {
        Id = stored.Id;
        TenantId = stored.TenantId;
        ClientId = stored.ClientId;
        Name = stored.Name;
        Active = stored.Active;
        Settings = JsonSerializer.Deserialize<ApplicationSettings>(stored.Settings, ApplicationSettings.Json)
            ?? throw new InvalidDataException($"Application {stored.Id} has no settings.");
        DefaultRoles = [.. stored.Roles.Where(role => role.IsDefault).Select(role => role.Name)];
        Roles = [.. stored.Roles.Select(role => role.Name)];
        Scopes = [.. stored.Scopes.OrderBy(scope => scope.Name, StringComparer.Ordinal)];
        secretHashes = [.. stored.Secrets.Select(secret => secret.Hash)];
        IdText = Id.ToString();
        Client = ApplicationClient.Settings(this);
        PublicKeys = ApplicationClient.PublicKeys(this);
    }

    private readonly byte[][] secretHashes;

    /// <summary>What the rules of the protocol need to know of it.</summary>
    public ClientSettings Client { get; }

    /// <summary>The keys of its assertions; none if it registered none.</summary>
    public JsonWebKeySet PublicKeys { get; }

    /// <summary>Life of access and ID tokens.</summary>
    public TimeSpan TokenLifetime => TimeSpan.FromSeconds(Jwt.TimeToLiveInSeconds);

    /// <summary>Absolute life of a refresh token and its successors.</summary>
    public TimeSpan RefreshTokenLifetime => TimeSpan.FromMinutes(Jwt.RefreshTokenTimeToLiveInMinutes);

    /// <summary>Whether each use of a refresh token gives a new one and ends the old; always so for public clients (RFC 9700 §2.2.2).</summary>
    public bool RotatesRefreshTokens => Client.IsPublic
        || Jwt.RefreshTokenUsagePolicy is not RefreshTokenUsagePolicy.Reusable
        || Settings.SessionConfiguration?.IdleMinutes is not null; // By the last of them it is known when the application was last used.

    /// <summary>The algorithm of its ID tokens: what clients expect unless they ask for another (OpenID Connect Registration §2).</summary>
    public string IdTokenAlgorithm => Settings.ClientMetadata.IdTokenSignedResponseAlg ?? "RS256";

    /// <summary>The algorithm of its access tokens.</summary>
    public string AccessTokenAlgorithm => Settings.ClientMetadata.AccessTokenSignedResponseAlg ?? "ES256";

    /// <summary>The key of its ID tokens, where an admin chose one.</summary>
    public Guid? IdTokenKey => Jwt.IdTokenKeyId;

    /// <summary>The key of its access tokens, where an admin chose one.</summary>
    public Guid? AccessTokenKey => Jwt.AccessTokenKeyId;

    /// <summary>Whether people may register themselves.</summary>
    public bool AllowsRegistration => Settings.RegistrationConfiguration.Enabled;

    /// <summary>What people may do whose e-mail address is not proven.</summary>
    public UnverifiedBehavior Unverified => Settings.Unverified?.Behavior ?? UnverifiedBehavior.Allow;

    /// <summary>Whether people prove addresses by typing the mailed code into a page of the application.</summary>
    public bool VerifiesByCode => Settings.VerificationStrategy is VerificationStrategy.FormField;

    /// <summary>Whether people may sign in by a mailed link or code.</summary>
    public bool AllowsLink => Settings.PasswordlessConfiguration.Enabled;

    /// <summary>Whether people may sign in with a password. If not, no page asks for one.</summary>
    public bool AllowsPassword => Settings.PasswordlessConfiguration is { Enabled: false } or { AllowPassword: true };

    /// <summary>Whether people register by filling in a form first. Where no password is taken, the mailed link comes first.</summary>
    public bool RegistersByForm => AllowsRegistration && AllowsPassword;

    /// <summary>Whether "keep me signed in" counts.</summary>
    public bool AllowsKeepSignedIn => Settings.SessionConfiguration is not { KeepSignedInAllowed: false };

    private JwtConfiguration Jwt => Settings.JwtConfiguration.Enabled ? Settings.JwtConfiguration : DefaultJwt;

    private static readonly JwtConfiguration DefaultJwt = new();

    /// <summary>The id.</summary>
    public Guid Id { get; }

    /// <summary>The id as text, claim <c>applicationId</c>.</summary>
    public string IdText { get; }

    /// <summary>The tenant.</summary>
    public Guid TenantId { get; }

    /// <summary>The <c>client_id</c>.</summary>
    public string ClientId { get; }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Whether it may be used.</summary>
    public bool Active { get; }

    /// <summary>What the admin set.</summary>
    public ApplicationSettings Settings { get; }

    /// <summary>Names of all roles.</summary>
    public IReadOnlyList<string> Roles { get; }

    /// <summary>Names of the roles that a registration gets when none are named.</summary>
    public IReadOnlyList<string> DefaultRoles { get; }

    /// <summary>Scopes that admins defined.</summary>
    public IReadOnlyList<StoredScope> Scopes { get; }

    /// <summary>Whether any secret is set.</summary>
    public bool HasSecret => secretHashes.Length > 0;

    /// <summary>Compares a presented secret with each that is valid, in constant time.</summary>
    public bool IsSecret(string presented)
    {
        var hash = HashSecret(presented);
        var matches = false;
        foreach (var stored in secretHashes)
        {
            matches |= CryptographicOperations.FixedTimeEquals(stored, hash);
        }

        return matches;
    }

    /// <summary>The form in which secrets are stored.</summary>
    public static byte[] HashSecret(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
