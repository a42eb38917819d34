using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using IdentityServer.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Keys;

/// <summary>What can be said about a key that is to be made or imported.</summary>
public sealed record KeyInput
{
    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The algorithm (RFC 7518 §3.1).</summary>
    public string? Algorithm { get; init; }

    /// <summary>The length in bits; RSA keys that are made need one.</summary>
    public int? Length { get; init; }

    /// <summary>Who issued it.</summary>
    public string? Issuer { get; init; }

    /// <summary>Its name in token headers; left out, one made of the key itself.</summary>
    public string? Kid { get; init; }

    /// <summary>The private key as PEM.</summary>
    public string? PrivateKey { get; init; }

    /// <summary>The public key as PEM.</summary>
    public string? PublicKey { get; init; }

    /// <summary>The certificate as PEM.</summary>
    public string? Certificate { get; init; }

    /// <summary>The secret of an HMAC key.</summary>
    public string? Secret { get; init; }
}

/// <summary>
/// The writing side of keys that admins make and import. Every method runs in the caller's transaction; what is refused has changed
/// nothing. Private parts are sealed as our own keys are, and never shown.
/// </summary>
public sealed class ManagedKeyStore(IDataProtectionProvider protection)
{
    private const string Rsa = "RSA";
    private const string Ec = "EC";
    private const string Hmac = "HMAC";
    private const int MinSecret = 32; // Bytes: RFC 7518 §3.2 asks for as many as the hash has.

    private static readonly int[] RsaLengths = [2048, 3072, 4096];

    private readonly IDataProtector protector = SigningKeyRing.Protector(protection);

    /// <summary>Makes a key.</summary>
    public async Task<FieldResult<ManagedKey>> GenerateAsync(ServerDbContext db, Guid? id, KeyInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = await CheckAsync(db, id, input, cancellation);
        switch (Kind(input.Algorithm))
        {
            case null:
                errors.Add("key.algorithm", "invalid", "One of RS256, RS384, RS512, ES256, ES384, ES512, HS256, HS384, HS512.");
                break;
            case Rsa when !RsaLengths.Contains(input.Length ?? 0):
                errors.Add("key.length", "invalid", "An RSA key has 2048, 3072 or 4096 bits.");
                break;
        }

        if (errors.Any)
        {
            return errors;
        }

        if (Kind(input.Algorithm) == Hmac)
        {
            return await AddSecretAsync(db, id, input, RandomNumberGenerator.GetBytes(HashLength(input.Algorithm!)), now, cancellation);
        }

        using AsymmetricAlgorithm key = Kind(input.Algorithm) == Rsa ? RSA.Create(input.Length!.Value) : ECDsa.Create(CurveOf(input.Algorithm!));
        return await AddAsync(db, id, input, key, certificate: null, isPrivate: true, now, cancellation);
    }

