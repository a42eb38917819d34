using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace IdentityServer.Data;

/// <summary>
/// The key outside the database with which the data-protection key ring in the database is sealed, so that a copy of the database
/// alone opens nothing. From configuration, or made once in the data folder, readable by its owner only.
/// </summary>
public sealed class MasterKey
{
    private const string FileName = "master.key";
    private const int Size = 32;

    private readonly byte[] key;

    private MasterKey(byte[] key) => this.key = key;

    /// <summary>Takes the configured key (base64), or the one in the folder, which is made if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or others can read it.</exception>
    public static MasterKey Load(string? configured, string dataDirectory)
    {
        if (configured is not null)
        {
            return new(Convert.FromBase64String(configured));
        }

        var path = Path.Combine(dataDirectory, FileName);
        if (!File.Exists(path))
        {
            Create(path);
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new InvalidDataException($"{path} can be read by others than its owner; run `chmod 600` on it.");
        }

        var bytes = new byte[Size + 1];
        return Convert.TryFromBase64String(File.ReadAllText(path).Trim(), bytes, out var length) && length == Size
            ? new(bytes[..Size])
            : throw new InvalidDataException($"{path} does not hold a key of {Size} bytes in base64.");
    }

    /// <summary>Seals bytes: nonce, tag, ciphertext (AES-256-GCM).</summary>
    public byte[] Seal(ReadOnlySpan<byte> plain)
    {
        var result = new byte[12 + 16 + plain.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, 12));
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(result.AsSpan(0, 12), plain, result.AsSpan(28), result.AsSpan(12, 16));
        return result;
    }

    /// <summary>Opens what <see cref="Seal"/> sealed.</summary>
    /// <exception cref="CryptographicException">Sealed with another key, or altered.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < 28)
        {
            throw new CryptographicException("What was sealed is cut off.");
        }

        var plain = new byte[sealedBytes.Length - 28];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(sealedBytes[..12], sealedBytes[28..], sealedBytes[12..28], plain);
        return plain;
    }

    /// <summary>Bytes for a purpose, the same whenever they are asked for, that nobody without the key can tell.</summary>
    public byte[] Derive(string purpose) => HMACSHA256.HashData(key, System.Text.Encoding.UTF8.GetBytes(purpose));

    // Written beside and renamed, so that a crash leaves a whole key or none. Renaming would replace the key of another who starts in
    // the same moment: the lock lets the first one win.
    private static void Create(string path)
    {
        using var alone = FileLock.Take($"{path}.lock");
        if (File.Exists(path))
        {
            return;
        }

        var beside = $"{path}.new";
        using (var file = OwnerOnly.Open(beside, FileMode.Create, FileShare.None))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Size))));
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path);
    }
}

/// <summary>Seals elements of the data-protection key ring with the <see cref="MasterKey"/>.</summary>
internal sealed class MasterKeyXmlEncryptor(MasterKey key) : IXmlEncryptor
{
    private const string Sealed = "sealed";

    /// <summary>Opens what is sealed in an element of the key ring, and forgets it.</summary>
    /// <exception cref="CryptographicException">It was sealed with another key.</exception>
    public static void RequireReadable(XElement element, MasterKey key)
    {
        foreach (var secret in element.Descendants(Sealed))
        {
            key.Open(Convert.FromBase64String(secret.Value));
        }
    }

    /// <inheritdoc/>
    public EncryptedXmlInfo Encrypt(XElement plaintextElement) => new(
        new XElement(Sealed, Convert.ToBase64String(key.Seal(System.Text.Encoding.UTF8.GetBytes(plaintextElement.ToString())))),
        typeof(MasterKeyXmlDecryptor));
}

/// <summary>Opens what <see cref="MasterKeyXmlEncryptor"/> sealed; made by the framework, which passes its services.</summary>
internal sealed class MasterKeyXmlDecryptor(IServiceProvider services) : IXmlDecryptor
{
    private readonly MasterKey key = services.GetRequiredService<MasterKey>();

    /// <inheritdoc/>
    public XElement Decrypt(XElement encryptedElement) =>
        XElement.Parse(System.Text.Encoding.UTF8.GetString(key.Open(Convert.FromBase64String(encryptedElement.Value))));
}
