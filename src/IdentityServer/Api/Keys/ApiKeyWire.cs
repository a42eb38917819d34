using System.Text.Json.Nodes;
using IdentityServer.ApiKeys;

namespace IdentityServer.Api;

/// <summary>An API key on the wire (§2).</summary>
internal static class ApiKeyWire
{
    private const int MaxKey = 1024;

    /// <summary>The lists of methods, which are sets.</summary>
    public const string PermissionSets = "apiKey.permissions.endpoints.*";

    /// <summary>What is read of an envelope's <c>apiKey</c>. Being a key manager is not among it.</summary>
    public static ApiKeyInput Read(JsonFields key) => new()
    {
        Key = key.Text("key", MaxKey),
        Name = key.Text("name"),
        Description = key.Section("metaData").Section("attributes").Text("description", JsonFields.Long),
        Permissions = ReadPermissions(key.Section("permissions").Section("endpoints")),
        TenantId = key.Id("tenantId"),
        ExpiresAt = key.Instant("expirationInstant"),
    };

    /// <summary>What is shown. Keys are stored as hashes, so the key itself appears in the answer to its creation alone.</summary>
    public static JsonObject Show(ApiKey row, string? key = null) => ApiJson.WithoutNulls(new()
    {
        ["id"] = row.Id,
        ["key"] = key,
        ["name"] = row.Name,
        ["metaData"] = new JsonObject { ["attributes"] = ApiJson.WithoutNulls(new() { ["description"] = row.Description }) },
        ["permissions"] = new JsonObject { ["endpoints"] = JsonNode.Parse(row.Permissions) },
        ["tenantId"] = row.TenantId,
        ["keyManager"] = row.KeyManager,
        ["retrievable"] = false,
        ["expirationInstant"] = row.ExpiresAt?.ToUnixTimeMilliseconds(),
        ["insertInstant"] = row.CreatedAt.ToUnixTimeMilliseconds(),
        ["lastUpdateInstant"] = row.UpdatedAt.ToUnixTimeMilliseconds(),
    });

    /// <summary>Permissions as methods by endpoint, in a kickstart file as well.</summary>
    public static ApiKeyPermissions ReadPermissions(JsonFields endpoints)
    {
        // Null is no list: read as absent, it would leave the permission out, and none at all mean everything.
        foreach (var name in endpoints.Nulls)
        {
            endpoints.WrongType(name, "a list");
        }

        return new(endpoints.Names.ToDictionary(name => name, name => endpoints.Texts(name) ?? [], StringComparer.Ordinal));
    }
}
