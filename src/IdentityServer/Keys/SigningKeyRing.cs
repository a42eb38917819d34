using System.Collections.Frozen;
using IdentityServer.Data;
using IdentityServer.Protocol;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Keys;

/// <summary>
/// The server's signing keys, in memory: which one signs, which are published. Made at first start and rotated on schedule: a key
/// is published a week before it signs, signs for ninety days, and stays published until the last token signed with it is long expired.
/// </summary>
public sealed class SigningKeyRing(Database database, IDataProtectionProvider protection, TimeProvider clock) : ICatalog, IDisposable
{
    private static readonly TimeSpan Signs = TimeSpan.FromDays(90);
    private static readonly TimeSpan PublishedAhead = TimeSpan.FromDays(7);
    private static readonly TimeSpan PublishedAfter = TimeSpan.FromDays(30);

    /// <summary>The algorithms that we sign with: what clients expect, and the faster one.</summary>
    public static IReadOnlyList<JwsAlgorithm> Algorithms { get; } = [JwsAlgorithm.RS256, JwsAlgorithm.ES256];

    private readonly IDataProtector protector = Protector(protection);
    private readonly Dictionary<string, SigningKey> unsealed = new(StringComparer.Ordinal);
    private Task<SigningKey[]>? prepared;
    private volatile Snapshot current = new([], FrozenDictionary<string, SigningKey>.Empty, FrozenDictionary<Guid, SigningKey>.Empty);

    /// <summary>The public keys, those that will sign and those that did included.</summary>
    public JsonWebKeySet PublicKeys => current.PublicKeys;

    /// <summary>The key set as it is served (RFC 7517 §5).</summary>
    public ReadyDocument Document => current.Document;

    /// <summary>The key of an admin's choice, if it is there and can sign; else the one that signs with this algorithm now.</summary>
    public SigningKey Signer(Guid? chosen, string algorithm) =>
        chosen is { } id && current.Managed.TryGetValue(id, out var key) ? key : Signer(algorithm);

    /// <summary>The key that signs with this algorithm now.</summary>
    public SigningKey Signer(string algorithm)
    {
        var now = clock.GetUtcNow();
        var snapshot = current;
        StoredSigningKey? newest = null;
        foreach (var stored in snapshot.Stored)
        {
            if (stored.Algorithm == algorithm && stored.ActiveFrom <= now && (newest is null || Compare(stored, newest) > 0))
            {
                newest = stored;
            }
        }

        return newest is null
            ? throw new InvalidOperationException($"There is no signing key for {algorithm}.")
            : snapshot.Keys[newest.Kid];
    }

    /// <summary>Begins to make the first keys, on another core: an RSA key takes as long as much of a start.</summary>
    public void Prepare() => prepared = Task.Run(() => Algorithms.Select(algorithm => SigningKey.Create(algorithm)).ToArray());

    /// <summary>Makes the keys that are missing, and successors that are due; drops those whose last token is long expired.</summary>
    public async Task EnsureKeysAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var stored = await database.ReadAsync((db, token) => db.SigningKeys.ToListAsync(token), cancellation);
        foreach (var algorithm in Algorithms)
        {
            var last = stored.Where(key => key.Algorithm == algorithm.Name).MaxBy(key => key.RetiresAt);
            if (last is null || last.RetiresAt - PublishedAhead <= now)
            {
                await CreateAsync(algorithm, now, last, cancellation);
            }
        }

