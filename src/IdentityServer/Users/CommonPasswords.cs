using System.Collections.Frozen;

namespace IdentityServer.Users;

/// <summary>
/// The passwords that are tried first: a common word with the usual substitutions and trimmings, walks over the keyboard or the
/// alphabet, and repetitions. A rule instead of a list of millions: it names what the top of every such list is made of.
/// </summary>
internal static class CommonPasswords
{
    private const int ShortestWalk = 3;
    private const int Trimmings = 5;

    private static readonly FrozenSet<string> Words = """
        123 abc abc123 abcabc access account action adidas admin administrator adobe agent airborne alaska albert alex alexander alexis alice
        allison allstar amanda amber america american anakin andrea andrew android angel angela angels animal anthony apache apollo apple apples
        april archer arsenal arthur asdf ashley august austin autumn awesome azerty babe baby babygirl backup badboy bailey banana banane
        bandit barcelona barney baseball basketball batman beach bear beautiful beauty beaver benfica benjamin berlin bigdaddy bigdog billy
        bingo biteme black blackberry blessed blink blizzard blonde blowfish blue bluebird bond booboo boomer boston boxer brandon
        brandy brasil braves brazil brian brooklyn brother bubba bubbles buddy bulldog buster butter butterfly calvin camaro camera
        canada captain carlos carmen caroline carolina casper cassie celtic center champion changeit changeme charles charlie charlotte cheese
        chelsea cherry chester chevy chicago chicken chocolate chris christian christine cisco claire classic clinton coffee college
        colorado computer consumer cookie cooper corvette country courage cowboy cowboys crystal cuddles daddy dakota dallas dancer daniel
        danielle danny darling david dear december default demo dennis desire destiny dexter diablo diamond digital dinosaur
        disney doctor dolphin dolphins domain donald dragon dragonball dream dreams eagle eagles eclipse edward einstein elephant elizabeth
        email emily eminem emma enter enterprise eric estrella eternal europe evolution extreme facebook faith falcon family fantasy fashion
        father february felix fender ferrari finance fire firebird fish fishing flamingo florida flower flowers fluffy football
        forest forever formula france francis frank frankie franklin freddy free freedom friday friend friends frog fuckoff fuckyou
        future galaxy games gandalf garden garfield gateway gemini general genesis george georgia german germany giants ginger girl glory
        goldfish golden goldie golf golfer good google gordon grace grandma green greenday guest guitar gunner hallo hammer hannah happy
        harley harmony harrison harry harvey hawaii heart heaven hector helena hello hellokitty helpme henry hercules hockey holiday hollywood
        home honda honey horses hotdog hotmail hottie house houston howard hunter hunting icecream identity iloveu iloveyou
        iloveyousomuch inferno infinity inside instagram internet ireland ironman isabella isabelle italia jackie jackson jaguar jakarta
        james january jasmine jason jasper jennifer jenny jeremy jessica jessie jesus jesuschrist johnny johnson jonathan jordan jordan23 joseph
        joshua juice julian julie july june junior jupiter justice justin karate katie keeper kelly kennedy kevin killer king kingdom kitten
        kitty knight kristina lakers laura lauren leather legend leonardo letmein liberty library lifetime light lightning lincoln linkedin
        linux lion little liverpool logan login london lord louise love loveme lover lovely loveyou lucky machine madison maggie magic mama
        manager manchester mannheim marcus margaret maria mario marina marine market marlboro marley marshall martha martin marvin master
        matrix matthew maverick maximus maxwell melanie melissa member mercedes mercury merlin message metallica mexico michael michelle
        mickey microsoft midnight miller mine minecraft miracle missy mobile modem mohammed molly monday money monica monkey monster montana
        morgan morning mother motorola mountain movies mozart muffin muhammad murphy music mustang myspace naruto nascar natalie natasha nathan
        naughty ncc1701 nelson network newyork nicholas nicole ninja nintendo nirvana nissan nobody nothing november nugget number
        october office oliver olivia online orange oracle orlando pa55word pacific packers paladin pamela panda panther papa paradise
        parker parola pass passe passer passion passport passw0rd password passwort patches patricia patrick peace peaches peanut pebbles
        penelope penguin pepper peter phantom phoenix picture pierre pineapple pirate player please pokemon police porsche portugal power
        powers precious prince princess private profile project promise puppy purple qazwsx queen qwer qwert qwerty qwertz rabbit
        rachel raiders rainbow rammstein random ranger rangers raymond real rebecca redskins redsox redwings remember research richard robert robin
        rocket rocky ronaldo root rosebud roses royal russia sabrina saints salasana salomon samantha samsung samuel sandra santiago saturn
        sebastian scarface school scooby scorpion scott secret security senha september serenity service shadow shannon sharon sheldon
        shelby sierra silver simple simpsons skippy skywalker slayer slipknot smokey snoopy snowball soccer soleil solution sophia sophie
        spanky sparky spartan special spider spiderman spirit spring sprite standard stanley star starlight stars startrek starwars steelers
        stella stephanie steven strawberry student success sugar summer sunday sundevil sunflower sunny sunset sunshine super superman
        superstar support surfer susan sweet sweetheart sweetie sweetpea swordfish sydney system tamara taylor teacher teddy tennis
        tequila test teste tester testing testpass testtest texas thailand theman thomas thunder thursday thx1138 tiffany tiger tigers tigger
        time timothy tinkerbell titanic tommy toronto toyota travel travis trinity trouble trustno turtle tweety twilight twitter united
        universe unknown user username valentina valentine vampire vanessa vegas veronica victor victoria victory viking vincent violet
        virginia vision volkswagen voyager warcraft warrior wednesday weed welcome welcometo werewolf whatever white wilson wildcat william
        willie window windows windsurf winner winnie winston winter wizard wolf wolverine wolves woman wonder worship xavier xbox yamaha
        yankee yankees yellow yvonne zachary zaq zidane zxcv zxcvbn zxcvbnm
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] Walks = Both(
        "01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm",
        "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "q1w2e3r4t5y6u7i8o9p0", "147258369",
        "!@#$%^&*()", "1a2b3c4d5e6f7g8h9i");

    /// <summary>Whether this password is one of those.</summary>
    public static bool Contains(string password)
    {
        var lower = password.ToLowerInvariant();
        return IsWalk(lower) || IsRepetition(lower) || IsWord(lower);
    }

    // password, Password1!, p@ssw0rd2024, 123admin123.
    private static bool IsWord(ReadOnlySpan<char> lower)
    {
        var core = lower.TrimEnd("0123456789!?.-_#*$@+ ").TrimStart("0123456789!?.-_#*+ ");
        var trimmings = lower.Length - core.Length;
        if (core.Length == 0 || (trimmings > Trimmings && !IsWalk(lower[(lower.IndexOf(core, StringComparison.Ordinal) + core.Length)..])))
        {
            return IsListed(lower);
        }

        return IsListed(core) || IsListed(lower);
    }

    private static bool IsListed(ReadOnlySpan<char> text)
    {
        Span<char> plain = stackalloc char[PasswordRules.MaxLength];
        plain = plain[..text.Length];
        for (var index = 0; index < text.Length; index++)
        {
            plain[index] = text[index] switch { '@' or '4' => 'a', '0' => 'o', '1' or '!' => 'i', '3' => 'e', '$' or '5' => 's', '7' => 't', var other => other };
        }

        var words = Words.GetAlternateLookup<ReadOnlySpan<char>>();
        if (words.Contains(text) || words.Contains(plain))
        {
            return true;
        }

        // Two of them in a row: iloveyoubaby, monkeydragon, adminadmin.
        for (var split = 1; split < text.Length; split++)
        {
            if (words.Contains(plain[..split]) && words.Contains(plain[split..]))
            {
                return true;
            }
        }

        return false;
    }

    // 12345678, qwerty123, abcd4321: the whole made of runs along a row, up or down.
    private static bool IsWalk(ReadOnlySpan<char> text)
    {
        while (text.Length >= ShortestWalk)
        {
            var run = 0;
            foreach (var walk in Walks)
            {
                var length = ShortestWalk;
                while (length <= text.Length && walk.AsSpan().Contains(text[..length], StringComparison.Ordinal))
                {
                    run = Math.Max(run, length++);
                }
            }

            if (run == 0)
            {
                return false;
            }

            text = text[run..];
        }

        return text.Length == 0;
    }

    // aaaaaaaa, abcabcabc, !!!!????: a unit of up to four characters over and over, or two characters in any order.
    private static bool IsRepetition(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAnyExcept(text[0], text[^1]))
        {
            return true;
        }

        for (var unit = 1; unit <= Math.Min(4, text.Length / 2); unit++)
        {
            if (text[unit..].SequenceEqual(text[..^unit]))
            {
                return true;
            }
        }

        return false;
    }

    private static string[] Both(params string[] walks) =>
        [.. walks, .. walks.Select(walk => new string([.. walk.Reverse()]))];
}
