using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityServer.Factors;

/// <summary>Seals authenticators' secrets: those that are stored, and those that a page carries until they are confirmed.</summary>
public sealed class FactorSecrets(IDataProtectionProvider protection, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly IDataProtector stored = protection.CreateProtector("IdentityServer.Factors.Secret.v1");
    private readonly IDataProtector offered = protection.CreateProtector("IdentityServer.Factors.Offer.v1");

    /// <summary>Seals for the database.</summary>
    public byte[] Seal(byte[] secret) => stored.Protect(secret);

    /// <summary>Opens what the database has.</summary>
    public byte[] Open(byte[] sealedSecret) => stored.Unprotect(sealedSecret);

    /// <summary>Seals a new secret for the page on which this person confirms it.</summary>
    public string Offer(Guid userId, byte[] secret) =>
        Base64Url.EncodeToString(offered.Protect(JsonSerializer.SerializeToUtf8Bytes(new Envelope(userId, secret, clock.GetUtcNow() + Lifetime))));

    /// <summary>Opens what the page brought back; null if it is not whole, not this person's, or too old.</summary>
    public byte[]? Accept(Guid userId, string? text)
    {
        if (text is not { Length: > 0 and < 1024 })
        {
            return null;
        }

        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope>(offered.Unprotect(Base64Url.DecodeFromChars(text)));
            return envelope is not null && envelope.UserId == userId && envelope.ExpiresAt > clock.GetUtcNow() ? envelope.Secret : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    private sealed record Envelope(Guid UserId, byte[] Secret, DateTimeOffset ExpiresAt);
}
