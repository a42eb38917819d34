using System.Text.Json.Nodes;
using IdentityServer.Applications;

namespace IdentityServer.Api;

/// <summary>A role on the wire (§8.1); the prefix <c>is</c> belongs to it.</summary>
internal static class RoleWire
{
    public static RoleInput Read(JsonFields role, Guid? id) =>
        new(id, role.Text("name"), role.Text("description", JsonFields.Long), role.Flag("isDefault"), role.Flag("isSuperRole"));

    public static JsonObject Show(StoredRole role) => ApiJson.WithoutNulls(new()
    {
        ["id"] = role.Id,
        ["name"] = role.Name,
        ["description"] = role.Description,
        ["isDefault"] = role.IsDefault,
        ["isSuperRole"] = role.IsSuperRole,
        ["insertInstant"] = role.CreatedAt.ToUnixTimeMilliseconds(),
        ["lastUpdateInstant"] = role.UpdatedAt.ToUnixTimeMilliseconds(),
    });
}

/// <summary>A scope on the wire (§8.2).</summary>
internal static class ScopeWire
{
    public static ScopeInput Read(JsonFields scope) => new(
        scope.Text("name"),
        scope.Text("description", JsonFields.Long),
        scope.Text("defaultConsentMessage", JsonFields.Long),
        scope.Text("defaultConsentDetail", 2 * JsonFields.Long),
        scope.Flag("required"),
        scope.Free("data").ToJsonString());

    public static JsonObject Show(StoredScope scope) => ApiJson.WithoutNulls(new()
    {
        ["id"] = scope.Id,
        ["applicationId"] = scope.ApplicationId,
        ["name"] = scope.Name,
        ["description"] = scope.Description,
        ["defaultConsentMessage"] = scope.DefaultConsentMessage,
        ["defaultConsentDetail"] = scope.DefaultConsentDetail,
        ["required"] = scope.Required,
        ["data"] = JsonNode.Parse(scope.Data),
        ["insertInstant"] = scope.CreatedAt.ToUnixTimeMilliseconds(),
        ["lastUpdateInstant"] = scope.UpdatedAt.ToUnixTimeMilliseconds(),
    });
}
