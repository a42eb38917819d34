using FsCheck;
using FsCheck.Fluent;
using IdentityServer.Users;

namespace IdentityServer.Tests.Users;

public sealed class CanonicalKeyTests
{
    [Theory]
    [InlineData("Ada@Example.COM", "ada@example.com")]
    [InlineData("  ada@example.com ", "ada@example.com")]
    [InlineData("ada@BÜCHER.example", "ada@xn--bcher-kva.example")]
    [InlineData("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example")]
    [InlineData("Jörg@example.com", "jörg@example.com")]
    [InlineData("Jo\u0308rg@example.com", "jörg@example.com")]
    [InlineData("ａｄａ＠example.com", "ada@example.com")]
    [InlineData("\uFB01ona@example.com", "fiona@example.com")]
    [InlineData("a.d.a+shop@example.com", "a.d.a+shop@example.com")]
    [InlineData("o'hara_1-2@sub.example.co.uk", "o'hara_1-2@sub.example.co.uk")]
    [InlineData("田中@example.jp", "田中@example.jp")]
    public void What_is_one_address_has_one_key(string typed, string key) => Assert.Equal(key, CanonicalKey.Email(typed));

    [Theory]
    [InlineData("ada+shop@example.com", "ada@example.com")]
    [InlineData("a.da@example.com", "ada@example.com")]
    [InlineData("ada@example.com", "ada@example.org")]
    public void Plus_tags_dots_and_hosts_tell_addresses_apart(string one, string other) => Assert.NotEqual(CanonicalKey.Email(one), CanonicalKey.Email(other));

    [Theory]
    [InlineData("")]
    [InlineData("ada")]
    [InlineData("@example.com")]
    [InlineData("ada@")]
    [InlineData("ada@example")]
    [InlineData("ada@example..com")]
    [InlineData("ada@-example.com")]
    [InlineData("ada@exa_mple.com")]
    [InlineData("ada@192.168.0.1")]
    [InlineData("ada@example.c")]
    [InlineData("ada@example.com.")]
    [InlineData("ada@@example.com")]
    [InlineData(".ada@example.com")]
    [InlineData("ada.@example.com")]
    [InlineData("a..da@example.com")]
    [InlineData("a da@example.com")]
    [InlineData("\"ada\"@example.com")]
    [InlineData("ada@example.com\r\nBcc: eve@example.com")]
    [InlineData("a\u0000da@example.com")]
    [InlineData("a\u200Bda@example.com")]
    [InlineData("a\u202Eda@example.com")]
    [InlineData("a\u00ADda@example.com")]
    [InlineData("\u0430da@example.com")] // A Cyrillic а among Latin letters.
    [InlineData("\u03BFda@example.com")] // A Greek ο.
    [InlineData("ada, eve@example.com")]
    [InlineData("<ada@example.com>")]
    public void What_is_no_address_or_hides_something_has_no_key(string typed) => Assert.Null(CanonicalKey.Email(typed));

    [Theory]
    [InlineData("Ada", "ada")]
    [InlineData("Ada Lovelace", "ada lovelace")]
    [InlineData("АДА", "ада")]
    [InlineData("ada_1-2.3", "ada_1-2.3")]
    [InlineData("ＡＤＡ", "ada")]
    [InlineData("山田taro", "山田taro")]
    [InlineData("김철수", "김철수")]
    public void User_names_fold_like_addresses(string typed, string key) => Assert.Equal(key, CanonicalKey.Username(typed));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ada@example.com")]
    [InlineData("ada＠example.com")]
    [InlineData("p\u0430ypal")]
    [InlineData("adа")]
    [InlineData("a\tb")]
    [InlineData("a\u2800b")]
    [InlineData("a\u3164b")]
    [InlineData("a\uFE0Fb")]
    [InlineData("\uE000")]
    [InlineData("ада김")]
    public void User_names_do_not_look_like_addresses_or_hide_anything(string typed) => Assert.Null(CanonicalKey.Username(typed));

    [Theory]
    [InlineData(0xD800)] // Half a pair.
    [InlineData(0xDC00)]
    [InlineData(0xFFFE)] // No character.
    public void What_is_no_text_has_no_key(int unit)
    {
        Assert.Null(CanonicalKey.Email($"a{(char)unit}da@example.com"));
        Assert.Null(CanonicalKey.Username($"ada{(char)unit}"));
    }

    [Fact]
    public void A_key_s_key_is_itself() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<string>(),
            text => (CanonicalKey.Username(text ?? "") is not { } name || CanonicalKey.Username(name) == name)
                && (CanonicalKey.Email((text ?? "") + "@Example.com") is not { } email || CanonicalKey.Email(email) == email))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5000));

    [Fact]
    public void Every_letter_folds_to_something_that_folds_to_itself()
    {
        for (var codePoint = 0; codePoint <= 0x2FFFF; codePoint++)
        {
            if (codePoint is >= 0xD800 and <= 0xDFFF)
            {
                continue;
            }

            if (CanonicalKey.Username(char.ConvertFromUtf32(codePoint)) is { } key)
            {
                Assert.Equal(key, CanonicalKey.Username(key));
            }
        }
    }
}
