using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Security.Cryptography;

namespace IdentityServer.Passkeys;

/// <summary>
/// The attestation of a registration (WebAuthn §6.5). We ask for none, so all that may come is none, or the key's signature over
/// itself, which browsers leave as it is (§5.1.3 step 25); a statement about the maker would be one that we can't check.
/// </summary>
internal sealed record Attestation(string Format, bool IsEmpty, int? Algorithm, byte[]? Signature, bool HasCertificate, byte[] AuthenticatorData)
{
    private const int FlagsAt = 32;
    private const int AaguidAt = 37;
    private const int AaguidLength = 16;
    private const int UserVerifiedFlag = 0x04;
    private const int BackedUpFlag = 0x10;

    /// <summary>The model of the authenticator, or of the provider that keeps the passkey; zero where the browser hides it.</summary>
    public Guid Aaguid => AuthenticatorData.Length >= AaguidAt + AaguidLength
        ? new Guid(AuthenticatorData.AsSpan(AaguidAt, AaguidLength), bigEndian: true)
        : Guid.Empty;

    /// <summary>Whether authenticator data (§6.1) say that the authenticator made sure who holds it.</summary>
    public static bool IsUserVerified(byte[] authenticatorData) => (authenticatorData[FlagsAt] & UserVerifiedFlag) != 0;

    /// <summary>Whether they say that the passkey is kept elsewhere too.</summary>
    public static bool IsBackedUp(byte[] authenticatorData) => (authenticatorData[FlagsAt] & BackedUpFlag) != 0;

    /// <summary>How often the passkey was used, as authenticator data say.</summary>
    public static uint SignCount(byte[] authenticatorData) => BinaryPrimitives.ReadUInt32BigEndian(authenticatorData.AsSpan(FlagsAt + 1, sizeof(uint)));

    /// <summary>Reads an attestation object; null if it is none.</summary>
    public static Attestation? Parse(byte[] attestationObject)
    {
        try
        {
            return Read(attestationObject);
        }
        catch (Exception exception) when (exception is CborContentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Whether the statement is one that we take, about this key (§7.1 steps 21–24, §8.2, §8.7).</summary>
    public bool Holds(CoseKey key, byte[] clientData) => Format switch
    {
        "none" => IsEmpty,
        "packed" => !HasCertificate && Algorithm == key.Algorithm && Signature is not null
            && key.Verify([.. AuthenticatorData, .. SHA256.HashData(clientData)], Signature),
        _ => false,
    };

    private static Attestation? Read(byte[] attestationObject)
    {
        var reader = new CborReader(attestationObject, CborConformanceMode.Ctap2Canonical);
        string? format = null;
        byte[]? data = null;
        var statement = (IsEmpty: false, Algorithm: (int?)null, Signature: (byte[]?)null, HasCertificate: false);
        reader.ReadStartMap();
        while (reader.PeekState() is not CborReaderState.EndMap)
        {
            switch (reader.ReadTextString())
            {
                case "fmt":
                    format = reader.ReadTextString();
                    break;
                case "authData":
                    data = reader.ReadByteString();
                    break;
                case "attStmt":
                    statement = ReadStatement(reader);
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        return format is null || data is null
            ? null
            : new Attestation(format, statement.IsEmpty, statement.Algorithm, statement.Signature, statement.HasCertificate, data);
    }

    private static (bool IsEmpty, int? Algorithm, byte[]? Signature, bool HasCertificate) ReadStatement(CborReader reader)
    {
        (bool IsEmpty, int? Algorithm, byte[]? Signature, bool HasCertificate) read = (true, null, null, false);
        reader.ReadStartMap();
        while (reader.PeekState() is not CborReaderState.EndMap)
        {
            read.IsEmpty = false;
            switch (reader.ReadTextString())
            {
                case "alg" when reader.PeekState() is CborReaderState.NegativeInteger or CborReaderState.UnsignedInteger:
                    read.Algorithm = reader.ReadInt32();
                    break;
                case "sig" when reader.PeekState() is CborReaderState.ByteString:
                    read.Signature = reader.ReadByteString();
                    break;
                case "x5c":
                    read.HasCertificate = true;
                    reader.SkipValue();
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        reader.ReadEndMap();
        return read;
    }
}
