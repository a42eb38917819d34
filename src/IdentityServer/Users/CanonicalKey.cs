using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace IdentityServer.Users;

/// <summary>
/// The one form in which an e-mail address or user name is unique and is looked up. What looks alike has one key: letter case,
/// compatibility forms (NFKC) and the two spellings of an international domain do not count; dots and plus-tags do.
/// A key's key is itself.
/// </summary>
public static class CanonicalKey
{
    /// <summary>The longest address (RFC 5321 §4.5.3.1.3, less the angle brackets).</summary>
    private const int MaxEmail = 254;

    private const int MaxLocalPart = 64;
    private const int MaxUsername = 191;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    /// <summary>The key of a user name or e-mail address as somebody typed it to sign in, or null if it can be neither.</summary>
    public static string? LoginId(string typed, out bool isEmail)
    {
        isEmail = typed.Contains('@', StringComparison.Ordinal);
        return isEmail ? Email(typed) : Username(typed);
    }

    /// <summary>The key of an e-mail address, or null if it is none that we take (a dot-atom, RFC 5322 §3.2.3, RFC 6531).</summary>
    public static string? Email(string address)
    {
        if (!Fold(address, MaxEmail, out var folded))
        {
            return null;
        }

        var at = folded.LastIndexOf('@');
        if (at < 1 || at > MaxLocalPart || !IsDotAtom(folded.AsSpan(0, at)) || !Spelling.IsPlain(folded.AsSpan(0, at)))
        {
            return null;
        }

        return Domain(folded[(at + 1)..]) is { } domain && at + 1 + domain.Length <= MaxEmail ? $"{folded.AsSpan(0, at)}@{domain}" : null;
    }

    /// <summary>
    /// The key of a user name, or null if it can't be one: it may not look like an e-mail address, hold invisible characters or
    /// mix scripts that look alike.
    /// </summary>
    public static string? Username(string name) =>
        Fold(name, MaxUsername, out var folded) && !folded.Contains('@', StringComparison.Ordinal) && Spelling.IsPlain(folded) ? folded : null;

    /// <summary>The form in which a name, or the beginning of anything with a key, is searched; null if nothing can match it.</summary>
    public static string? Name(string? name) => name is not null && Fold(name, MaxUsername, out var folded) ? folded : null;

    private static bool Fold(string typed, int longest, [NotNullWhen(true)] out string? folded)
    {
        folded = null;
        if (typed.Length > longest || !Spelling.IsWellFormed(typed))
        {
            return false;
        }

        // Lower-casing can undo the normal form and the other way round; after the second pass both hold.
        folded = typed.Trim();
        for (var pass = 0; pass < 2; pass++)
        {
            folded = folded.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Trim();
        }

        return folded.Length > 0 && folded.Length <= longest && folded.IsNormalized(NormalizationForm.FormKC);
    }

    private static bool IsDotAtom(ReadOnlySpan<char> local)
    {
        var previous = '.';
        foreach (var character in local)
        {
            var allowed = character == '.'
                ? previous != '.'
                : char.IsAsciiLetterOrDigit(character) || !char.IsAscii(character) || "!#$%&'*+-/=?^_`{|}~".Contains(character, StringComparison.Ordinal);
            if (!allowed)
            {
                return false;
            }

            previous = character;
        }

        return previous != '.';
    }

    private static string? Domain(string domain)
    {
        if (!domain.Contains('.', StringComparison.Ordinal))
        {
            return null; // Mail to a host without a dot arrives nowhere; far more often it is a typing error.
        }

        try
        {
            var ascii = Idn.GetAscii(domain).ToLowerInvariant();
            var top = ascii.AsSpan(ascii.LastIndexOf('.') + 1);
            return top.Length > 1 && top.ContainsAnyExceptInRange('0', '9') ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null; // The framework has no other way to say that a domain is none.
        }
    }
}
