using System.Text.Json.Nodes;
using IdentityServer.Registrations;

namespace IdentityServer.Api;

/// <summary>A registration on the wire (§5.1).</summary>
internal static class RegistrationWire
{
    /// <summary>What is read of an envelope's <c>registration</c>.</summary>
    public static RegistrationDetails Read(JsonFields registration) => new()
    {
        Roles = registration.Texts("roles"),
        Username = registration.Text("username", JsonFields.Any),
        Data = registration.Free("data").ToJsonString(ApiJson.Options),
        Timezone = registration.Text("timezone", JsonFields.Any),
        PreferredLanguages = Locales.Read(registration, "preferredLanguages"),
    };

    /// <summary>A registration to be created.</summary>
    public static NewRegistration ReadNew(JsonFields registration, Guid applicationId, bool verified) => new(Read(registration))
    {
        ApplicationId = applicationId,
        Id = registration.Id("id"),
        Verified = verified,
    };

    /// <summary>What is shown.</summary>
    public static JsonObject Show(Registration row) => ApiJson.WithoutNulls(new()
    {
        ["id"] = row.Id,
        ["applicationId"] = row.ApplicationId,
        ["data"] = JsonNode.Parse(row.Data),
        ["roles"] = new JsonArray([.. row.Roles.Select(role => JsonValue.Create(role))]),
        ["username"] = row.Username,
        ["usernameStatus"] = "ACTIVE",
        ["timezone"] = row.Timezone,
        ["preferredLanguages"] = Locales.Show(row.PreferredLanguages),
        ["tokens"] = new JsonObject(),
        ["verified"] = row.Verified,
        ["verifiedInstant"] = row.VerifiedAt?.ToUnixTimeMilliseconds(),
        ["lastLoginInstant"] = row.LastLoginAt?.ToUnixTimeMilliseconds(),
        ["insertInstant"] = row.CreatedAt.ToUnixTimeMilliseconds(),
        ["lastUpdateInstant"] = row.UpdatedAt.ToUnixTimeMilliseconds(),
    });
}
