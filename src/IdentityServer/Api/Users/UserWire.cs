using System.Globalization;
using System.Text.Json.Nodes;
using IdentityServer.Groups;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>A person on the wire (§4.1): what is read of a request by name, and what is shown. Passwords go in only.</summary>
internal static class UserWire
{
    // There are no connectors; clients read the one that FusionAuth always has.
    private const string ConnectorId = "e3306678-a53a-4964-9040-1c96f36dda72";

    // ASP.NET Core Identity's hasher, in FusionAuth's words.
    private const string EncryptionScheme = "salted-pbkdf2-hmac-sha512-512";

    /// <summary>What is read of an envelope's <c>user</c>.</summary>
    public static UserDetails Read(JsonFields user) => new()
    {
        Email = user.Text("email", JsonFields.Any),
        Username = user.Text("username", JsonFields.Any),
        FirstName = user.Text("firstName", JsonFields.Any),
        MiddleName = user.Text("middleName", JsonFields.Any),
        LastName = user.Text("lastName", JsonFields.Any),
        FullName = user.Text("fullName", JsonFields.Any),
        ImageUrl = user.Text("imageUrl", JsonFields.Any),
        MobilePhone = user.Text("mobilePhone", JsonFields.Any),
        ParentEmail = user.Text("parentEmail", JsonFields.Any),
        Timezone = user.Text("timezone", JsonFields.Any),
        BirthDate = user.Date("birthDate"),
        PreferredLanguages = Locales.Read(user, "preferredLanguages"),
        Data = user.Free("data").ToJsonString(ApiJson.Options),
        ExpiresAt = user.Instant("expiry"),
        PasswordChangeRequired = user.Flag("passwordChangeRequired"),
    };

    /// <summary>The password to set, if any.</summary>
    public static string? ReadPassword(JsonFields user) => user.Text("password", JsonFields.Any);

    /// <summary>A person to be created.</summary>
    public static NewUser ReadNew(JsonFields user, Guid? id, bool verified) => new(Read(user))
    {
        Id = id,
        Password = ReadPassword(user),
        Verified = verified,
    };

    /// <summary>What is shown.</summary>
    public static JsonObject Show(User user, IEnumerable<Registration> registrations, IEnumerable<GroupMember> memberships) => ApiJson.WithoutNulls(new()
    {
        ["id"] = user.Id,
        ["tenantId"] = user.TenantId,
        ["active"] = user.Active,
        ["email"] = user.Email,
        ["username"] = user.Username,
        ["usernameStatus"] = "ACTIVE",
        ["firstName"] = user.FirstName,
        ["middleName"] = user.MiddleName,
        ["lastName"] = user.LastName,
        ["fullName"] = user.FullName,
        ["imageUrl"] = user.ImageUrl,
        ["mobilePhone"] = user.MobilePhone,
        ["parentEmail"] = user.ParentEmail,
        ["timezone"] = user.Timezone,
        ["birthDate"] = user.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["preferredLanguages"] = Locales.Show(user.PreferredLanguages),
        ["data"] = JsonNode.Parse(user.Data),
        ["expiry"] = user.ExpiresAt?.ToUnixTimeMilliseconds(),
        ["verified"] = user.Verified,
        ["verifiedInstant"] = user.VerifiedAt?.ToUnixTimeMilliseconds(),
        ["passwordChangeRequired"] = user.PasswordChangeRequired,
        ["passwordLastUpdateInstant"] = user.PasswordChangedAt?.ToUnixTimeMilliseconds(),
        ["encryptionScheme"] = user.PasswordHash is null ? null : ImportedHash.Parse(user.PasswordHash)?.Scheme ?? EncryptionScheme,
        ["lastLoginInstant"] = user.LastLoginAt?.ToUnixTimeMilliseconds(),
        ["insertInstant"] = user.CreatedAt.ToUnixTimeMilliseconds(),
        ["lastUpdateInstant"] = user.UpdatedAt.ToUnixTimeMilliseconds(),
        ["connectorId"] = ConnectorId,
        ["registrations"] = ApiJson.List(registrations.Select(RegistrationWire.Show)),
        ["memberships"] = ApiJson.List(memberships.Select(MemberWire.Show)),
        ["twoFactor"] = new JsonObject { ["methods"] = new JsonArray() },
        ["identities"] = Identities(user),
    });

    private static JsonArray Identities(User user)
    {
        var identities = new JsonArray();
        if (user.Email is { } email)
        {
            identities.Add(Identity(user, "email", email, user.Verified, user.Verified ? "Completed" : "Pending"));
        }

        if (user.Username is { } username)
        {
            identities.Add(Identity(user, "username", username, verified: false, "Unverifiable"));
        }

        return identities;
    }

    private static JsonObject Identity(User user, string type, string value, bool verified, string reason) => ApiJson.WithoutNulls(new()
    {
        ["type"] = type,
        ["value"] = value,
        ["displayValue"] = value,
        ["primary"] = true,
        ["verified"] = verified,
        ["verifiedInstant"] = verified ? user.VerifiedAt?.ToUnixTimeMilliseconds() : null,
        ["verifiedReason"] = reason,
        ["insertInstant"] = user.CreatedAt.ToUnixTimeMilliseconds(),
        ["lastLoginInstant"] = user.LastLoginAt?.ToUnixTimeMilliseconds(),
        ["lastUpdateInstant"] = user.UpdatedAt.ToUnixTimeMilliseconds(),
    });
}
