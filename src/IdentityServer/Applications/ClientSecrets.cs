using System.Buffers.Text;
using System.Security.Cryptography;
using IdentityServer.Data;

namespace IdentityServer.Applications;

/// <summary>
/// Secrets of clients. The newest two are valid, so that a client can move from one to the next without an outage. Only hashes
/// are stored.
/// </summary>
internal static class ClientSecrets
{
    private const int Kept = 2;
    private const int RandomBytes = 32;

    /// <summary>
    /// The shortest secret that an admin may choose. A fast hash keeps secrets, so they must not be guessable; this keeps words out.
    /// </summary>
    public const int MinLength = 16;

    /// <summary>The longest secret that an admin may choose.</summary>
    public const int MaxLength = 255;

    /// <summary>Sets the given secret, or a random one if the client needs one and has none. Returns what was set, if anything.</summary>
    public static string? Set(ServerDbContext db, StoredApplication stored, ApplicationInput input, DateTimeOffset now)
    {
        var secret = input.ClientSecret ?? (stored.Secrets.Count == 0 && NeedsSecret(input.Settings) ? Create() : null);
        if (secret is null)
        {
            return null;
        }

        var hash = Application.HashSecret(secret);
        if (!stored.Secrets.Exists(known => CryptographicOperations.FixedTimeEquals(known.Hash, hash)))
        {
            // Later than every other, even if two are set within the same tick of the clock: the order says which one goes first.
            var newest = stored.Secrets.Select(known => known.CreatedAt).DefaultIfEmpty().Max();
            var created = now > newest ? now : newest.AddMilliseconds(1);
            var added = new StoredClientSecret { Id = Guid.CreateVersion7(created), ApplicationId = stored.Id, Hash = hash, CreatedAt = created };
            foreach (var old in stored.Secrets.OrderByDescending(known => known.CreatedAt).Skip(Kept - 1).ToList())
            {
                stored.Secrets.Remove(old);
                db.ClientSecrets.Remove(old);
            }

            stored.Secrets.Add(added);
            db.ClientSecrets.Add(added);
        }

        return secret;
    }

    private static bool NeedsSecret(ApplicationSettings settings) =>
        settings.ClientMetadata.TokenEndpointAuthMethod is { } method
            ? method is "client_secret_basic" or "client_secret_post"
            : settings.OauthConfiguration.ClientAuthenticationPolicy is not ClientAuthenticationPolicy.NotRequired;

    private static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
}
