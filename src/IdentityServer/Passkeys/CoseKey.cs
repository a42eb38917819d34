using System.Formats.Cbor;
using System.Security.Cryptography;

namespace IdentityServer.Passkeys;

/// <summary>
/// A public key as authenticators write it (RFC 9052 §7, RFC 9053 §7, RFC 8230 §4), of the kinds that we offer. EdDSA is not among
/// them: .NET has no Ed25519.
/// </summary>
public sealed class CoseKey
{
    /// <summary>ECDSA with P-256 and SHA-256.</summary>
    public const int Es256 = -7;

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256.</summary>
    public const int Rs256 = -257;

    // RFC 9052 §7.1, RFC 9053 §7.1.1, RFC 8230 §4.
    private const int KeyType = 1;
    private const int AlgorithmLabel = 3;
    private const int FirstPart = -1;
    private const int SecondPart = -2;
    private const int ThirdPart = -3;

    private readonly ECParameters ec;
    private readonly RSAParameters rsa;

    private CoseKey(int algorithm, ECParameters ec, RSAParameters rsa) => (Algorithm, this.ec, this.rsa) = (algorithm, ec, rsa);

    /// <summary>The algorithms that we offer, the preferred one first.</summary>
    public static IReadOnlyList<int> Offered { get; } = [Es256, Rs256];

    /// <summary>The algorithm's number.</summary>
    public int Algorithm { get; }

    /// <summary>The algorithm's name in JOSE.</summary>
    public string Name => Algorithm == Es256 ? "ES256" : "RS256";

    /// <summary>Reads a key; null if it is of no kind that we offer.</summary>
    public static CoseKey? Parse(ReadOnlyMemory<byte> cose)
    {
        try
        {
            return Read(cose);
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>The key as PEM (RFC 7468 §13).</summary>
    public string ToPem()
    {
        if (Algorithm == Es256)
        {
            using var key = ECDsa.Create(ec);
            return key.ExportSubjectPublicKeyInfoPem();
        }

        using var other = RSA.Create(rsa);
        return other.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>Whether the key's owner signed this.</summary>
    public bool Verify(byte[] data, byte[] signature)
    {
        try
        {
            if (Algorithm == Es256)
            {
                using var key = ECDsa.Create(ec);
                return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            }

            using var other = RSA.Create(rsa);
            return other.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            return false; // A point that is not on the curve, for one.
        }
    }

    private static CoseKey? Read(ReadOnlyMemory<byte> cose)
    {
        var reader = new CborReader(cose, CborConformanceMode.Ctap2Canonical, allowMultipleRootLevelValues: true);
        int? type = null, algorithm = null, curve = null;
        byte[]? first = null, second = null, third = null;
        reader.ReadStartMap();
        while (reader.PeekState() is not CborReaderState.EndMap)
        {
            var label = reader.ReadInt32();
            var isBytes = reader.PeekState() is CborReaderState.ByteString;
            switch (label)
            {
                case KeyType:
                    type = reader.ReadInt32();
                    break;
                case AlgorithmLabel:
                    algorithm = reader.ReadInt32();
                    break;
                case FirstPart when isBytes:
                    first = reader.ReadByteString();
                    break;
                case FirstPart:
                    curve = reader.ReadInt32();
                    break;
                case SecondPart when isBytes:
                    second = reader.ReadByteString();
                    break;
                case ThirdPart when isBytes:
                    third = reader.ReadByteString();
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        return (type, algorithm, curve, first, second, third) switch
        {
            (2, Es256, 1, null, { } x, { } y) => new(Es256, new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } }, default),
            (3, Rs256, null, { } modulus, { } exponent, null) => new(Rs256, default, new RSAParameters { Modulus = modulus, Exponent = exponent }),
            _ => null,
        };
    }
}
