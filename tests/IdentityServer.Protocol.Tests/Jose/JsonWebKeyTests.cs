using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace IdentityServer.Protocol.Tests;

public class JsonWebKeyTests
{
    private const string X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    private const string Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    public static TheoryData<string> Algorithms => [.. JwsAlgorithm.Names];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_key_of_ours_is_published_as_it_is_read(string algorithm)
    {
        using var key = SigningKey.Create(JwsAlgorithm.Find(algorithm)!);
        var bytes = new JsonWebKeySet([key.PublicKey]).ToUtf8Bytes();

        var read = JsonWebKeySet.Parse(bytes).Value().Keys.Single();

        Assert.Equal((key.KeyId, "sig", algorithm), (read.KeyId, read.Use, read.Algorithm));
        Assert.Equal(key.KeyId, read.Thumbprint());
    }

    [Fact]
    public void Only_public_members_are_published()
    {
        using var rsa = SigningKey.Create(JwsAlgorithm.RS256, "r");
        using var ec = SigningKey.Create(JwsAlgorithm.ES256, "e");

        using var json = JsonDocument.Parse(new JsonWebKeySet([rsa.PublicKey, ec.PublicKey]).ToUtf8Bytes());
        var keys = json.RootElement.GetProperty("keys");

        Assert.Equal(["alg", "e", "kid", "kty", "n", "use"], keys[0].EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], keys[1].EnumerateObject().Select(member => member.Name).Order());
    }

    [Theory]
    [InlineData("[]", "A key must be a JSON object.")]
    [InlineData("{}", "The kty of a key must be RSA or EC.")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AA"}""", "The kty of a key must be RSA or EC.")]
    [InlineData("""{"kty":["EC"]}""", "The kty of a key must be RSA or EC.")]
    [InlineData("""{"kty":"EC","kty":"EC"}""", "The key is not valid JSON.")]
    [InlineData("""{"kty":"EC","kid":"\ud800"}""", "The key is not valid JSON.")]
    [InlineData("""{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}""", "The crv of an EC key must be P-256, P-384 or P-521.")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""", "An EC key needs x and y in base64url, of the full length that its curve has.")]
    [InlineData("""{"kty":"EC","crv":"P-384","x":"$X","y":"$Y"}""", "An EC key needs x and y in base64url, of the full length that its curve has.")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"$X=","y":"$Y"}""", "An EC key needs x and y in base64url, of the full length that its curve has.")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"$X","y":"$X"}""", "The values of a key do not make a valid key.")]
    [InlineData("""{"kty":"RSA","n":"AA"}""", "An RSA key needs n and e in base64url, without leading zero bytes.")]
    public void A_key_that_is_none_is_refused(string json, string description) =>
        Parse(json.Replace("$X", X, StringComparison.Ordinal).Replace("$Y", Y, StringComparison.Ordinal))
            .Refused("invalid_client_metadata", "invalid_jwks", description);

    [Theory]
    [InlineData(1024, "AQAB", "An RSA key must have 2048 to 8192 bits.")]
    [InlineData(2040, "AQAB", "An RSA key must have 2048 to 8192 bits.")]
    [InlineData(8200, "AQAB", "An RSA key must have 2048 to 8192 bits.")]
    [InlineData(2048, "AQ", "The exponent of an RSA key must be odd, above 1 and of at most four bytes.")]
    [InlineData(2048, "AQAC", "The exponent of an RSA key must be odd, above 1 and of at most four bytes.")]
    [InlineData(2048, "AQAAAAE", "The exponent of an RSA key must be odd, above 1 and of at most four bytes.")]
    [InlineData(2048, "AAEAAQ", "An RSA key needs n and e in base64url, without leading zero bytes.")]
    public void A_weak_RSA_key_is_refused(int bits, string exponent, string description)
    {
        var modulus = RandomNumberGenerator.GetBytes(bits / 8);
        modulus[0] |= 0x80;
        modulus[^1] |= 1;

        Parse($$"""{"kty":"RSA","n":"{{Base64Url.EncodeToString(modulus)}}","e":"{{exponent}}"}""")
            .Refused("invalid_client_metadata", "invalid_jwks", description);
    }

    [Fact]
    public void A_modulus_of_2047_bits_in_256_bytes_is_refused()
    {
        var modulus = RandomNumberGenerator.GetBytes(256);
        modulus[0] = 0x7f;

        Parse($$"""{"kty":"RSA","n":"{{Base64Url.EncodeToString(modulus)}}","e":"AQAB"}""")
            .Refused("invalid_client_metadata", "invalid_jwks", "An RSA key must have 2048 to 8192 bits.");
    }

    [Theory]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"$X","y":"$Y","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}""")]
    [InlineData("""{"kty":"RSA","n":"AA","e":"AQAB","p":"AA"}""")]
    [InlineData("""{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMko"}""")]
    public void A_private_key_refuses_the_whole_set(string json)
    {
        const string good = """{"kty":"EC","crv":"P-256","x":"$X","y":"$Y"}""";
        var set = $$"""{"keys":[{{good}},{{json}}]}""".Replace("$X", X, StringComparison.Ordinal).Replace("$Y", Y, StringComparison.Ordinal);

        JsonWebKeySet.Parse(Encoding.UTF8.GetBytes(set)).Refused("invalid_client_metadata", "private_key");
    }

    [Fact]
    public void Keys_that_are_not_understood_are_skipped()
    {
        var set = $$"""{"keys":[{"kty":"OKP"},7,{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}","kid":"a"}],"more":1}""";

        Assert.Equal("a", JsonWebKeySet.Parse(JsonElement.Parse(set)).Value().Keys.Single().KeyId);
    }

    [Theory]
    [InlineData("", "The key set is not valid JSON.")]
    [InlineData("{", "The key set is not valid JSON.")]
    [InlineData("[]", "A key set must be a JSON object with an array named keys.")]
    [InlineData("{}", "A key set must be a JSON object with an array named keys.")]
    [InlineData("""{"keys":{}}""", "A key set must be a JSON object with an array named keys.")]
    public void A_set_that_is_none_is_refused(string json, string description) =>
        JsonWebKeySet.Parse(Encoding.UTF8.GetBytes(json)).Refused("invalid_client_metadata", "invalid_jwks", description);

    [Fact]
    public void A_set_has_an_end()
    {
        var set = $$"""{"keys":[{{string.Join(',', Enumerable.Repeat("{}", 101))}}]}""";

        JsonWebKeySet.Parse(Encoding.UTF8.GetBytes(set)).Refused("invalid_client_metadata", "invalid_jwks", "A key set has at most 100 keys.");
    }

    [Fact]
    public void A_key_is_found_by_its_name_or_because_it_is_the_only_one()
    {
        using var one = SigningKey.Create(JwsAlgorithm.ES256, "one");
        using var two = SigningKey.Create(JwsAlgorithm.ES256, "two");
        using var rsa = SigningKey.Create(JwsAlgorithm.RS256, "one");
        var keys = new JsonWebKeySet([one.PublicKey, two.PublicKey, rsa.PublicKey]);

        Assert.Same(two.PublicKey, keys.Find("two", JwsAlgorithm.ES256));
        Assert.Same(one.PublicKey, keys.Find("one", JwsAlgorithm.ES256));
        Assert.Same(rsa.PublicKey, keys.Find(null, JwsAlgorithm.RS256));
        Assert.Null(keys.Find(null, JwsAlgorithm.ES256));
        Assert.Null(keys.Find("three", JwsAlgorithm.ES256));
        Assert.Null(new JsonWebKeySet([one.PublicKey, one.PublicKey]).Find("one", JwsAlgorithm.ES256));
    }

    [Fact]
    public void A_key_without_alg_fits_the_algorithms_of_its_type_and_curve()
    {
        var ec = Parse($$"""{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}"}""").Value();
        using var signer = SigningKey.Create(JwsAlgorithm.RS256);
        var parameters = new JsonWebKeySet([signer.PublicKey]).ToUtf8Bytes();
        var modulus = JsonElement.Parse(parameters).GetProperty("keys")[0].GetProperty("n").GetString();
        var rsa = Parse($$"""{"kty":"RSA","n":"{{modulus}}","e":"AQAB"}""").Value();

        Assert.Equal(["ES256"], JwsAlgorithm.All.Where(ec.Fits).Select(algorithm => algorithm.Name));
        Assert.Equal(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"], JwsAlgorithm.All.Where(rsa.Fits).Select(algorithm => algorithm.Name));
    }

    // RFC 7518 §3.4: R and S have exactly the length of the curve.
    [Fact]
    public void A_signature_with_longer_numbers_is_refused()
    {
        using var key = SigningKey.Create(JwsAlgorithm.ES256);
        var signature = new byte[64];
        key.Sign("text"u8, signature);

        Assert.True(key.PublicKey.Verify(JwsAlgorithm.ES256, "text"u8, signature));
        Assert.False(key.PublicKey.Verify(JwsAlgorithm.ES256, "text"u8, [0, .. signature[..32], 0, .. signature[32..]]));
    }

    [Fact]
    public void Base64url_has_one_spelling_for_each_value()
    {
        Prop.ForAll<byte[]>(bytes => Base64UrlText.Decode(Base64Url.EncodeToString(bytes))!.SequenceEqual(bytes)).QuickCheckThrowOnFailure();
        Prop.ForAll(
            Gen.Elements([.. "ABCDwxyz0129-_=+/ \n"]).ArrayOf().Select(characters => new string(characters)).ToArbitrary(),
            text => Base64UrlText.Decode(text) is not { } bytes || Base64Url.EncodeToString(bytes) == text).QuickCheckThrowOnFailure();
    }

    private static OAuthResult<JsonWebKey> Parse(string json) => JsonWebKey.Parse(JsonElement.Parse(json));
}
