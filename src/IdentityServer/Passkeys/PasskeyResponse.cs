using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IdentityServer.Passkeys;

/// <summary>
/// What an authenticator answered, as browsers write it (WebAuthn §5.1, <c>toJSON</c>). Read here once and strictly; the checks see
/// exactly what was read, whatever else stood in the text.
/// </summary>
public sealed record PasskeyResponse
{
    private const int MaxText = 128 * 1024;
    private const int MaxCredentialId = 1023; // WebAuthn §7.1 step 25.
    private const int MaxUserHandle = 64; // WebAuthn §5.4.3.
    private const int MaxData = 8 * 1024;
    private const int MaxAttestation = 64 * 1024;
    private const int MaxTransports = 8;
    private const int MaxTransport = 15;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>The credential's id.</summary>
    public required byte[] CredentialId { get; init; }

    /// <summary>The client data, as they were signed.</summary>
    public required byte[] ClientData { get; init; }

    /// <summary>The challenge that they name.</summary>
    public required byte[] Challenge { get; init; }

    /// <summary>The attestation object of a registration.</summary>
    public byte[]? AttestationObject { get; init; }

    /// <summary>The authenticator data of an assertion.</summary>
    public byte[]? AuthenticatorData { get; init; }

    /// <summary>The signature of an assertion.</summary>
    public byte[]? Signature { get; init; }

    /// <summary>Whose passkey it is, as the authenticator remembers.</summary>
    public byte[]? UserHandle { get; init; }

    /// <summary>How the authenticator can be reached.</summary>
    public IReadOnlyList<string> Transports { get; init; } = [];

    /// <summary>Whether the passkey can be found without a user name (extension <c>credProps</c>); null: not told.</summary>
    public bool? Discoverable { get; init; }

    /// <summary>Whether this is the answer of a registration, or else of an assertion; nothing is both.</summary>
    public bool IsRegistration => AttestationObject is not null;

    /// <summary>Reads an answer; null if it is none.</summary>
    public static PasskeyResponse? Parse(string? json)
    {
        if (json is not { Length: > 0 and <= MaxText })
        {
            return null;
        }

        try
        {
            return Read(JsonNode.Parse(json, documentOptions: Strict) as JsonObject);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Reads an answer from JSON in which no name stands twice; null if it is none.</summary>
    public static PasskeyResponse? Read(JsonObject? credential)
    {
        if (credential?["response"] is not JsonObject response
            || Text(credential["type"]) != "public-key"
            || Bytes(credential["id"], MaxCredentialId) is not { Length: > 0 } id
            || Bytes(response["clientDataJSON"], MaxData) is not { } clientData
            || ChallengeIn(clientData) is not { } challenge)
        {
            return null;
        }

        var read = new PasskeyResponse
        {
            CredentialId = id,
            ClientData = clientData,
            Challenge = challenge,
            AttestationObject = Bytes(response["attestationObject"], MaxAttestation),
            AuthenticatorData = Bytes(response["authenticatorData"], MaxData),
            Signature = Bytes(response["signature"], MaxData),
            UserHandle = Bytes(response["userHandle"], MaxUserHandle),
            Transports = TransportsIn(response["transports"] ?? credential["transports"]),
            Discoverable = (credential["clientExtensionResults"] as JsonObject)?["credProps"] is JsonObject properties
                && properties["rk"] is JsonValue value && value.TryGetValue<bool>(out var discoverable) ? discoverable : null,
        };

        // A browser that registers tells the authenticator data beside the attestation object too; there the latter holds them.
        return read.IsRegistration ? read with { AuthenticatorData = null, Signature = null, UserHandle = null }
            : read is { AuthenticatorData: not null, Signature: not null } ? read
            : null;
    }

    /// <summary>The answer for the framework's checks: nothing but what was read.</summary>
    internal string ToJson()
    {
        var response = new JsonObject { ["clientDataJSON"] = Base64Url.EncodeToString(ClientData) };
        if (IsRegistration)
        {
            response["attestationObject"] = Base64Url.EncodeToString(AttestationObject);
            response["transports"] = new JsonArray([.. Transports.Select(transport => JsonValue.Create(transport))]);
        }
        else
        {
            response["authenticatorData"] = Base64Url.EncodeToString(AuthenticatorData);
            response["signature"] = Base64Url.EncodeToString(Signature);
            if (UserHandle is not null)
            {
                response["userHandle"] = Base64Url.EncodeToString(UserHandle);
            }
        }

        return new JsonObject
        {
            ["id"] = Base64Url.EncodeToString(CredentialId),
            ["rawId"] = Base64Url.EncodeToString(CredentialId),
            ["type"] = "public-key",
            ["clientExtensionResults"] = new JsonObject(),
            ["response"] = response,
        }.ToJsonString();
    }

    // Only to learn which challenge is meant; what else the client data say is compared by the ceremony's checks.
    private static byte[]? ChallengeIn(byte[] clientData)
    {
        try
        {
            return Bytes((JsonNode.Parse(clientData, documentOptions: Strict) as JsonObject)?["challenge"], MaxData);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string[] TransportsIn(JsonNode? node) => node is JsonArray items
        ? [.. items.Select(Text).OfType<string>().Where(IsTransport).Distinct(StringComparer.Ordinal).Take(MaxTransports)]
        : [];

    private static bool IsTransport(string text) => text.Length is > 0 and <= MaxTransport && text.All(character => char.IsAsciiLetterLower(character) || character == '-');

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static byte[]? Bytes(JsonNode? node, int max)
    {
        if (Text(node) is not { } text || text.Length > (max + 2) * 4 / 3 || !Base64Url.IsValid(text, out var length) || length > max)
        {
            return null;
        }

        return Base64Url.DecodeFromChars(text);
    }
}
