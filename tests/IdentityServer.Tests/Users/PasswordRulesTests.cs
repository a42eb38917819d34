using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Users;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("", "[blank]user.password")]
    [InlineData("kz9Q#m2", "[tooShort]user.password")]
    [InlineData("🐎🔋📎🐎🔋📎🐎", "[tooShort]user.password")]
    [InlineData("ada.lovelace@example.com", "[containsEmail]user.password")]
    [InlineData("Ada.Lovelace1", "[containsEmail]user.password")]
    [InlineData("CountessOfL", "[containsUsername]user.password")]
    [InlineData("password", "[breachedCommonPassword]user.password")]
    [InlineData("Password1!", "[breachedCommonPassword]user.password")]
    [InlineData("P@ssw0rd", "[breachedCommonPassword]user.password")]
    [InlineData("password123456", "[breachedCommonPassword]user.password")]
    [InlineData("12345678", "[breachedCommonPassword]user.password")]
    [InlineData("87654321", "[breachedCommonPassword]user.password")]
    [InlineData("qwertyuiop", "[breachedCommonPassword]user.password")]
    [InlineData("qwerty123", "[breachedCommonPassword]user.password")]
    [InlineData("1q2w3e4r", "[breachedCommonPassword]user.password")]
    [InlineData("1qaz2wsx", "[breachedCommonPassword]user.password")]
    [InlineData("aaaaaaaaaa", "[breachedCommonPassword]user.password")]
    [InlineData("abcabcabc", "[breachedCommonPassword]user.password")]
    [InlineData("iloveyou", "[breachedCommonPassword]user.password")]
    [InlineData("Summer2026!", "[breachedCommonPassword]user.password")]
    [InlineData("Welcome1234", "[breachedCommonPassword]user.password")]
    [InlineData("adminadmin", "[breachedCommonPassword]user.password")]
    [InlineData("!!!!????", "[breachedCommonPassword]user.password")]
    public void A_password_that_anybody_could_guess_is_refused(string password, string code) =>
        Assert.Equal([code], Check(password).Codes());

    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("kz9Q#m2v")]
    [InlineData("grüne Möhren")]
    [InlineData("пароль-из-тайги")]
    [InlineData("🐎🔋📎🐎🔋📎🐎🔑")]
    [InlineData("dragonfly over the lake")]
    [InlineData("sunshine-4817-window")]
    [InlineData("aaaaaabc")]
    public void Any_other_is_taken_whatever_it_is_made_of(string password) => Assert.Empty(Check(password).Codes());

    [Fact]
    public void Long_passwords_are_taken_whole_up_to_a_bound()
    {
        var words = string.Concat(Enumerable.Range(1, 60).Select(number => $"{number * number}-{(char)('a' + (number * 7 % 26))} "));

        Assert.Empty(Check(words[..PasswordRules.MaxLength]).Codes());
        Assert.Equal(["[tooLong]user.password"], Check(new string('x', PasswordRules.MaxLength + 1)).Codes());
    }

    [Theory]
    [InlineData(0xD800)] // Half a pair.
    [InlineData(0xFFFE)] // No character.
    public void What_is_no_text_is_no_password(int unit) => Assert.Equal(["[invalid]user.password"], Check($"good{(char)unit}password").Codes());

    private static FieldErrors Check(string password)
    {
        var errors = new FieldErrors();
        PasswordRules.Check(password, "ada.lovelace@example.com", "countess", PasswordRules.MinLength, errors);
        return errors;
    }
}
