using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityServer.Forms;

/// <summary>How far somebody got in a form, between two pages.</summary>
/// <param name="FormId">The form.</param>
/// <param name="Version">Its version when the page was made.</param>
/// <param name="Step">The step on the page.</param>
/// <param name="Answers">What was answered so far, on this page and others.</param>
/// <param name="Seen">Fingerprints of the fields that were shown so far.</param>
/// <param name="Shown">Keys of the fields on the page.</param>
/// <param name="Mailed">The mail by which the address is proven, once there is one.</param>
public sealed record FormState(
    Guid FormId,
    string Version,
    int Step,
    IReadOnlyDictionary<string, string[]> Answers,
    IReadOnlyList<string> Seen,
    IReadOnlyList<string> Shown,
    MailedProof? Mailed = null);

/// <summary>A mail that was sent to prove the address of somebody in the middle of a form.</summary>
/// <param name="LinkId">Its link.</param>
/// <param name="AddressKey">The canonical key of the address that it was asked for; it proves no other.</param>
public sealed record MailedProof(Guid LinkId, string AddressKey);

/// <summary>
/// Seals how far somebody got into a hidden field of the page, passwords included: nobody can read it, change it, use it for another
/// request or person, or use it after an hour. Nothing is stored, so it outlives a restart and a change of node.
/// </summary>
public sealed class SealedAnswers(IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>How long half a form lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly IDataProtector protector = protection.CreateProtector("IdentityServer.Forms.v1");

    /// <summary>Seals; <paramref name="binding"/> says what it is for: surface, request, person.</summary>
    public string Seal(FormState state, string binding) =>
        Base64Url.EncodeToString(protector.Protect(
            JsonSerializer.SerializeToUtf8Bytes(new Envelope(state, Mark(binding), clock.GetUtcNow() + Lifetime))));

    /// <summary>Opens what a page brought back; null if it is not whole, not of this binding, or too old.</summary>
    public FormState? Open(string text, string binding)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize<Envelope>(protector.Unprotect(Base64Url.DecodeFromChars(text)));
            return envelope is not null
                && envelope.ExpiresAt > clock.GetUtcNow()
                && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(envelope.Binding), Encoding.ASCII.GetBytes(Mark(binding)))
                    ? envelope.State
                    : null;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    private static string Mark(string binding) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(binding)));

    private sealed record Envelope(FormState State, string Binding, DateTimeOffset ExpiresAt);
}
