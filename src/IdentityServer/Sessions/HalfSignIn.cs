using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using IdentityServer.Users;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityServer.Sessions;

/// <summary>
/// A sign-in that waits for its second factor. It opens nothing by itself; there is no session before the second factor is right.
/// </summary>
/// <param name="Proof">What was proved so far.</param>
/// <param name="Persistent">"Keep me signed in".</param>
public sealed record HalfSignIn(Proof Proof, bool Persistent);

/// <summary>
/// Keeps a <see cref="HalfSignIn"/> in the browser: sealed, for ten minutes, and bound to one request, so that several tabs are
/// several sign-ins, and to the person's security stamp, so that a change of any credential ends it. Nothing is stored.
/// </summary>
public sealed class HalfSignInCookie(PublicAddress address, IDataProtectionProvider protection, People people, TimeProvider clock)
{
    private const int MaxLength = 2048;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly IDataProtector protector = protection.CreateProtector("IdentityServer.HalfSignIn.v1");

    /// <summary>What this browser holds for this request; null if nothing, or nothing that is still good.</summary>
    public async Task<HalfSignIn?> FindAsync(HttpContext http, string request, CancellationToken cancellation)
    {
        if (Open(http.Request.Cookies[Name(request)]) is not { } held || held.ExpiresAt <= clock.GetUtcNow() || held.Request != request)
        {
            return null;
        }

        return await people.FindAsync(held.UserId, cancellation) is { Active: true } user && user.SecurityStamp == held.SecurityStamp
            ? new HalfSignIn(new Proof(user, held.Type, held.Amr) { LoginId = held.ByEmail is { } byEmail ? byEmail ? user.Email : user.Username : null }, held.Persistent)
            : null;
    }

    /// <summary>Gives the browser what was proved for this request.</summary>
    public void Write(HttpContext http, HalfSignIn half, string request)
    {
        var proof = half.Proof;
        var byEmail = proof.LoginId?.Contains('@', StringComparison.Ordinal); // A cookie has no room for what was typed.
        var envelope = new Envelope(proof.User.Id, proof.User.SecurityStamp, proof.Type, proof.Amr, byEmail, half.Persistent, request, clock.GetUtcNow() + Lifetime);
        var text = Base64Url.EncodeToString(protector.Protect(JsonSerializer.SerializeToUtf8Bytes(envelope)));
        http.Response.Cookies.Append(Name(request), text, Options(Lifetime));
    }

    /// <summary>Takes it from the browser: the sign-in is done, or given up.</summary>
    public void Delete(HttpContext http, string request)
    {
        if (http.Request.Cookies.ContainsKey(Name(request)))
        {
            http.Response.Cookies.Delete(Name(request), Options(null));
        }
    }

    // One for each request (its fingerprint is hexadecimal), so that tabs do not overwrite one another's.
    private string Name(string request) => (address.IsSecure ? "__Host-half-" : "half-") + request[..12];

    private CookieOptions Options(TimeSpan? age) => new()
    {
        HttpOnly = true,
        Secure = address.IsSecure,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
        MaxAge = age,
    };

    private Envelope? Open(string? text)
    {
        if (text is not { Length: > 0 and <= MaxLength })
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize<Envelope>(protector.Unprotect(Base64Url.DecodeFromChars(text)));
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    private sealed record Envelope(
        Guid UserId, string SecurityStamp, AuthenticationType Type, string Amr, bool? ByEmail, bool Persistent, string Request, DateTimeOffset ExpiresAt);
}
