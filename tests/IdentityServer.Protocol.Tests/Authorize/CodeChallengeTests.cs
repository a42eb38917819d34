namespace IdentityServer.Protocol.Tests;

public class CodeChallengeTests
{
    // RFC 7636 Appendix B
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    [Fact]
    public void The_example_of_RFC_7636_verifies()
    {
        Assert.True(CodeChallenge.IsWellFormed(Challenge));
        Assert.True(CodeChallenge.Verify(Challenge, "S256", Verifier));
        Assert.Null(CodeChallenge.Check(Challenge, "S256", Verifier));
    }

    [Theory]
    [InlineData("plain", Verifier)]
    [InlineData("s256", Verifier)]
    [InlineData("S256", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK")]
    [InlineData("S256", "")]
    [InlineData("S256", Challenge)]
    public void Another_verifier_or_method_does_not(string method, string verifier) =>
        CodeChallenge.Check(Challenge, method, verifier).Is(
            "invalid_grant", "invalid_pkce_code_verifier", "The code_verifier does not match the code_challenge of the authorization request.");

    [Fact]
    public void Plain_does_not_verify_even_where_both_are_equal() => Assert.False(CodeChallenge.Verify(Challenge, "plain", Challenge));

    [Theory]
    [InlineData(42, false)]
    [InlineData(43, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void A_verifier_has_43_to_128_characters(int length, bool verifies)
    {
        var verifier = new string('a', length);
        var challenge = System.Buffers.Text.Base64Url.EncodeToString(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(verifier)));

        Assert.Equal(verifies, CodeChallenge.Verify(challenge, "S256", verifier));
    }

    [Theory]
    [InlineData("é")]
    [InlineData(" ")]
    [InlineData("+")]
    [InlineData("\n")]
    public void A_verifier_has_unreserved_characters_only(string character)
    {
        var verifier = new string('a', 43) + character;
        var challenge = System.Buffers.Text.Base64Url.EncodeToString(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(verifier)));

        Assert.False(CodeChallenge.Verify(challenge, "S256", verifier));
    }

    [Fact]
    public void A_challenged_code_needs_its_verifier() =>
        CodeChallenge.Check(Challenge, "S256", null).Is(
            "invalid_grant", "missing_code_verifier", "The code was requested with a code_challenge; its code_verifier is missing.");

    [Fact]
    public void A_code_that_was_not_challenged_takes_no_verifier()
    {
        Assert.Null(CodeChallenge.Check(null, null, null));
        CodeChallenge.Check(null, null, Verifier).Is("invalid_grant", "invalid_pkce_code_verifier");
    }
}
