using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SampleClient;

/// <summary>What an ID token must agree with.</summary>
/// <param name="Issuer">The issuer of the provider that was asked.</param>
/// <param name="ClientId">This application.</param>
/// <param name="Nonce">The nonce of the login.</param>
/// <param name="NonceRequired">True after a login; a refreshed ID token may leave the nonce out (OpenID Connect Core §12.2).</param>
/// <param name="AccessToken">The access token that came with the ID token.</param>
/// <param name="Now">The time.</param>
internal sealed record IdTokenExpectation(
    string Issuer, string ClientId, string Nonce, bool NonceRequired, string AccessToken, DateTimeOffset Now);

/// <summary>Verifies ID tokens: the signature by RFC 7515, the claims by OpenID Connect Core §3.1.3.7.</summary>
internal static class IdTokenValidator
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(10);

    // A member that stands twice would be read one way here and another way elsewhere (RFC 7519 §4).
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>The key id in the token's header, before anything is believed: it only chooses among the provider's own keys.</summary>
    public static string? KeyId(string idToken) => Text(Header(idToken), "kid");

    /// <summary>Returns the claims of a token that is in order, and refuses any other.</summary>
    public static JsonElement Validate(string idToken, IReadOnlyList<JsonElement> keys, IdTokenExpectation expected)
    {
        VerifySignature(idToken, keys);
        var claims = Parse(idToken.Split('.')[1]);

        // The numbers are the steps of OpenID Connect Core §3.1.3.7.
        Check(Text(claims, "iss") == expected.Issuer, "iss is not the provider that was asked");                     // 2
        Check(Audiences(claims) is { Count: > 0 } audiences && audiences.All(audience => audience == expected.ClientId),
            "aud is not this application alone");                                                                     // 3
        Check(!claims.TryGetProperty("azp", out _) || Text(claims, "azp") == expected.ClientId, "azp is another application"); // 4, 5
        Check(Time(claims, "exp") is { } exp && expected.Now < exp + ClockTolerance, "exp has passed");               // 9
        Check(Time(claims, "iat") is { } iat && iat <= expected.Now + ClockTolerance, "iat is in the future");        // 10
        Check(NonceAgrees(claims, expected), "nonce is not the one that was sent");                                   // 11
        Check(Text(claims, "sub") is { Length: > 0 and <= 255 }, "sub is missing");                                   // §2
        Check(AccessTokenHashAgrees(claims, expected.AccessToken), "at_hash does not belong to the access token");    // §3.1.3.8
        return claims;
    }

    private static void VerifySignature(string idToken, IReadOnlyList<JsonElement> keys)
    {
        var header = Header(idToken);
        // Extensions that must be understood are not (RFC 7515 §4.1.11).
        Check(!header.TryGetProperty("crit", out _), "crit names an unknown extension");
        var algorithm = Text(header, "alg");
        var key = ChooseKey(keys, Text(header, "kid"), algorithm);
        var dot = idToken.LastIndexOf('.');
        var signed = Encoding.ASCII.GetBytes(idToken[..dot]);
        var signature = Bytes(idToken[(dot + 1)..]);

        // The list is ours: the token does not choose how it is checked, and "none" is not on it (RFC 8725 §3.1).
        var valid = algorithm switch
        {
            "RS256" => VerifyRsa(key, signed, signature),
            "ES256" => VerifyEcdsa(key, signed, signature),
            _ => throw Refused($"alg is {algorithm ?? "missing"}"),
        };
        Check(valid, "the signature is wrong");
    }

    // OpenID Connect Core §10.1: with several keys the header must say which one signed.
    private static JsonElement ChooseKey(IReadOnlyList<JsonElement> keys, string? keyId, string? algorithm)
    {
        var candidates = keys.Where(key =>
            Text(key, "use") is null or "sig"
            && (Text(key, "alg") is null || Text(key, "alg") == algorithm)
            && (keyId is null || Text(key, "kid") == keyId)).ToList();
        Check(candidates.Count == 1, $"the provider has no key for alg {algorithm ?? "(none)"} and kid {keyId ?? "(none)"}");
        return candidates[0];
    }

    private static bool VerifyRsa(JsonElement key, byte[] signed, byte[] signature)
    {
        Check(Text(key, "kty") == "RSA", "the key is not an RSA key");
        using var rsa = RSA.Create(new RSAParameters { Modulus = Member(key, "n"), Exponent = Member(key, "e") });
        Check(rsa.KeySize >= 2048, "the key is too short"); // RFC 7518 §3.3
        return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static bool VerifyEcdsa(JsonElement key, byte[] signed, byte[] signature)
    {
        Check(Text(key, "kty") == "EC" && Text(key, "crv") == "P-256", "the key is not a P-256 key");
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Member(key, "x"), Y = Member(key, "y") },
        });
        return ecdsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static bool NonceAgrees(JsonElement claims, IdTokenExpectation expected) =>
        Text(claims, "nonce") is { } nonce
            ? RandomText.AreEqual(nonce, expected.Nonce)
            : !expected.NonceRequired && !claims.TryGetProperty("nonce", out _);

    // §3.1.3.6: the left half of the hash of the access token. Optional in the code flow, binding where it is there.
    private static bool AccessTokenHashAgrees(JsonElement claims, string accessToken) =>
        !claims.TryGetProperty("at_hash", out _)
        || Text(claims, "at_hash") == Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16));

    // One audience is a string, several are an array (RFC 7519 §4.1.3).
    private static List<string?> Audiences(JsonElement claims) => !claims.TryGetProperty("aud", out var audience)
        ? []
        : audience.ValueKind == JsonValueKind.Array
            ? [.. audience.EnumerateArray().Select(each => each.ValueKind == JsonValueKind.String ? each.GetString() : null)]
            : [Text(claims, "aud")];

    private static DateTimeOffset? Time(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 253_402_300_800
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static byte[] Member(JsonElement key, string name) =>
        Text(key, name) is { } text ? Bytes(text) : throw Refused($"the provider's key has no {name}");

    private static JsonElement Header(string idToken)
    {
        var parts = idToken.Split('.');
        Check(parts.Length == 3, "it does not have three parts");
        return Parse(parts[0]);
    }

    private static JsonElement Parse(string part)
    {
        try
        {
            using var document = JsonDocument.Parse(Bytes(part), Strict);
            Check(document.RootElement.ValueKind == JsonValueKind.Object, "a part is not an object");
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw Refused("a part is not JSON");
        }
    }

    private static byte[] Bytes(string base64Url)
    {
        try
        {
            return Base64Url.DecodeFromChars(base64Url);
        }
        catch (FormatException)
        {
            throw Refused("a part is not base64url");
        }
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
            throw Refused(otherwise);
    }

    private static LoginRefusedException Refused(string reason) =>
        new("The ID token was refused", $"The provider sent an ID token that is not in order: {reason}. Nobody was signed in.");
}
