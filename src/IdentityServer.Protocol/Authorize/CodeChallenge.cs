using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Protocol;

/// <summary>Proof Key for Code Exchange (RFC 7636), by S256 alone.</summary>
public static class CodeChallenge
{
    // The base64url form of 32 bytes.
    private const int ChallengeLength = 43;
    private const int MinVerifierLength = 43;
    private const int MaxVerifierLength = 128;

    private static readonly SearchValues<char> Base64UrlCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    // RFC 7636 §4.1: unreserved characters.
    private static readonly SearchValues<char> VerifierCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>RFC 7636 §4.2: the form that S256 gives.</summary>
    public static bool IsWellFormed(string challenge) =>
        challenge.Length == ChallengeLength && !challenge.AsSpan().ContainsAnyExcept(Base64UrlCharacters);

    /// <summary>RFC 7636 §4.6: BASE64URL(SHA256(verifier)) equals the challenge.</summary>
    public static bool Verify(string challenge, string method, string verifier)
    {
        if (method != CodeChallengeMethods.S256
            || verifier.Length is < MinVerifierLength or > MaxVerifierLength
            || verifier.AsSpan().ContainsAnyExcept(VerifierCharacters)
            || challenge.Length != ChallengeLength)
            return false;

        Span<byte> ascii = stackalloc byte[MaxVerifierLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> expected = stackalloc byte[ChallengeLength];
        Span<byte> presented = stackalloc byte[ChallengeLength];
        SHA256.HashData(ascii[..Encoding.ASCII.GetBytes(verifier, ascii)], hash);
        Base64Url.EncodeToUtf8(hash, expected);
        Encoding.ASCII.GetBytes(challenge, presented);
        return CryptographicOperations.FixedTimeEquals(expected, presented);
    }

    /// <summary>
    /// The whole rule of the token endpoint: a code that was challenged needs its verifier (RFC 7636 §4.6), and one that
    /// was not takes none (RFC 9700 §2.1.1, against the downgrade of §4.8).
    /// </summary>
    public static OAuthError? Check(string? challenge, string? method, string? verifier) => (challenge, verifier) switch
    {
        (null, null) => null,
        (null, _) => OAuthError.InvalidCodeVerifier.Because("the authorization request had no code_challenge"),
        (_, null) => OAuthError.MissingCodeVerifier,
        _ => Verify(challenge, method ?? "", verifier) ? null : OAuthError.InvalidCodeVerifier,
    };
}
