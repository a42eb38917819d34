using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

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
    }

    private readonly byte[][] secretHashes;

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
