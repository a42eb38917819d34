using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>A public key (RFC 7517 §4, RFC 7518 §6): RSA of at least 2048 bits, or EC on P-256, P-384 or P-521.</summary>
/// <remarks>
/// Holds the platform's key object for verifying. The RSA and ECDsa objects of .NET keep their key in a handle that is only
/// read once it has been imported, and make a new context for each operation, so they serve many threads at once;
/// SigningKeyTests would notice if that changed.
/// </remarks>
public sealed class JsonWebKey
{
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;

    // RFC 7518 §6.2.2, §6.3.2, §6.4: a client that sends one of these has published its secret.
    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    private JsonWebKey(RSA rsa, RSAParameters parameters)
    {
        _rsa = rsa;
        Members = [("e", Base64Url.EncodeToString(parameters.Exponent)), ("kty", "RSA"), ("n", Base64Url.EncodeToString(parameters.Modulus))];
    }

    private JsonWebKey(ECDsa ecdsa, EllipticCurve curve, ECPoint point)
    {
        _ecdsa = ecdsa;
        Curve = curve;
        Members = [("crv", curve.Name), ("kty", "EC"), ("x", Base64Url.EncodeToString(point.X)), ("y", Base64Url.EncodeToString(point.Y))];
    }

    public string? KeyId { get; private init; }

    /// <summary><c>use</c>; a key for anything but signatures verifies nothing.</summary>
    public string? Use { get; private init; }

    /// <summary><c>alg</c>, where the key is meant for one algorithm alone.</summary>
    public string? Algorithm { get; private init; }

    // The required public members in the order of RFC 7638 §3.2.
    private (string Name, string Value)[] Members { get; }

    private EllipticCurve? Curve { get; }

    public static OAuthResult<JsonWebKey> Parse(JsonElement json) =>
        Json.TryParse(json, out var element) ? Read(element) : OAuthError.InvalidKey("The key is not valid JSON.");

    internal static OAuthResult<JsonWebKey> Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return OAuthError.InvalidKey("A key must be a JSON object.");
        if (PrivateMembers.Any(name => element.TryGetProperty(name, out _)))
            return OAuthError.PrivateKeyPublished;

        return Text(element, "kty") switch
        {
            "RSA" => ParseRsa(element),
            "EC" => ParseEllipticCurve(element),
            _ => OAuthError.InvalidKey("The kty of a key must be RSA or EC."),
        };
    }

    /// <summary>The public half of a key of ours.</summary>
    internal static JsonWebKey From(AsymmetricAlgorithm key, string? keyId, JwsAlgorithm algorithm)
    {
        if (key is RSA rsa)
        {
            var modulus = rsa.ExportParameters(includePrivateParameters: false);
            return new(RSA.Create(modulus), modulus) { KeyId = keyId, Use = "sig", Algorithm = algorithm.Name };
        }

        var point = ((ECDsa)key).ExportParameters(includePrivateParameters: false);
        return new(ECDsa.Create(point), algorithm.Curve!, point.Q) { KeyId = keyId, Use = "sig", Algorithm = algorithm.Name };
    }

    /// <summary>The thumbprint of RFC 7638 §3, base64url.</summary>
    public string Thumbprint()
    {
        var json = Json.ToBytes(Members, static (members, writer) =>
        {
            writer.WriteStartObject();
            foreach (var (name, value) in members)
                writer.WriteString(name, value);
            writer.WriteEndObject();
        });
        return Base64Url.EncodeToString(SHA256.HashData(json));
    }

    /// <summary>The key as SubjectPublicKeyInfo in PEM (RFC 7468 §13).</summary>
    public string ToPem() => ((AsymmetricAlgorithm?)_rsa ?? _ecdsa!).ExportSubjectPublicKeyInfoPem();

    /// <summary>Public members alone; JSON has no other way to write a key.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (KeyId is not null)
            writer.WriteString("kid"u8, KeyId);
        if (Use is not null)
            writer.WriteString("use"u8, Use);
        if (Algorithm is not null)
            writer.WriteString("alg"u8, Algorithm);
        foreach (var (name, value) in Members)
            writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    /// <summary>Whether this key may verify signatures of an algorithm: type and curve fit, and neither use nor alg says otherwise.</summary>
    public bool Fits(JwsAlgorithm algorithm) =>
        (algorithm.Curve is null ? _rsa is not null : algorithm.Curve == Curve)
        && Use is null or "sig"
        && (Algorithm is null || Algorithm == algorithm.Name);

    public bool Verify(JwsAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (!Fits(algorithm))
            return false;

        Span<byte> buffer = stackalloc byte[SHA512.HashSizeInBytes];
        var hash = buffer[..algorithm.HashData(data, buffer)];
        return _rsa is not null
            ? _rsa.VerifyHash(hash, signature, algorithm.Hash, algorithm.Padding!)
            : _ecdsa!.VerifyHash(hash, signature);
    }

    // RFC 7518 §6.3.1.
    private static OAuthResult<JsonWebKey> ParseRsa(JsonElement element)
    {
        var modulus = Bytes(element, "n");
        var exponent = Bytes(element, "e");
        if (modulus is not [not 0, ..] || exponent is not [not 0, ..])
            return OAuthError.InvalidKey("An RSA key needs n and e in base64url, without leading zero bytes.");
        if (modulus.Length is < MinRsaBits / 8 or > MaxRsaBits / 8 || (modulus.Length == MinRsaBits / 8 && modulus[0] < 0x80))
            return OAuthError.InvalidKey($"An RSA key must have {MinRsaBits} to {MaxRsaBits} bits.");
        if (exponent.Length > 4 || exponent is [1] || (exponent[^1] & 1) == 0)
            return OAuthError.InvalidKey("The exponent of an RSA key must be odd, above 1 and of at most four bytes.");

        var parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        return Import(() => new(RSA.Create(parameters), parameters)
        {
            KeyId = Text(element, "kid"),
            Use = Text(element, "use"),
            Algorithm = Text(element, "alg"),
        });
    }

    // RFC 7518 §6.2.1.
    private static OAuthResult<JsonWebKey> ParseEllipticCurve(JsonElement element)
    {
        if (EllipticCurve.Find(Text(element, "crv")) is not { } curve)
            return OAuthError.InvalidKey("The crv of an EC key must be P-256, P-384 or P-521.");

        var point = new ECPoint { X = Bytes(element, "x"), Y = Bytes(element, "y") };
        if (point.X?.Length != curve.CoordinateLength || point.Y?.Length != curve.CoordinateLength)
            return OAuthError.InvalidKey("An EC key needs x and y in base64url, of the full length that its curve has.");

        return Import(() => new(ECDsa.Create(new ECParameters { Curve = curve.Curve, Q = point }), curve, point)
        {
            KeyId = Text(element, "kid"),
            Use = Text(element, "use"),
            Algorithm = Text(element, "alg"),
        });
    }

    // The import itself finds a point that is not on its curve.
    private static OAuthResult<JsonWebKey> Import(Func<JsonWebKey> create)
    {
        try
        {
            return create();
        }
        catch (CryptographicException e)
        {
            return OAuthError.InvalidKey("The values of a key do not make a valid key.").Because(e.Message);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static byte[]? Bytes(JsonElement element, string name) => Text(element, name) is { } text ? Base64UrlText.Decode(text) : null;
}
