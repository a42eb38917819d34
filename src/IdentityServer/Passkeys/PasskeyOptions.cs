using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using IdentityServer.Users;

namespace IdentityServer.Passkeys;

/// <summary>What a browser is told to ask an authenticator for (WebAuthn §5.4, §5.5), as JSON (§5.1.8, §5.1.9).</summary>
public static class PasskeyOptions
{
    /// <summary>How long the browser should wait.</summary>
    private const int TimeoutMilliseconds = 300_000;

    private const string Type = "public-key";

    /// <summary>Asks for an assertion of one of <paramref name="allowed"/>, or, where none is named, of whatever is found.</summary>
    public static JsonObject Request(RelyingParty party, string challenge, bool mustVerify, IEnumerable<Passkey> allowed) => new()
    {
        ["challenge"] = challenge,
        ["rpId"] = party.Id,
        ["timeout"] = TimeoutMilliseconds,
        ["userVerification"] = Verification(mustVerify),
        ["allowCredentials"] = Descriptors(allowed),
    };

    /// <summary>Asks for a new passkey of this person, none of <paramref name="existing"/>.</summary>
    /// <param name="party">Who asks.</param>
    /// <param name="challenge">The challenge.</param>
    /// <param name="user">Whose passkey it will be.</param>
    /// <param name="mustVerify">Whether the authenticator has to make sure who holds it.</param>
    /// <param name="discoverable">Whether it has to be one that is found without a user name.</param>
    /// <param name="existing">The person's passkeys.</param>
    /// <param name="name">The account's name, where it is not the person's; authenticators show it.</param>
    /// <param name="displayName">The person's name, where it is not ours; authenticators show it.</param>
    public static JsonObject Creation(
        RelyingParty party, string challenge, User user, bool mustVerify, bool discoverable, IEnumerable<Passkey> existing, string? name = null, string? displayName = null)
    {
        var account = name ?? user.Email ?? user.Username ?? user.Id.ToString();
        return new JsonObject
        {
            ["attestation"] = "none",
            ["authenticatorSelection"] = new JsonObject
            {
                ["requireResidentKey"] = discoverable,
                ["residentKey"] = discoverable ? "required" : "preferred",
                ["userVerification"] = Verification(mustVerify),
            },
            ["challenge"] = challenge,
            ["excludeCredentials"] = Descriptors(existing),
            ["extensions"] = new JsonObject { ["credProps"] = true },
            ["pubKeyCredParams"] = new JsonArray([.. CoseKey.Offered.Select(algorithm => new JsonObject { ["alg"] = algorithm, ["type"] = Type })]),
            ["rp"] = new JsonObject { ["id"] = party.Id, ["name"] = party.Id },
            ["timeout"] = TimeoutMilliseconds,
            ["user"] = new JsonObject
            {
                ["id"] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(UserHandle(user.Id))),
                ["name"] = account,
                ["displayName"] = displayName ?? user.FullName ?? account,
            },
        };
    }

    /// <summary>What authenticators remember a person by: nothing that names them (WebAuthn §14.6.1).</summary>
    internal static string UserHandle(Guid userId) => userId.ToString();

    private static string Verification(bool must) => must ? "required" : "preferred";

    private static JsonArray Descriptors(IEnumerable<Passkey> passkeys) => [.. passkeys.Select(passkey => new JsonObject
    {
        ["type"] = Type,
        ["id"] = Base64Url.EncodeToString(passkey.CredentialId),
        ["transports"] = new JsonArray([.. passkey.TransportList.Select(transport => JsonValue.Create(transport))]),
    })];
}
