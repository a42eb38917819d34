using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>What can stand in a token's payload.</summary>
public interface IJwtClaims
{
    /// <summary>Writes the members of the payload, without its braces.</summary>
    void WriteTo(Utf8JsonWriter writer);
}

/// <summary>A signed JWT in compact serialisation (RFC 7515 §3.1, RFC 7519).</summary>
public sealed class JsonWebToken
{
    public const int MaxLength = 16 * 1024;

    private const int MaxHeaderLength = 2 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_payload;

    private readonly string _compact;
    private readonly int _signedLength;
    private readonly byte[] _signature;

    private JsonWebToken(string compact, int signedLength, JsonElement header, JsonElement payload, byte[] signature)
    {
        _compact = compact;
        _signedLength = signedLength;
        _signature = signature;
        Header = header;
        Payload = payload;
    }

    public JsonElement Header { get; }

    /// <summary>The claims; to be believed only after <see cref="Verify"/>.</summary>
    public JsonElement Payload { get; }

    /// <summary>Signs claims. The result is the only thing of size that is allocated.</summary>
    /// <param name="type">The header's <c>typ</c>, one of <see cref="TokenTypes"/>.</param>
    public static string Sign(SigningKey key, string type, IJwtClaims claims)
    {
        var payload = t_payload ??= new ArrayBufferWriter<byte>(1024);
        payload.ResetWrittenCount();
        Json.Write(payload, claims, static (claims, writer) =>
        {
            writer.WriteStartObject();
            claims.WriteTo(writer);
            writer.WriteEndObject();
        });

        var header = key.HeaderSegment(type);
        var signedLength = header.Length + Base64Url.GetEncodedLength(payload.WrittenCount);
        var length = signedLength + 1 + Base64Url.GetEncodedLength(key.SignatureLength);
        var rented = ArrayPool<byte>.Shared.Rent(length + key.SignatureLength);
        try
        {
            var token = rented.AsSpan(0, length);
            var signature = rented.AsSpan(length, key.SignatureLength);
            header.CopyTo(token);
            Base64Url.EncodeToUtf8(payload.WrittenSpan, token[header.Length..]);
            key.Sign(token[..signedLength], signature);
            token[signedLength] = (byte)'.';
            Base64Url.EncodeToUtf8(signature, token[(signedLength + 1)..]);
            return Encoding.ASCII.GetString(token);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>
    /// Takes a token apart without believing it: three segments of strict base64url, the first two JSON objects in which
    /// no name stands twice (RFC 7515 §4, RFC 7519 §4).
    /// </summary>
    public static OAuthResult<JsonWebToken> Parse(string compact)
    {
        if (compact.Length > MaxLength)
            return Malformed("a token of more than 16 KB");

        var first = compact.IndexOf('.', StringComparison.Ordinal);
        var second = first < 0 ? -1 : compact.IndexOf('.', first + 1);
        if (second < 0 || compact.IndexOf('.', second + 1) >= 0 || first > MaxHeaderLength)
            return Malformed("not three segments, or too long a header");

        return TryReadObject(compact.AsSpan(0, first), out var header)
            && TryReadObject(compact.AsSpan(first + 1, second - first - 1), out var payload)
            && Base64UrlText.Decode(compact.AsSpan(second + 1)) is { Length: > 0 } signature
                ? new JsonWebToken(compact, second, header, payload, signature)
                : Malformed("a segment is not base64url of what belongs there");
    }

    /// <summary>
    /// Takes a token apart and verifies its signature (RFC 7515 §5.2). The header chooses neither key nor algorithm: both
    /// come from the caller, and the header only has to agree. Times, issuer and audience are the caller's to check.
    /// </summary>
    /// <param name="expectedType">What <c>typ</c> must say (RFC 8725 §3.11); null only where the keys serve one kind of token alone.</param>
    /// <param name="allowedAlgorithms">Names of <see cref="JwsAlgorithm"/>.</param>
    public static OAuthResult<JsonWebToken> Verify(
        string compact, JsonWebKeySet keys, string? expectedType, IReadOnlyCollection<string> allowedAlgorithms)
    {
        if (Parse(compact).Failed(out var error, out var token))
            return error;

        // RFC 7515 §4.1.11: extensions that must be understood are not.
        if (token.Header.TryGetProperty("crit"u8, out _))
            return Invalid("the header has crit");
        if (expectedType is not null && !HasType(token.Header, expectedType))
            return Invalid("another typ");
        if (JwsAlgorithm.Find(GetString(token.Header, "alg")) is not { } algorithm || !allowedAlgorithms.Contains(algorithm.Name))
            return Invalid("an algorithm that is not allowed here");
        if (token.Header.TryGetProperty("kid"u8, out var keyId) && keyId.ValueKind != JsonValueKind.String)
            return Invalid("a kid that is not a string");
        if (keys.Find(GetString(token.Header, "kid"), algorithm) is not { } key)
            return Invalid("no key, or more than one, fits kid and algorithm");

        return token.IsSignedBy(key, algorithm) ? token : Invalid("the signature does not verify");
    }

    /// <summary>A claim that is a string.</summary>
    public string? GetString(string claim) => GetString(Payload, claim);

    /// <summary>A claim that is a time (NumericDate, RFC 7519 §2), fractions dropped.</summary>
    public DateTimeOffset? GetTime(string claim) => ClaimReader.GetTime(Payload, claim);

    /// <summary>A claim that is a string or a list of strings, such as <c>aud</c> (RFC 7519 §4.1.3).</summary>
    public IReadOnlyList<string> GetStrings(string claim) => ClaimReader.GetStrings(Payload, claim);

    /// <summary>For logs, so without the token.</summary>
    public override string ToString() => "a token";

    private static string? GetString(JsonElement element, string name) => ClaimReader.GetString(element, name);

    // RFC 7515 §4.1.9: compared without case, and "application/" may be left out.
    private static bool HasType(JsonElement header, string expected)
    {
        var type = GetString(header, "typ").AsSpan();
        const string prefix = "application/";
        if (type.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            type = type[prefix.Length..];
        return type.Equals(expected, StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryReadObject(ReadOnlySpan<char> segment, out JsonElement element)
    {
        element = default;
        return Base64UrlText.Decode(segment) is { } json && Json.TryParse(json, out element) && element.ValueKind == JsonValueKind.Object;
    }

    private bool IsSignedBy(JsonWebKey key, JwsAlgorithm algorithm)
    {
        var rented = ArrayPool<byte>.Shared.Rent(_signedLength);
        try
        {
            Encoding.ASCII.GetBytes(_compact.AsSpan(0, _signedLength), rented);
            return key.Verify(algorithm, rented.AsSpan(0, _signedLength), _signature);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static OAuthError Malformed(string detail) => OAuthError.AccessTokenMalformed.Because(detail);

    private static OAuthError Invalid(string detail) => OAuthError.AccessTokenInvalid.Because(detail);
}
