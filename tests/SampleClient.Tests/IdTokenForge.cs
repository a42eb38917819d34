using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SampleClient.Tests;

/// <summary>Makes ID tokens, good ones and others, and the key set that they are verified with.</summary>
public sealed class IdTokenForge
{
    public const string AccessToken = "an-access-token";
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public JsonArray Keys
    {
        get
        {
            var rsa = _rsa.ExportParameters(false);
            var point = _ecdsa.ExportParameters(false).Q;
            return
            [
                new JsonObject { ["kty"] = "RSA", ["kid"] = "rsa", ["use"] = "sig", ["n"] = Encode(rsa.Modulus!), ["e"] = Encode(rsa.Exponent!) },
                new JsonObject { ["kty"] = "EC", ["kid"] = "ec", ["use"] = "sig", ["crv"] = "P-256", ["x"] = Encode(point.X!), ["y"] = Encode(point.Y!) },
                new JsonObject { ["kty"] = "RSA", ["kid"] = "sealing", ["use"] = "enc", ["n"] = Encode(rsa.Modulus!), ["e"] = Encode(rsa.Exponent!) },
            ];
        }
    }

    internal IReadOnlyList<JsonElement> KeyElements =>
        [.. JsonSerializer.Deserialize<List<JsonElement>>(Keys.ToJsonString())!];

    public static JsonObject Claims(string issuer, string clientId, string nonce, DateTimeOffset now) => new()
    {
        ["iss"] = issuer,
        ["sub"] = "ada",
        ["aud"] = clientId,
        ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
        ["iat"] = now.ToUnixTimeSeconds(),
        ["nonce"] = nonce,
        ["at_hash"] = Encode(SHA256.HashData(Encoding.ASCII.GetBytes(AccessToken))[..16]),
    };

    public string Sign(JsonObject claims, string alg = "RS256", string? kid = "rsa", JsonObject? header = null)
    {
        header ??= [];
        header["alg"] = alg;
        if (kid is not null)
            header["kid"] = kid;
        return Sign(header, claims.ToJsonString());
    }

    public string Sign(JsonObject header, string payload)
    {
        var signed = Encode(Encoding.UTF8.GetBytes(header.ToJsonString())) + "." + Encode(Encoding.UTF8.GetBytes(payload));
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = (string?)header["alg"] switch
        {
            "RS256" => _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "PS256" => _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            "ES256" => _ecdsa.SignData(bytes, HashAlgorithmName.SHA256),
            // The classic confusion: the public key used as a secret.
            "HS256" => HMACSHA256.HashData(_rsa.ExportSubjectPublicKeyInfo(), bytes),
            _ => [],
        };
        return signed + "." + Encode(signature);
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
