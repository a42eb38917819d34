using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace IdentityServer.Protocol;

/// <summary>A private key of ours with the one algorithm it signs by. Serves many threads at once, as <see cref="JsonWebKey"/> explains.</summary>
public sealed class SigningKey : IDisposable
{
    private const int RsaBits = 2048;

    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;

    // typ → the header segment and its dot, ready to copy.
    private readonly ConcurrentDictionary<string, byte[]> _headers = new(StringComparer.Ordinal);

    private SigningKey(AsymmetricAlgorithm key, JwsAlgorithm algorithm, string? keyId)
    {
        _rsa = key as RSA;
        _ecdsa = key as ECDsa;
        Algorithm = algorithm;
        SignatureLength = algorithm.Curve is { } curve ? 2 * curve.CoordinateLength : key.KeySize / 8;
        KeyId = keyId ?? JsonWebKey.From(key, null, algorithm).Thumbprint();
        PublicKey = JsonWebKey.From(key, KeyId, algorithm);
    }

    public JwsAlgorithm Algorithm { get; }

    /// <summary><c>kid</c>: the RFC 7638 thumbprint unless another was given.</summary>
    public string KeyId { get; }

    public JsonWebKey PublicKey { get; }

    public int SignatureLength { get; }

    public static SigningKey Create(JwsAlgorithm algorithm, string? keyId = null) =>
        new(algorithm.Curve is { } curve ? ECDsa.Create(curve.Curve) : RSA.Create(RsaBits), algorithm, keyId);

    /// <summary>Reads what <see cref="ExportPkcs8"/> wrote.</summary>
    /// <exception cref="CryptographicException">The bytes are not a key for this algorithm.</exception>
    public static SigningKey Import(JwsAlgorithm algorithm, ReadOnlySpan<byte> pkcs8, string? keyId = null)
    {
        AsymmetricAlgorithm key = algorithm.Curve is null ? RSA.Create() : ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        if (algorithm.Curve is { } curve && ((ECDsa)key).ExportParameters(false).Curve.Oid.Value != curve.Curve.Oid.Value)
            throw new CryptographicException($"The key is not on the curve of {algorithm}.");
        return new(key, algorithm, keyId);
    }

    /// <summary>The private key, for whoever seals it.</summary>
    public byte[] ExportPkcs8() => ((AsymmetricAlgorithm?)_rsa ?? _ecdsa!).ExportPkcs8PrivateKey();

    /// <summary>Writes <see cref="SignatureLength"/> bytes.</summary>
    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[SHA512.HashSizeInBytes];
        var hash = buffer[..Algorithm.HashData(data, buffer)];
        if (_rsa is not null)
            _rsa.SignHash(hash, signature, Algorithm.Hash, Algorithm.Padding!);
        else
            _ecdsa!.SignHash(hash, signature);
    }

    public void Dispose()
    {
        _rsa?.Dispose();
        _ecdsa?.Dispose();
    }

    internal ReadOnlySpan<byte> HeaderSegment(string type) => _headers.GetOrAdd(type, static (type, key) =>
    {
        var json = Json.ToBytes((key, type), static (header, writer) =>
        {
            writer.WriteStartObject();
            writer.WriteString("alg"u8, header.key.Algorithm.Name);
            writer.WriteString("typ"u8, header.type);
            writer.WriteString("kid"u8, header.key.KeyId);
            writer.WriteEndObject();
        });
        return [.. Base64Url.EncodeToUtf8(json), (byte)'.'];
    }, this);
}
