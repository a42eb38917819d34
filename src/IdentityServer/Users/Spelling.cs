using System.Globalization;
using System.Text;

namespace IdentityServer.Users;

/// <summary>
/// Tells honest names from those made to look like another: no control or invisible characters, and no mix of scripts beyond
/// those that people write together (Unicode Technical Standard 39 §5.2, "highly restrictive").
/// </summary>
internal static class Spelling
{
    // Where the scripts that are in wide use stand. What is in none of these counts as a script of its own per block of 128.
    private static readonly (int First, int Last, Script Script)[] Ranges =
    [
        (0x0041, 0x024F, Script.Latin), (0x0250, 0x02AF, Script.Latin), (0x1D00, 0x1DBF, Script.Latin), (0x1E00, 0x1EFF, Script.Latin),
        (0x2C60, 0x2C7F, Script.Latin), (0xA720, 0xA7FF, Script.Latin), (0xAB30, 0xAB6F, Script.Latin),
        (0x0370, 0x03FF, Script.Greek), (0x1F00, 0x1FFF, Script.Greek),
        (0x0400, 0x052F, Script.Cyrillic), (0x1C80, 0x1C8F, Script.Cyrillic), (0x2DE0, 0x2DFF, Script.Cyrillic), (0xA640, 0xA69F, Script.Cyrillic),
        (0x0530, 0x058F, Script.Armenian), (0x0590, 0x05FF, Script.Hebrew),
        (0x0600, 0x06FF, Script.Arabic), (0x0750, 0x077F, Script.Arabic), (0x0870, 0x08FF, Script.Arabic),
        (0x1100, 0x11FF, Script.Hangul), (0x3130, 0x318F, Script.Hangul), (0xA960, 0xA97F, Script.Hangul), (0xAC00, 0xD7FF, Script.Hangul),
        (0x3040, 0x309F, Script.Kana), (0x30A0, 0x30FF, Script.Kana), (0x31F0, 0x31FF, Script.Kana),
        (0x3100, 0x312F, Script.Bopomofo), (0x31A0, 0x31BF, Script.Bopomofo),
        (0x3005, 0x3007, Script.Han), (0x3400, 0x4DBF, Script.Han), (0x4E00, 0x9FFF, Script.Han), (0xF900, 0xFAFF, Script.Han), (0x20000, 0x3FFFF, Script.Han),
    ];

    // Letters and marks by their category, and blank to the eye: fillers, joiners, selectors.
    private static readonly (int First, int Last)[] Blank =
    [
        (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF),
    ];

    private static readonly Script[] WrittenTogether =
    [
        Script.Latin | Script.Han | Script.Kana, Script.Latin | Script.Han | Script.Hangul, Script.Latin | Script.Han | Script.Bopomofo,
    ];

    [Flags]
    private enum Script
    {
        None = 0,
        Latin = 1,
        Greek = 2,
        Cyrillic = 4,
        Armenian = 8,
        Hebrew = 16,
        Arabic = 32,
        Hangul = 64,
        Kana = 128,
        Bopomofo = 256,
        Han = 512,
        Other = 1024,
    }

    /// <summary>Whether every surrogate has its partner and none is a noncharacter, so that the text can be normalised at all.</summary>
    public static bool IsWellFormed(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] is '\uFFFE' or '\uFFFF')
            {
                return false;
            }

            if (!char.IsSurrogate(text[index]))
            {
                continue;
            }

            if (index + 1 == text.Length || !char.IsSurrogatePair(text[index], text[++index]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the text can be stored and shown as one line: well-formed and free of control characters.</summary>
    public static bool IsOneLine(string text) => IsWellFormed(text) && !text.Any(char.IsControl);

    /// <summary>Whether a name shows all that it is.</summary>
    public static bool IsPlain(ReadOnlySpan<char> name)
    {
        var scripts = Script.None;
        var otherBlock = -1;
        foreach (var rune in name.EnumerateRunes())
        {
            if (!IsVisible(rune))
            {
                return false;
            }

            if (!Rune.IsLetter(rune))
            {
                continue;
            }

            var script = Find(rune.Value);
            if (script is Script.Other)
            {
                var block = rune.Value >> 7;
                if (otherBlock != -1 && otherBlock != block)
                {
                    return false;
                }

                otherBlock = block;
            }

            scripts |= script;
        }

        return int.PopCount((int)scripts) < 2 || Array.Exists(WrittenTogether, together => (scripts & ~together) == Script.None);
    }

    private static bool IsVisible(Rune rune) =>
        rune.Value == ' '
        || (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator)
            && !Array.Exists(Blank, range => rune.Value >= range.First && rune.Value <= range.Last));

    private static Script Find(int codePoint)
    {
        foreach (var (first, last, script) in Ranges)
        {
            if (codePoint >= first && codePoint <= last)
            {
                return script;
            }
        }

        return Script.Other;
    }
}
