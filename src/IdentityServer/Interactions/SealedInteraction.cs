using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdentityServer.Protocol;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityServer.Interactions;

/// <summary>
/// Seals an <see cref="Interaction"/> into the hidden field of a page: bound to exactly this request and session and to a time, and
/// worthless elsewhere or later. Nothing is stored.
/// </summary>
public sealed class SealedInteraction(IDataProtectionProvider protection, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly IDataProtector protector = protection.CreateProtector("IdentityServer.Interactions.v1");

    /// <summary>Seals for the next page of this request.</summary>
    public string Seal(Interaction interaction, RequestParameters request)
    {
        var envelope = new Envelope(interaction, Fingerprint(request), clock.GetUtcNow() + Lifetime);
        return Base64Url.EncodeToString(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(envelope)));
    }

    /// <summary>Opens what this request's page brought back; null if it is not whole, not of this request and session, or too old.</summary>
    public Interaction? Open(string? text, RequestParameters request, Guid sessionId)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope>(protector.Unprotect(Base64Url.DecodeFromChars(text)));
            return envelope is not null
                && envelope.ExpiresAt > clock.GetUtcNow()
                && envelope.Interaction.SessionId == sessionId
                && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(envelope.Request), Encoding.ASCII.GetBytes(Fingerprint(request)))
                    ? envelope.Interaction
                    : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Tells requests apart: names and values with their lengths, so that no two read alike. The page's language is not part of it, nor are the parameters in <paramref name="but"/>.
    /// </summary>
    public static string Fingerprint(RequestParameters request, params ReadOnlySpan<string> but)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in request.Pairs)
        {
            if (name is not (Parameters.Locale or Parameters.UiLocales) && !but.Contains(name))
            {
                text.Append(name.Length).Append(':').Append(name).Append(value.Length).Append(':').Append(value);
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private sealed record Envelope(Interaction Interaction, string Request, DateTimeOffset ExpiresAt);
}
