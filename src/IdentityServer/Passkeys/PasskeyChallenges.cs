using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityServer.Passkeys;

/// <summary>What a challenge is for.</summary>
public enum PasskeyPurpose
{
    /// <summary>To sign in on a page.</summary>
    SignIn,

    /// <summary>To register a passkey on a page.</summary>
    Register,

    /// <summary>To assert a passkey through the API.</summary>
    ApiAssert,

    /// <summary>To register a passkey through the API.</summary>
    ApiRegister,
}

/// <summary>What a challenge stands for: an answer to it counts for exactly this.</summary>
public sealed record PasskeyChallenge
{
    /// <summary>What for.</summary>
    public required PasskeyPurpose Purpose { get; init; }

    /// <summary>Who has to answer; null: whoever owns a passkey here.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The browser that was given the challenge; null where the API gave it.</summary>
    public string? Browser { get; init; }

    /// <summary>The application that it is for, where one was named.</summary>
    public Guid? ApplicationId { get; init; }

    /// <summary>The one passkey that has to answer, where one was named.</summary>
    public Guid? PasskeyId { get; init; }

    /// <summary>Whether the authenticator has to make sure who holds it.</summary>
    public bool MustVerify { get; init; }

    /// <summary>How the new passkey is to be called.</summary>
    public string? Name { get; init; }

    /// <summary>The browser that registers it, as its application says.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The end of its life.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>
/// Challenges that carry their own meaning, sealed (WebAuthn §13.4.3 asks that they cannot be guessed; how long they are is ours):
/// making one stores nothing, any node can read it, and its hash is what is spent when it was answered.
/// </summary>
public sealed class PasskeyChallenges(IDataProtectionProvider protection, TimeProvider clock)
{
    // As long as what else a page carries: who comes back later is asked again.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly IDataProtector protector = protection.CreateProtector("IdentityServer.Passkeys.v1");

    /// <summary>A challenge, in base64url as it travels. No two are alike: the seal has a random part.</summary>
    public string Make(PasskeyChallenge challenge) => Base64Url.EncodeToString(
        protector.Protect(JsonSerializer.SerializeToUtf8Bytes(challenge with { ExpiresAt = clock.GetUtcNow() + Lifetime })));

    /// <summary>What an answered challenge stands for; null if it is not ours or too old.</summary>
    public PasskeyChallenge? Open(byte[] challenge)
    {
        try
        {
            return JsonSerializer.Deserialize<PasskeyChallenge>(protector.Unprotect(challenge)) is { } opened && opened.ExpiresAt > clock.GetUtcNow()
                ? opened
                : null;
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException)
        {
            return null;
        }
    }
}
