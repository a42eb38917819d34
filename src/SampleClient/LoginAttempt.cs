using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace SampleClient;

/// <summary>
/// What must be remembered between sending a browser to the provider and seeing it come back. All three random values are
/// made anew for each attempt.
/// </summary>
/// <param name="State">Ties the answer to this browser (RFC 6749 §10.12): nobody can slip a foreign login under a user.</param>
/// <param name="Nonce">Ties the ID token to this attempt (OpenID Connect Core §15.5.2).</param>
/// <param name="CodeVerifier">Ties the code to this attempt (RFC 7636): a stolen code is worth nothing without it.</param>
/// <param name="Silent">Whether this only asks, without any page, if the user is still signed in at the provider.</param>
/// <param name="Subject">Who must come back, where that is known already.</param>
internal sealed record LoginAttempt(string State, string Nonce, string CodeVerifier, bool Silent, string? Subject)
{
    public static LoginAttempt Start(bool silent = false, string? subject = null) =>
        new(RandomText.Create(), RandomText.Create(), RandomText.Create(), silent, subject);

    /// <summary>The S256 challenge: the verifier's hash travels through the browser, the verifier itself does not (RFC 7636 §4.2).</summary>
    public string CodeChallenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(CodeVerifier)));
}

/// <summary>
/// Keeps the attempts in the browser that started them, each in a cookie of its own so that two tabs can sign in at once.
/// The cookie is sealed with the framework's data protection, expires after ten minutes and is unreadable for scripts.
/// </summary>
internal sealed class LoginAttempts(IDataProtectionProvider protection)
{
    private const string CookiePrefix = "sample.login.";
    private const int MostAtOnce = 5;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private readonly ITimeLimitedDataProtector _seal = protection.CreateProtector("SampleClient.LoginAttempt").ToTimeLimitedDataProtector();

    public void Keep(HttpContext http, LoginAttempt attempt)
    {
        // Attempts that were given up leave their cookie behind; a browser never carries more than a handful.
        var earlier = http.Request.Cookies.Keys.Where(name => name.StartsWith(CookiePrefix, StringComparison.Ordinal)).ToList();
        if (earlier.Count >= MostAtOnce)
            earlier.ForEach(name => http.Response.Cookies.Delete(name));

        http.Response.Cookies.Append(
            CookieName(attempt.State),
            _seal.Protect(JsonSerializer.Serialize(attempt), Lifetime),
            SessionCookies.Options(http, Lifetime));
    }

    /// <summary>Finds the attempt that an answer belongs to, and forgets it: an answer counts once.</summary>
    public LoginAttempt Take(HttpContext http, string? state)
    {
        if (string.IsNullOrEmpty(state))
            throw Refused("The answer carries no state.");
        var name = CookieName(state);
        if (http.Request.Cookies[name] is not { } cookie)
            throw Refused("The state in the answer is not one that this browser was given, or it has been used already.");
        http.Response.Cookies.Delete(name);

        LoginAttempt? attempt;
        try
        {
            attempt = JsonSerializer.Deserialize<LoginAttempt>(_seal.Unprotect(cookie));
        }
        catch (CryptographicException)
        {
            throw Refused("The login was started more than ten minutes ago, or before this application was restarted.");
        }

        // The name of the cookie is only a way to find it; what counts is the sealed value, compared as a whole and in constant time.
        return attempt is not null && RandomText.AreEqual(attempt.State, state)
            ? attempt
            : throw Refused("The state in the answer does not match the one that this browser was given.");
    }

    private static string CookieName(string state) =>
        CookiePrefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, 8));

    private static LoginRefusedException Refused(string reason) => new(
        "This login was not started here",
        reason + " You may have opened an old page or a link that somebody else made. Nothing was changed; please start again.");
}

/// <summary>Random values of 256 bits, and how to compare them.</summary>
internal static class RandomText
{
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static bool AreEqual(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));
}
