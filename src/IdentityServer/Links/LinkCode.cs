using System.Security.Cryptography;
using System.Text;

namespace IdentityServer.Links;

/// <summary>
/// Short codes that people read in one place and type in another: six characters that can't be taken for one another, without
/// vowels, so that no words come about. They hold 29 bits: enough for a few tries in one place, not for anything else.
/// </summary>
public static class LinkCode
{
    /// <summary>How many characters it has.</summary>
    public const int Length = 6;

    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ23456789";
    private const int LongestTyped = 32;

    /// <summary>Makes a new one.</summary>
    public static string Create() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>As it is shown and mailed: in two groups.</summary>
    public static string Show(string code) => $"{code[..3]}-{code[3..]}";

    /// <summary>The code that somebody typed, in any case and grouping; null if it can be none, which then costs no try.</summary>
    public static string? Read(string? typed)
    {
        if (typed is not { Length: > 0 and <= LongestTyped })
        {
            return null;
        }

        var code = string.Concat(typed.Where(character => !char.IsWhiteSpace(character) && character is not ('-' or '–' or '‑'))).ToUpperInvariant();
        return code.Length == Length && code.All(character => Alphabet.Contains(character, StringComparison.Ordinal)) ? code : null;
    }

    /// <summary>
    /// The code that the page in the browser that asked shows. It follows from the browser's secret, so that every look at the page
    /// shows the same one and the database holds nothing that would tell it.
    /// </summary>
    internal static string Waiting(Guid linkId, string browser)
    {
        var bytes = Mac(linkId, browser, "waiting");
        var number = BitConverter.ToUInt64(bytes);
        var code = new char[Length];
        for (var place = 0; place < Length; place++)
        {
            (number, var letter) = Math.DivRem(number, (ulong)Alphabet.Length);
            code[place] = Alphabet[(int)letter];
        }

        return new string(code);
    }

    /// <summary>What is stored of a code: worth nothing without the key, which only a browser or a mail holds, and for no other link.</summary>
    internal static byte[] Hash(Guid linkId, string key, string code) => Mac(linkId, key, "code:" + code);

    private static byte[] Mac(Guid linkId, string key, string text) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{linkId:N}:{text}"));
}
