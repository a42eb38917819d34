using System.Security.Cryptography;

namespace IdentityServer.Protocol;

/// <summary>A curve of RFC 7518 §6.2.1.1.</summary>
internal sealed class EllipticCurve(string name, ECCurve curve, int coordinateLength)
{
    public static readonly EllipticCurve P256 = new("P-256", ECCurve.NamedCurves.nistP256, 32);
    public static readonly EllipticCurve P384 = new("P-384", ECCurve.NamedCurves.nistP384, 48);
    public static readonly EllipticCurve P521 = new("P-521", ECCurve.NamedCurves.nistP521, 66);

    public string Name { get; } = name;

    public ECCurve Curve { get; } = curve;

    public int CoordinateLength { get; } = coordinateLength;

    public static EllipticCurve? Find(string? name) => name switch
    {
        "P-256" => P256,
        "P-384" => P384,
        "P-521" => P521,
        _ => null,
    };
}
