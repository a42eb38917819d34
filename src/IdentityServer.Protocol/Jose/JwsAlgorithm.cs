using System.Security.Cryptography;

namespace IdentityServer.Protocol;

/// <summary>
/// A signature algorithm of RFC 7518 §3.1. The list is fixed: no <c>none</c>, and no HMAC, whose key a client would share.
/// </summary>
public sealed class JwsAlgorithm
{
    public static readonly JwsAlgorithm RS256 = new("RS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    public static readonly JwsAlgorithm RS384 = new("RS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1);
    public static readonly JwsAlgorithm RS512 = new("RS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1);
    public static readonly JwsAlgorithm PS256 = new("PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
    public static readonly JwsAlgorithm PS384 = new("PS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
    public static readonly JwsAlgorithm PS512 = new("PS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pss);
    public static readonly JwsAlgorithm ES256 = new("ES256", HashAlgorithmName.SHA256, EllipticCurve.P256);
    public static readonly JwsAlgorithm ES384 = new("ES384", HashAlgorithmName.SHA384, EllipticCurve.P384);
    public static readonly JwsAlgorithm ES512 = new("ES512", HashAlgorithmName.SHA512, EllipticCurve.P521);

    private JwsAlgorithm(string name, HashAlgorithmName hash, RSASignaturePadding padding)
    {
        Name = name;
        Hash = hash;
        Padding = padding;
    }

    private JwsAlgorithm(string name, HashAlgorithmName hash, EllipticCurve curve)
    {
        Name = name;
        Hash = hash;
        Curve = curve;
    }

    public static IReadOnlyList<JwsAlgorithm> All { get; } = [RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512];

    /// <summary>The names of <see cref="All"/>: what a client's own signatures may use.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(algorithm => algorithm.Name)];

    public string Name { get; }

    public HashAlgorithmName Hash { get; }

    internal RSASignaturePadding? Padding { get; }

    internal EllipticCurve? Curve { get; }

    public static JwsAlgorithm? Find(string? name)
    {
        foreach (var algorithm in All)
        {
            if (algorithm.Name == name)
                return algorithm;
        }

        return null;
    }

    public override string ToString() => Name;

    internal int HashData(ReadOnlySpan<byte> data, Span<byte> hash) =>
        Hash == HashAlgorithmName.SHA256 ? SHA256.HashData(data, hash)
        : Hash == HashAlgorithmName.SHA384 ? SHA384.HashData(data, hash)
        : SHA512.HashData(data, hash);
}
