using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.ApiKeys;

/// <summary>A key as requests see it.</summary>
public sealed record KnownApiKey(
    Guid Id, byte[] Hash, ApiKeyPermissions Permissions, Guid? TenantId, bool KeyManager, DateTimeOffset? ExpiresAt);

/// <summary>All keys, in memory, by hash. Reloaded when <see cref="CatalogVersion"/> says that they changed.</summary>
public sealed class ApiKeyCatalog(Database database, TimeProvider clock) : ICatalog
{
    private volatile FrozenDictionary<UInt128, KnownApiKey> current = FrozenDictionary<UInt128, KnownApiKey>.Empty;

    /// <summary>The key that was presented, unless it is unknown or has expired.</summary>
    public KnownApiKey? Find(string presented)
    {
        var hash = Hash(presented);
        return current.GetValueOrDefault(Start(hash)) is { } key
            && CryptographicOperations.FixedTimeEquals(key.Hash, hash)
            && !(key.ExpiresAt <= clock.GetUtcNow())
                ? key
                : null;
    }

    /// <summary>The form in which keys are stored: they are random, so a fast hash keeps them.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <inheritdoc/>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var stored = await database.ReadAsync((db, token) => db.ApiKeys.ToListAsync(token), cancellation);
        current = stored
            .Select(row => new KnownApiKey(
                row.Id, row.Hash, ApiKeyPermissions.Parse(row.Permissions), row.TenantId, row.KeyManager, row.ExpiresAt))
            .ToFrozenDictionary(key => Start(key.Hash));
    }

    private static UInt128 Start(byte[] hash) => BinaryPrimitives.ReadUInt128BigEndian(hash);
}
