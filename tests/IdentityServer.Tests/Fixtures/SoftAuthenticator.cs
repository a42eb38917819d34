using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Passkeys;
using IdentityServer.Users;

namespace IdentityServer.Tests.Fixtures;

/// <summary>An authenticator and the browser around it, in memory: makes passkeys and asserts them (WebAuthn §6, §5.8.1).</summary>
public sealed class SoftAuthenticator
{
    [Flags]
    public enum Flags : byte
    {
        None = 0,
        UserPresent = 0x01,
        UserVerified = 0x04,
        BackupEligible = 0x08,
        BackedUp = 0x10,
        Attested = 0x40,
    }

    public const Flags Usual = Flags.UserPresent | Flags.UserVerified;

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The page that it believes to be on.</summary>
    public required string Origin { get; set; }

    /// <summary>The relying party that it signs for; null: the one that the options name.</summary>
    public string? RpId { get; set; }

    public byte[] CredentialId { get; set; } = RandomNumberGenerator.GetBytes(32);

    public uint SignCount { get; set; }

    public Flags Flag { get; set; } = Usual;

    public Guid Aaguid { get; set; }

    /// <summary>"none", "self" (packed, signed with the key itself), "forged" (the same, signed wrongly) or any other format.</summary>
    public string Attestation { get; set; } = "none";

    public string? UserHandle { get; private set; }

    /// <summary>Client data to be changed before they are signed.</summary>
    public Action<JsonObject>? BendClientData { get; set; }

    public static SoftAuthenticator For(TestServer server) => new() { Origin = server.Issuer };

    /// <summary>What <c>navigator.credentials.create</c> would answer.</summary>
    public JsonObject Register(JsonNode options)
    {
        UserHandle = options["user"]!["id"]!.GetValue<string>();
        var clientData = ClientData("webauthn.create", options);
        var data = AuthenticatorData(options["rp"]!["id"]!.GetValue<string>(), Flag | Flags.Attested, [
            .. Aaguid.ToByteArray(bigEndian: true), .. UInt16(CredentialId.Length), .. CredentialId, .. PublicKey()]);
        return Credential(new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(clientData),
            ["attestationObject"] = Base64Url.EncodeToString(AttestationObject(data, clientData)),
            ["transports"] = new JsonArray("internal", "hybrid"),
        });
    }

    /// <summary>What <c>navigator.credentials.get</c> would answer.</summary>
    public JsonObject Assert(JsonNode options)
    {
        var clientData = ClientData("webauthn.get", options);
        var data = AuthenticatorData(options["rpId"]!.GetValue<string>(), Flag, []);
        var response = new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(clientData),
            ["authenticatorData"] = Base64Url.EncodeToString(data),
            ["signature"] = Base64Url.EncodeToString(Sign(data, clientData)),
        };
        if (UserHandle is not null)
        {
            response["userHandle"] = UserHandle;
        }

        return Credential(response);
    }

    /// <summary>Claims to belong to somebody else.</summary>
    public void Claim(string? userHandle) => UserHandle = userHandle is null ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(userHandle));

    private JsonObject Credential(JsonObject response) => new()
    {
        ["id"] = Base64Url.EncodeToString(CredentialId),
        ["type"] = "public-key",
        ["clientExtensionResults"] = new JsonObject { ["credProps"] = new JsonObject { ["rk"] = true } },
        ["response"] = response,
    };

    private byte[] ClientData(string type, JsonNode options)
    {
        var data = new JsonObject
        {
            ["type"] = type,
            ["challenge"] = options["challenge"]!.GetValue<string>(),
            ["origin"] = Origin,
            ["crossOrigin"] = false,
        };
        BendClientData?.Invoke(data);
        return JsonSerializer.SerializeToUtf8Bytes(data);
    }

    private byte[] AuthenticatorData(string rpId, Flags flags, byte[] more)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, SignCount);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(RpId ?? rpId)), (byte)flags, .. count, .. more];
    }

    private byte[] AttestationObject(byte[] data, byte[] clientData)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(3);
        writer.WriteTextString("fmt");
        writer.WriteTextString(Attestation is "self" or "forged" ? "packed" : Attestation);
        writer.WriteTextString("attStmt");
        if (Attestation is "self" or "forged")
        {
            writer.WriteStartMap(2);
            writer.WriteTextString("alg");
            writer.WriteInt32(-7);
            writer.WriteTextString("sig");
            writer.WriteByteString(Sign(data, Attestation == "self" ? clientData : [0]));
            writer.WriteEndMap();
        }
        else
        {
            writer.WriteStartMap(0);
            writer.WriteEndMap();
        }

        writer.WriteTextString("authData");
        writer.WriteByteString(data);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private byte[] Sign(byte[] data, byte[] clientData) =>
        key.SignData([.. data, .. SHA256.HashData(clientData)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private byte[] PublicKey()
    {
        var point = key.ExportParameters(false).Q;
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(5);
        writer.WriteInt32(1);
        writer.WriteInt32(2);
        writer.WriteInt32(3);
        writer.WriteInt32(-7);
        writer.WriteInt32(-1);
        writer.WriteInt32(1);
        writer.WriteInt32(-2);
        writer.WriteByteString(point.X!);
        writer.WriteInt32(-3);
        writer.WriteByteString(point.Y!);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static byte[] UInt16(int value) => [(byte)(value >> 8), (byte)value];
}

/// <summary>Passkeys of people on a test server.</summary>
public static class PasskeyFixture
{
    /// <summary>Registers a passkey for this person, through the room's own ceremony.</summary>
    public static async Task<SoftAuthenticator> AddPasskeyAsync(this TestServer server, User user, Action<SoftAuthenticator>? change = null)
    {
        var authenticator = SoftAuthenticator.For(server);
        change?.Invoke(authenticator);
        var challenge = server.Get<PasskeyChallenges>().Make(new() { Purpose = PasskeyPurpose.Register, UserId = user.Id });
        var options = PasskeyOptions.Creation(server.Get<IdentityServer.Passkeys.RelyingParty>(), challenge, user, false, true, []);
        var ceremonies = server.Get<PasskeyCeremonies>();
        var verified = await ceremonies.CheckRegistrationAsync(
            PasskeyResponse.Parse(authenticator.Register(options).ToJsonString())!, _ => true, CancellationToken.None);
        Xunit.Assert.NotNull(verified);
        Xunit.Assert.True(await ceremonies.StoreAsync(verified, "test", null, CancellationToken.None));
        return authenticator;
    }

    /// <summary>What the page asks an authenticator for.</summary>
    public static JsonNode PasskeyRequest(this BrowserPage page) =>
        JsonNode.Parse(page.Document.QuerySelector("[data-passkey-get]")?.GetAttribute("data-passkey-get") ?? throw new InvalidOperationException($"No passkey is asked for: {page.Body}"))!;

    /// <summary>Posts an authenticator's answer as the page's script does.</summary>
    public static Task<BrowserPage> SubmitPasskeyAsync(this Browser browser, BrowserPage page, JsonNode credential, params (string Name, string Value)[] typed)
    {
        var form = page.Document.QuerySelector("form[data-passkey-get]")!;
        var fields = form.QuerySelectorAll("input[name]")
            .Where(input => input.GetAttribute("name") != "credential")
            .Select(input => KeyValuePair.Create(input.GetAttribute("name")!, input.GetAttribute("value") ?? string.Empty))
            .Append(KeyValuePair.Create("credential", credential.ToJsonString()))
            .Concat(typed.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
        return browser.PostAsync(form.GetAttribute("action")!, [], fields);
    }
}
