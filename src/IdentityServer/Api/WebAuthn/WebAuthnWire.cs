using System.Buffers.Text;
using System.Text.Json.Nodes;
using IdentityServer.Passkeys;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>A passkey on the wire (§13).</summary>
internal static class WebAuthnWire
{
    /// <summary>What is shown.</summary>
    public static JsonObject Show(Passkey row, User user, RelyingParty party)
    {
        var key = CoseKey.Parse(row.PublicKey);
        return ApiJson.WithoutNulls(new JsonObject
        {
            ["id"] = row.Id,
            ["credentialId"] = Base64Url.EncodeToString(row.CredentialId),
            ["userId"] = row.UserId,
            ["tenantId"] = user.TenantId,
            ["name"] = user.Email ?? user.Username,
            ["displayName"] = row.Name,
            ["relyingPartyId"] = party.Id,
            ["algorithm"] = key?.Name,
            ["attestationType"] = "none",
            ["publicKey"] = key?.ToPem(),
            ["signCount"] = row.SignCount,
            ["transports"] = new JsonArray([.. row.TransportList.Select(transport => JsonValue.Create(transport))]),
            ["discoverable"] = row.Discoverable,
            ["authenticatorSupportsUserVerification"] = row.UserVerified,
            ["userAgent"] = row.UserAgent,
            ["data"] = new JsonObject(),
            ["insertInstant"] = row.CreatedAt.ToUnixTimeMilliseconds(),
            ["lastUseInstant"] = row.LastUsedAt?.ToUnixTimeMilliseconds(),
        });
    }
}