    /// <summary>Takes over a key.</summary>
    public async Task<FieldResult<ManagedKey>> ImportAsync(ServerDbContext db, Guid? id, KeyInput input, DateTimeOffset now, CancellationToken cancellation)
    {
        var errors = await CheckAsync(db, id, input, cancellation);
        if (Kind(input.Algorithm) is null)
        {
            errors.Add("key.algorithm", "invalid", "One of RS256, RS384, RS512, ES256, ES384, ES512, HS256, HS384, HS512.");
        }
        else if (Kind(input.Algorithm) == Hmac && Encoding.UTF8.GetByteCount(input.Secret ?? string.Empty) < MinSecret)
        {
            errors.Add("key.secret", "tooShort", $"The secret of an HMAC key has at least {MinSecret} bytes.");
        }

        if (errors.Any)
        {
            return errors;
        }

        if (Kind(input.Algorithm) == Hmac)
        {
            return await AddSecretAsync(db, id, input, Encoding.UTF8.GetBytes(input.Secret!), now, cancellation);
        }

        var (pem, field) = input.PrivateKey is { } secret ? (secret, "key.privateKey") : (input.PublicKey, "key.publicKey");
        using AsymmetricAlgorithm key = Kind(input.Algorithm) == Rsa ? RSA.Create() : ECDsa.Create();
        X509Certificate2? certificate = null;
        try
        {
            certificate = input.Certificate is null ? null : X509Certificate2.CreateFromPem(input.Certificate);
            if (pem is not null)
            {
                key.ImportFromPem(pem);
            }
            else if (certificate is not null)
            {
                field = "key.certificate";
                key.ImportSubjectPublicKeyInfo(certificate.PublicKey.ExportSubjectPublicKeyInfo(), out _);
            }

            if (pem is null && certificate is null)
            {
                errors.Add("key.privateKey", "missing", "Send a private key, a public key or a certificate.");
            }
            else if (!Fits(key, input.Algorithm!))
            {
                errors.Add(field, "invalid", $"This is not a key for {input.Algorithm}: RSA has 2048 to 8192 bits, EC the algorithm's curve.");
            }
            else if (certificate is not null && !certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
            {
                errors.Add("key.certificate", "mismatch", "The certificate is of another key.");
            }

            return errors.Any ? errors : await AddAsync(db, id, input, key, certificate, input.PrivateKey is not null, now, cancellation);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return errors.Add(field, "invalid", "This is not a key, or not a certificate, as PEM.");
        }
        finally
        {
            certificate?.Dispose();
        }
    }

    /// <summary>Gives a key another name. Null: there is no such key.</summary>
    public static async Task<FieldResult<ManagedKey>?> RenameAsync(ServerDbContext db, Guid id, string? name, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await db.ManagedKeys.SingleOrDefaultAsync(row => row.Id == id, cancellation) is not { } key)
        {
            return null;
        }

        var errors = new FieldErrors();
        await CheckNameAsync(db, id, name, errors, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        key.Name = name!.Trim();
        key.UpdatedAt = now;
        return key;
    }

    private static async Task<FieldErrors> CheckAsync(ServerDbContext db, Guid? id, KeyInput input, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        await CheckNameAsync(db, null, input.Name, errors, cancellation);
        if (id is not null && await db.ManagedKeys.AnyAsync(row => row.Id == id, cancellation))
        {
            errors.Add("key.id", "duplicate", "There is a key of this id.");
        }

        if (input.Kid is { } kid)
        {
            await CheckKidAsync(db, kid, errors, cancellation);
        }

        return errors;
    }

    private static async Task CheckNameAsync(ServerDbContext db, Guid? self, string? name, FieldErrors errors, CancellationToken cancellation)
    {
        var trimmed = name?.Trim();
        if (string.IsNullOrEmpty(trimmed))
        {
            errors.Add("key.name", "blank", "A key needs a name.");
        }
        else if (await db.ManagedKeys.AnyAsync(row => row.Name == trimmed && row.Id != self, cancellation))
        {
            errors.Add("key.name", "duplicate", "There is a key of this name.");
        }
    }

    private static async Task CheckKidAsync(ServerDbContext db, string kid, FieldErrors errors, CancellationToken cancellation)
    {
        if (kid.Length == 0 || kid.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e'))
        {
            errors.Add("key.kid", "invalid", "A kid consists of printable ASCII characters.");
        }
        else if (await db.ManagedKeys.AnyAsync(row => row.Kid == kid, cancellation) || await db.SigningKeys.AnyAsync(row => row.Kid == kid, cancellation))
        {
            errors.Add("key.kid", "duplicate", "There is a key of this kid.");
        }
    }

    private async Task<FieldResult<ManagedKey>> AddAsync(
        ServerDbContext db, Guid? id, KeyInput input, AsymmetricAlgorithm key, X509Certificate2? certificate, bool isPrivate, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var kid = input.Kid ?? Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        var errors = new FieldErrors();
        await CheckKidAsync(db, kid, errors, cancellation);
        if (errors.Any)
        {
            return errors;
        }

        return await AddAsync(db, new ManagedKey
        {
            Id = id ?? Guid.CreateVersion7(now),
            Name = input.Name!.Trim(),
            Kid = kid,
            Algorithm = input.Algorithm!,
            Type = Kind(input.Algorithm)!,
            Length = key.KeySize,
            Issuer = input.Issuer,
            SealedPrivateKey = isPrivate ? Convert.ToBase64String(protector.Protect(key.ExportPkcs8PrivateKey())) : null,
            PublicKey = key.ExportSubjectPublicKeyInfoPem(),
            Certificate = certificate?.ExportCertificatePem(),
            ExpiresAt = certificate?.NotAfter.ToUniversalTime(),
            CreatedAt = now,
            UpdatedAt = now,
        }, cancellation);
    }

    private Task<FieldResult<ManagedKey>> AddSecretAsync(
        ServerDbContext db, Guid? id, KeyInput input, byte[] secret, DateTimeOffset now, CancellationToken cancellation)
    {
        var newId = id ?? Guid.CreateVersion7(now);
        return AddAsync(db, new ManagedKey
        {
            Id = newId,
            Name = input.Name!.Trim(),
            Kid = input.Kid ?? newId.ToString("N"),
            Algorithm = input.Algorithm!,
            Type = Hmac,
            Length = secret.Length * 8,
            Issuer = input.Issuer,
            SealedPrivateKey = Convert.ToBase64String(protector.Protect(secret)),
            CreatedAt = now,
            UpdatedAt = now,
        }, cancellation);
    }

    private static async Task<FieldResult<ManagedKey>> AddAsync(ServerDbContext db, ManagedKey key, CancellationToken cancellation)
    {
        db.ManagedKeys.Add(key);
        await CatalogVersion.BumpAsync(db, cancellation);
        return key;
    }

    private static string? Kind(string? algorithm) => algorithm switch
    {
        "RS256" or "RS384" or "RS512" => Rsa,
        "ES256" or "ES384" or "ES512" => Ec,
        "HS256" or "HS384" or "HS512" => Hmac,
        _ => null,
    };

    private static int HashLength(string algorithm) => int.Parse(algorithm.AsSpan(2), CultureInfo.InvariantCulture) / 8;

    private static ECCurve CurveOf(string algorithm) => algorithm switch
    {
        "ES256" => ECCurve.NamedCurves.nistP256,
        "ES384" => ECCurve.NamedCurves.nistP384,
        _ => ECCurve.NamedCurves.nistP521,
    };

    private static bool Fits(AsymmetricAlgorithm key, string algorithm) => key is ECDsa ecdsa
        ? ecdsa.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == CurveOf(algorithm).Oid.Value
        : key.KeySize is >= 2048 and <= 8192;
}