        if (stored.Exists(key => key.ExpiresAt <= now))
        {
            await database.WriteAsync(
                async (db, token) =>
                {
                    await db.SigningKeys.Where(key => key.ExpiresAt <= now).ExecuteDeleteAsync(token);
                    await CatalogVersion.BumpAsync(db, token);
                },
                cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var stored = await database.ReadAsync((db, token) => db.SigningKeys.ToListAsync(token), cancellation);
        foreach (var key in stored.Where(key => !unsealed.ContainsKey(key.Kid)))
        {
            unsealed[key.Kid] = SigningKey.Import(
                JwsAlgorithm.Find(key.Algorithm) ?? throw new InvalidDataException($"Signing key {key.Kid} is for the unknown algorithm {key.Algorithm}."),
                protector.Unprotect(Convert.FromBase64String(key.SealedPrivateKey)),
                key.Kid);
        }

        var managed = await database.ReadAsync(
            (db, token) => db.ManagedKeys.Where(key => key.SealedPrivateKey != null && key.PublicKey != null).ToListAsync(token), cancellation);
        foreach (var key in managed.Where(key => !unsealed.ContainsKey(key.Kid)))
        {
            unsealed[key.Kid] = SigningKey.Import(
                JwsAlgorithm.Find(key.Algorithm)!, protector.Unprotect(Convert.FromBase64String(key.SealedPrivateKey!)), key.Kid);
        }

        // A key that was dropped stays in the dictionary: a request on its way may still hold it.
        current = new Snapshot(
            [.. stored.OrderBy(key => key.CreatedAt)],
            stored.ToFrozenDictionary(key => key.Kid, key => unsealed[key.Kid]),
            managed.ToFrozenDictionary(key => key.Id, key => unsealed[key.Kid]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var key in unsealed.Values)
        {
            key.Dispose();
        }
    }

    /// <summary>What seals private keys.</summary>
    internal static IDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("IdentityServer.Keys.v1");

    // A successor is published before it signs, even if it comes late because no server ran for months: until then its predecessor
    // goes on, and that one stays published for as long as if it had been in time.
    private async Task CreateAsync(JwsAlgorithm algorithm, DateTimeOffset now, StoredSigningKey? predecessor, CancellationToken cancellation)
    {
        var activeFrom = predecessor is null ? now
            : predecessor.RetiresAt > now + PublishedAhead ? predecessor.RetiresAt
            : now + PublishedAhead;
        using var key = await NewKeyAsync(algorithm);
        var row = new StoredSigningKey
        {
            Kid = key.KeyId,
            Algorithm = algorithm.Name,
            SealedPrivateKey = Convert.ToBase64String(protector.Protect(key.ExportPkcs8())),
            CreatedAt = now,
            ActiveFrom = activeFrom,
            RetiresAt = activeFrom + Signs,
            ExpiresAt = activeFrom + Signs + PublishedAfter,
        };
        await database.WriteAsync(
            async (db, token) =>
            {
                await CatalogVersion.BumpAsync(db, token); // From here on another node that does the same waits.
                if (await db.SigningKeys.AnyAsync(other => other.Algorithm == row.Algorithm && other.CreatedAt > now - PublishedAhead, token))
                {
                    return; // It has made it meanwhile.
                }

                db.SigningKeys.Add(row);
                if (predecessor is not null)
                {
                    await db.SigningKeys.Where(other => other.Kid == predecessor.Kid).ExecuteUpdateAsync(
                        set => set.SetProperty(other => other.RetiresAt, activeFrom).SetProperty(other => other.ExpiresAt, activeFrom + PublishedAfter),
                        token);
                }
            },
            cancellation);
    }

    // One that was prepared, if it was not taken yet.
    private async Task<SigningKey> NewKeyAsync(JwsAlgorithm algorithm)
    {
        if (prepared is not { } making)
        {
            return SigningKey.Create(algorithm);
        }

        var ready = await making;
        var key = ready.Single(candidate => candidate.Algorithm == algorithm);
        prepared = ready.Length > 1 ? Task.FromResult(ready.Where(candidate => candidate != key).ToArray()) : null;
        return key;
    }

    // The same on every node: the latest to become active, and between two of the same moment the greater name.
    private static int Compare(StoredSigningKey one, StoredSigningKey other) =>
        one.ActiveFrom != other.ActiveFrom ? one.ActiveFrom.CompareTo(other.ActiveFrom) : string.CompareOrdinal(one.Kid, other.Kid);

    private sealed class Snapshot(StoredSigningKey[] stored, FrozenDictionary<string, SigningKey> keys, FrozenDictionary<Guid, SigningKey> managed)
    {
        public StoredSigningKey[] Stored { get; } = stored;

        public FrozenDictionary<string, SigningKey> Keys { get; } = keys;

        public FrozenDictionary<Guid, SigningKey> Managed { get; } = managed;

        public JsonWebKeySet PublicKeys { get; } =
            new([.. stored.Select(key => keys[key.Kid].PublicKey), .. managed.Values.Select(key => key.PublicKey)]);

        public ReadyDocument Document => field ??= new ReadyDocument(PublicKeys.ToUtf8Bytes());
    }
}
