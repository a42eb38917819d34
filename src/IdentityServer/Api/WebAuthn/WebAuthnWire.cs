using System.Buffers.Text;
using System.Text.Json.Nodes;
using IdentityServer.Passkeys;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>A passkey on the wire (§13).</summary>
internal static class WebAuthnWire
{
    /// <summary>
    /// Reads what a browser answered; null: not what one answers. Where it was made is told by what was signed; the body has to agree
    /// with what is configured all the same.
    /// </summary>
    public static PasskeyResponse? ReadResponse(ApiRequest request, RelyingParty party)
    {
        var fields = request.Beside();
        Compare(fields.Text("origin", JsonFields.Any), party.Origin, "origin");
        Compare(fields.Text("rpId", JsonFields.Any), party.Id, "rpId");
        if (fields.Object("credential") is { } credential)
        {
            return PasskeyResponse.Read(credential);
        }

        request.Errors.Add("credential", "missing", "The body has no object 'credential'.");
        return null;

        void Compare(string? sent, string expected, string field)
        {
            if (sent is null)
            {
                request.Errors.Add(field, "missing", "Needed.");
            }
            else if (sent != expected)
            {
                request.Errors.Add(field, "invalid", $"Passkeys of this server belong to {expected}.");
            }
        }
    }

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
