using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityServer.Account;

/// <summary>Where somebody goes on after signing in.</summary>
/// <param name="Path">The page, with its query.</param>
/// <param name="Fresh">Whether it asked for a fresh sign-in.</param>
public sealed record WayBack(string Path, bool Fresh);

/// <summary>
/// The <c>state</c> of the account pages' own authorize requests (RFC 6749 §10.12): the page to come back to, sealed, for this
/// browser and for a time. So nobody else can send somebody anywhere by it.
/// </summary>
public sealed class AccountReturn(IDataProtectionProvider protection, PublicAddress address, TimeProvider clock)
{
    private const int SecretLength = 32;

    // Long enough to register, to look for the mail, to find the other phone.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly IDataProtector protector = protection.CreateProtector("IdentityServer.AccountReturn.v1");

    private string Cookie => address.IsSecure ? "__Host-account" : "account";

    /// <summary>Seals a way back for this browser.</summary>
    public string Seal(HttpContext http, WayBack way)
    {
        var secret = Read(http);
        if (secret is null)
        {
            secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretLength / 2));
            http.Response.Cookies.Append(Cookie, secret, new CookieOptions
            {
                HttpOnly = true,
                Secure = address.IsSecure,
                SameSite = SameSiteMode.Lax,
                Path = "/",
                IsEssential = true,
            });
        }

        var envelope = new Envelope(way, Fingerprint(secret), clock.GetUtcNow() + Lifetime);
        return Base64Url.EncodeToString(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(envelope)));
    }

    /// <summary>Opens what came back; null if it is not whole, not of this browser, or too old.</summary>
    public WayBack? Open(HttpContext http, string? state)
    {
        if (string.IsNullOrEmpty(state) || Read(http) is not { } secret)
        {
            return null;
        }

        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope>(protector.Unprotect(Base64Url.DecodeFromChars(state)));
            return envelope is not null
                && envelope.ExpiresAt > clock.GetUtcNow()
                && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(envelope.Browser), Encoding.ASCII.GetBytes(Fingerprint(secret)))
                    ? envelope.Way
                    : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    private string? Read(HttpContext http) => http.Request.Cookies[Cookie] is { Length: SecretLength } sent ? sent : null;

    private static string Fingerprint(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private sealed record Envelope(WayBack Way, string Browser, DateTimeOffset ExpiresAt);
}
