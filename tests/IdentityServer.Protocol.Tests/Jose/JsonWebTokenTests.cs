using System.Buffers.Text;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

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
    [InlineData("""{"typ":"JWT","alg":"none"}""", "an algorithm that is not allowed here")]
    [InlineData("""{"typ":"JWT","alg":"None"}""", "an algorithm that is not allowed here")]
    [InlineData("""{"typ":"JWT","alg":"HS256"}""", "an algorithm that is not allowed here")]
    [InlineData("""{"typ":"JWT","alg":"es256"}""", "an algorithm that is not allowed here")]
    [InlineData("""{"typ":"JWT","alg":["ES256"]}""", "an algorithm that is not allowed here")]
    [InlineData("""{"typ":"JWT"}""", "an algorithm that is not allowed here")]
    [InlineData("""{"typ":"JWT","alg":"RS256"}""", "no key, or more than one, fits kid and algorithm")]
    [InlineData("""{"typ":"JWT","alg":"ES384"}""", "no key, or more than one, fits kid and algorithm")]
    [InlineData("""{"typ":"JWT","alg":"ES256","kid":"another"}""", "no key, or more than one, fits kid and algorithm")]
    [InlineData("""{"typ":"JWT","alg":"ES256","kid":7}""", "a kid that is not a string")]
    [InlineData("""{"typ":"JWT","alg":"ES256","crit":["exp"]}""", "the header has crit")]
    [InlineData("""{"typ":"at+jwt","alg":"ES256"}""", "another typ")]
    [InlineData("""{"typ":["JWT"],"alg":"ES256"}""", "another typ")]
    [InlineData("""{"alg":"ES256"}""", "another typ")]
    public void A_header_chooses_neither_key_nor_algorithm_nor_kind(string header, string detail) =>
        Assert.Equal(detail, JsonWebToken.Verify(SignRaw(header, "{}"), Keys, TokenTypes.IdToken, JwsAlgorithm.Names)
            .Refused(Errors.InvalidToken, "access_token_invalid", "The access token is not valid.").Detail);

    [Fact]
    public void A_header_that_says_a_thing_twice_is_refused() =>
        JsonWebToken.Verify(SignRaw("""{"typ":"JWT","alg":"ES256","alg":"ES256"}""", "{}"), Keys, TokenTypes.IdToken, JwsAlgorithm.Names)
            .Refused(Errors.InvalidToken, "access_token_malformed");

    [Fact]
    public void No_bytes_at_all_make_it_fall_over() => Prop.ForAll<byte[], NonNull<string>>((bytes, text) =>
    {
        var any = Base64Url.EncodeToString(bytes);
        var json = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"sub":"{{text.Get}}"}"""));
        var raw = Base64Url.EncodeToString([.. "{\"sub\":\""u8, .. bytes, .. "\"}"u8]);

        JsonWebToken.Parse(text.Get);
        foreach (var segment in new[] { any, json, raw })
        {
            if (JsonWebToken.Parse($"{segment}.{segment}.AA").Succeeded(out var token, out _))
                token.GetString("sub");
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("""{"alg":"ES256","typ":"JWT"}""")]
    [InlineData("""{"alg":"ES256","typ":"jwt","jku":"https://elsewhere.example/keys","zip":"DEF"}""")]
    [InlineData("""{"typ":"application/JWT","alg":"ES256"}""")]
    public void A_header_that_agrees_is_accepted(string header) =>
        SignRaw(header, "{}").Verified(Keys, TokenTypes.IdToken, [JwsAlgorithm.ES256.Name]);

    [Fact]
    public void An_algorithm_that_is_not_allowed_here_is_refused() =>
        Assert.Equal("an algorithm that is not allowed here", JsonWebToken.Verify(JsonWebToken.Sign(Key, TokenTypes.IdToken, IdToken()), Keys, TokenTypes.IdToken, ["RS256"])
            .Refused(Errors.InvalidToken, "access_token_invalid").Detail);

    [Fact]
    public void A_claim_that_stands_twice_is_refused() =>
        JsonWebToken.Verify(SignRaw("""{"alg":"ES256","typ":"JWT"}""", """{"sub":"a","sub":"b"}"""), Keys, TokenTypes.IdToken, JwsAlgorithm.Names)
            .Refused(Errors.InvalidToken, "access_token_malformed");

    [Fact]
    public void A_token_beyond_the_limit_is_refused_before_it_is_decoded() =>
        Assert.Equal("a token of more than 16 KB", JsonWebToken.Verify(new string('A', JsonWebToken.MaxLength + 1), Keys, null, JwsAlgorithm.Names)
            .Refused(Errors.InvalidToken, "access_token_malformed").Detail);

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
