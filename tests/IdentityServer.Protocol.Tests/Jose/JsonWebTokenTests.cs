using System.Buffers.Text;
using System.Text;

namespace IdentityServer.Protocol.Tests;

public class JsonWebTokenTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly SigningKey Key = SigningKey.Create(JwsAlgorithm.ES256);
    private static readonly JsonWebKeySet Keys = new([Key.PublicKey]);

    public static TheoryData<string> Algorithms => [.. JwsAlgorithm.Names];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void What_one_algorithm_signs_it_verifies(string name)
    {
        using var key = SigningKey.Create(JwsAlgorithm.Find(name)!);
        var compact = JsonWebToken.Sign(key, TokenTypes.IdToken, IdToken());

        var token = compact.Verified(new JsonWebKeySet([key.PublicKey]), TokenTypes.IdToken, [name]);

        Assert.Equal("user", token.GetString("sub"));
        Assert.Equal($$"""{"alg":"{{name}}","typ":"JWT","kid":"{{key.KeyId}}"}""", token.Header.GetRawText());
    }

    [Fact]
    public void A_changed_character_anywhere_is_noticed()
    {
        var compact = JsonWebToken.Sign(Key, TokenTypes.IdToken, IdToken());

        for (var i = 0; i < compact.Length; i++)
        {
            var changed = compact[..i] + (compact[i] == 'A' ? 'B' : 'A') + compact[(i + 1)..];
            Assert.True(JsonWebToken.Verify(changed, Keys, TokenTypes.IdToken, JwsAlgorithm.Names).Failed(out _, out _), $"character {i}");
        }
    }

    [Theory]
    [InlineData("", "access_token_malformed")]
    [InlineData("a.b", "access_token_malformed")]
    [InlineData("e30.e30", "access_token_malformed")]
    [InlineData("e30.e30.", "access_token_malformed")]
    [InlineData("e30.e30.AA.AA", "access_token_malformed")]
    [InlineData("e30=.e30.AA", "access_token_malformed")]
    [InlineData("W10.e30.AA", "access_token_malformed")]
    [InlineData("e30.W10.AA", "access_token_malformed")]
    [InlineData("e3 0.e30.AA", "access_token_malformed")]
    [InlineData("e30.e31.AA", "access_token_malformed")]
    [InlineData("e30.e30.AA", "access_token_invalid")]
    public void What_is_not_a_token_is_refused(string compact, string reason) =>
        JsonWebToken.Verify(compact, Keys, null, JwsAlgorithm.Names).Refused(Errors.InvalidToken, reason);

    [Theory]
    [InlineData("""{"alg":"none"}""")]
    [InlineData("""{"alg":"None"}""")]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"alg":"RS256"}""")]
    [InlineData("""{"alg":["ES256"]}""")]
    [InlineData("""{"alg":"ES256","crit":["exp"]}""")]
    [InlineData("""{"alg":"ES256","kid":"another"}""")]
    [InlineData("""{"alg":"ES256","kid":7}""")]
    [InlineData("""{"alg":"ES256","alg":"ES256"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"ES256"}""")]
    public void A_header_chooses_neither_key_nor_algorithm_nor_kind(string header) =>
        Assert.True(JsonWebToken.Verify(SignRaw(header, "{}"), Keys, TokenTypes.IdToken, JwsAlgorithm.Names).Failed(out _, out _));

    [Theory]
    [InlineData("""{"alg":"ES256","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","typ":"jwt","jku":"https://elsewhere.example/keys","zip":"DEF"}""")]
    [InlineData("""{"typ":"application/JWT","alg":"ES256"}""")]
    public void A_header_that_agrees_is_accepted(string header) =>
        SignRaw(header, "{}").Verified(Keys, TokenTypes.IdToken, [JwsAlgorithm.ES256.Name]);

    [Fact]
    public void An_algorithm_that_is_not_allowed_here_is_refused() =>
        JsonWebToken.Verify(JsonWebToken.Sign(Key, TokenTypes.IdToken, IdToken()), Keys, TokenTypes.IdToken, ["RS256"])
            .Refused(Errors.InvalidToken, "access_token_invalid");

    [Fact]
    public void A_claim_that_stands_twice_is_refused() =>
        JsonWebToken.Verify(SignRaw("""{"alg":"ES256","typ":"JWT"}""", """{"sub":"a","sub":"b"}"""), Keys, TokenTypes.IdToken, JwsAlgorithm.Names)
            .Refused(Errors.InvalidToken, "access_token_malformed");

    [Fact]
    public void A_token_beyond_the_limit_is_refused_before_it_is_decoded() =>
        JsonWebToken.Verify(new string('A', JsonWebToken.MaxLength + 1), Keys, null, JwsAlgorithm.Names)
            .Refused(Errors.InvalidToken, "access_token_malformed");

    [Fact]
    public void A_header_beyond_its_limit_is_refused() =>
        JsonWebToken.Verify(SignRaw($$"""{"alg":"ES256","x":"{{new string('x', 2048)}}"}""", "{}"), Keys, null, JwsAlgorithm.Names)
            .Refused(Errors.InvalidToken, "access_token_malformed");

    internal static string SignRaw(string header, string payload, SigningKey? key = null)
    {
        key ??= Key;
        var signed = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        var signature = new byte[key.SignatureLength];
        key.Sign(Encoding.ASCII.GetBytes(signed), signature);
        return signed + "." + Base64Url.EncodeToString(signature);
    }

    private static IdTokenClaims IdToken() =>
        new() { Issuer = "https://id.example", Subject = "user", ClientId = "client", IssuedAt = Now, ExpiresAt = Now.AddHours(1) };
}
