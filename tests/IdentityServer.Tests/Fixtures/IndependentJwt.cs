using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IdentityServer.Tests.Fixtures;

/// <summary>A JSON Web Token read and verified with nothing but the base class library (RFC 7515 §5.2, RFC 7518 §3).</summary>
public sealed record IndependentJwt(JsonElement Header, JsonElement Payload, byte[] SigningInput, byte[] Signature)
{
    public static IndependentJwt Read(string compact)
    {
        var parts = compact.Split('.');
        Assert.Equal(3, parts.Length);
        return new(Json(parts[0]), Json(parts[1]), Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]));
    }

    /// <summary>Whether the key of the set that the header names made the signature.</summary>
    public bool IsSignedBy(JsonElement keySet)
    {
        var algorithm = Header.GetProperty("alg").GetString();
        var kid = Header.GetProperty("kid").GetString();
        var key = keySet.GetProperty("keys").EnumerateArray().Single(key => key.GetProperty("kid").GetString() == kid);
        Assert.Equal(algorithm, key.GetProperty("alg").GetString());
        switch (algorithm)
        {
            case "RS256":
                using (var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") }))
                {
                    return rsa.VerifyData(SigningInput, Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                }

            case "ES256":
                var point = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") };
                using (var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point }))
                {
                    return ecdsa.VerifyData(SigningInput, Signature, HashAlgorithmName.SHA256);
                }

            default:
                throw new InvalidOperationException($"The token is signed with {algorithm}.");
        }
    }

    /// <summary><c>at_hash</c> for algorithms on SHA-256 (OpenID Connect Core §3.1.3.6).</summary>
    public static string HalfHash(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)).AsSpan(0, 16));

    private static JsonElement Json(string part) => JsonElement.Parse(Base64Url.DecodeFromChars(part));

    private static byte[] Bytes(JsonElement key, string member) => Base64Url.DecodeFromChars(key.GetProperty(member).GetString());
}

/// <summary>Proof Key for Code Exchange as a client makes it (RFC 7636 §4.1, §4.2).</summary>
public static class Pkce
{
    public static string NewVerifier() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string Challenge(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
}
