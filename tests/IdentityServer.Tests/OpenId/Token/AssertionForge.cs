using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IdentityServer.Tests.OpenId.Token;

/// <summary>A client's key pair and the assertions that it makes with it, by nothing but the base class library.</summary>
public sealed class AssertionForge : IDisposable
{
    private readonly RSA rsa = RSA.Create(2048);
    private readonly ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public keys as a client registers them.</summary>
    public JsonElement KeySet
    {
        get
        {
            var (r, e) = (rsa.ExportParameters(false), ec.ExportParameters(false));
            return JsonSerializer.SerializeToElement(new
            {
                keys = new object[]
                {
                    new { kty = "RSA", kid = "rsa", use = "sig", n = Base64Url.EncodeToString(r.Modulus), e = Base64Url.EncodeToString(r.Exponent) },
                    new { kty = "EC", kid = "ec", use = "sig", crv = "P-256", x = Base64Url.EncodeToString(e.Q.X), y = Base64Url.EncodeToString(e.Q.Y) },
                },
            });
        }
    }

    /// <summary>An assertion; <paramref name="bend"/> may spoil its header and claims before it is signed.</summary>
    public string Make(string clientId, string issuer, DateTimeOffset now, string algorithm = "ES256", Action<JsonObject, JsonObject>? bend = null)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["kid"] = algorithm.StartsWith('E') ? "ec" : "rsa" };
        var claims = new JsonObject
        {
            ["iss"] = clientId,
            ["sub"] = clientId,
            ["aud"] = issuer,
            ["jti"] = Guid.NewGuid().ToString(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.ToUnixTimeSeconds() + 60,
        };
        bend?.Invoke(header, claims);
        var input = $"{Encode(header)}.{Encode(claims)}";
        return $"{input}.{Base64Url.EncodeToString(Sign(algorithm, Encoding.ASCII.GetBytes(input)))}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        rsa.Dispose();
        ec.Dispose();
    }

    private byte[] Sign(string algorithm, byte[] input) => algorithm switch
    {
        "RS256" => rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        "RS512" => rsa.SignData(input, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        "PS256" => rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        "ES256" => ec.SignData(input, HashAlgorithmName.SHA256),
        // The attack that takes a public key for a shared secret (RFC 8725 §2.1).
        "HS256" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()), input),
        _ => [],
    };

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
