using System.Buffers.Text;
using System.Security.Cryptography;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.ApiKeys;

/// <summary>What an admin asks a key to be.</summary>
public sealed record ApiKeyInput
{
    /// <summary>The key itself, at creation; absent, a random one is made.</summary>
    public string? Key { get; init; }

    /// <summary>A name, unique among keys.</summary>
    public string? Name { get; init; }

    /// <summary>What it is for.</summary>
    public string? Description { get; init; }

    /// <summary>What it may do.</summary>
    public ApiKeyPermissions Permissions { get; init; } = ApiKeyPermissions.All;

    /// <summary>The tenant it is bound to; counts at creation only.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Whether it may manage keys; never settable over the network.</summary>
    public bool KeyManager { get; init; }

    /// <summary>Its end.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>A key after its creation, with its secret, which is not told again.</summary>
public sealed record CreatedApiKey(ApiKey Row, string Key);

/// <summary>The writing side of API keys. Every method runs in the caller's transaction.</summary>
public static class ApiKeyStore
{
    /// <summary>The shortest key that a caller may choose. A fast hash keeps keys, so they must not be guessable.</summary>
    private const int MinLength = 16;
    private const int MaxLength = 512;
    private const int RandomBytes = 36;

    /// <summary>Makes a key.</summary>
    public static async Task<FieldResult<CreatedApiKey>> CreateAsync(
        ServerDbContext db, Guid? id, ApiKeyInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        CheckKey(input.Key, errors);
        await CheckNameAsync(db, null, input.Name, errors, cancellation);
        if (id is { } chosen && await db.ApiKeys.AnyAsync(row => row.Id == chosen, cancellation))
        {
            errors.Add("apiKey.id", "duplicate", "There is a key of this id.");
        }

        var key = input.Key ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        var hash = ApiKeyCatalog.Hash(key);
        if (await db.ApiKeys.AnyAsync(row => row.Hash == hash, cancellation))
        {
            errors.Add("apiKey.key", "duplicate", "The key is taken.");
        }

        if (errors.Any)
        {
            return errors;
        }

        var row = new ApiKey
        {
            Id = id ?? Guid.CreateVersion7(now),
            Hash = hash,
            TenantId = input.TenantId,
            KeyManager = input.KeyManager,
            CreatedAt = now,
            UpdatedAt = now,
        };
        Set(row, input, now);
        db.ApiKeys.Add(row);
        await CatalogVersion.BumpAsync(db, cancellation);
        return new CreatedApiKey(row, key);
    }

    /// <summary>Loads a key for a change, locked against other changes until the end of the transaction, or null if there is none.</summary>
    public static async Task<ApiKey?> LockAsync(ServerDbContext db, Guid id, CancellationToken cancellation) =>
        await db.ApiKeys.Where(row => row.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UpdatedAt, row => row.UpdatedAt), cancellation) == 0
            ? null
            : await db.ApiKeys.SingleAsync(row => row.Id == id, cancellation);

    /// <summary>Replaces what can be changed of a key that was locked.</summary>
    public static async Task<FieldResult<ApiKey>> ReplaceAsync(
        ServerDbContext db, ApiKey row, ApiKeyInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        await CheckNameAsync(db, row.Id, input.Name, errors, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        Set(row, input, now);
        await CatalogVersion.BumpAsync(db, cancellation);
        return row;
    }

    /// <summary>Deletes a key that was locked; it is refused from then on.</summary>
    public static Task DeleteAsync(ServerDbContext db, ApiKey row, CancellationToken cancellation)
    {
        db.ApiKeys.Remove(row);
        return CatalogVersion.BumpAsync(db, cancellation);
    }

    private static void Set(ApiKey row, ApiKeyInput input, DateTimeOffset now)
    {
        row.Name = input.Name;
        row.Description = input.Description;
        row.Permissions = input.Permissions.ToJson();
        row.ExpiresAt = input.ExpiresAt;
        row.UpdatedAt = now;
    }

    private static void CheckKey(string? key, FieldErrors errors)
    {
        if (key is null)
        {
            return;
        }

        if (key.Length < MinLength)
        {
            errors.Add("apiKey.key", "tooShort", $"A key has at least {MinLength} characters, and should be random. Leave it out to get one.");
        }
        else if (key.Length > MaxLength)
        {
            errors.Add("apiKey.key", "tooLong", $"A key has at most {MaxLength} characters.");
        }
        else if (key.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e'))
        {
            errors.Add("apiKey.key", "invalid", "A key consists of printable ASCII characters without spaces: it travels in a header.");
        }
    }

    private static async Task CheckNameAsync(ServerDbContext db, Guid? id, string? name, FieldErrors errors, CancellationToken cancellation)
    {
        if (name is not null && await db.ApiKeys.AnyAsync(row => row.Name == name && row.Id != id, cancellation))
        {
            errors.Add("apiKey.name", "duplicate", "There is a key of this name.");
        }
    }
}
