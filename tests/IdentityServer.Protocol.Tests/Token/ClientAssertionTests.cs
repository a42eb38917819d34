using System.Text.Json.Nodes;

namespace IdentityServer.Protocol.Tests;

public class ClientAssertionTests
{
    private const string Issuer = "https://id.example";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private static readonly SigningKey Key = SigningKey.Create(JwsAlgorithm.ES256, "k");

    [Fact]
    public void A_good_assertion_gives_what_must_be_remembered() =>
        Assert.Equal(new ClientAssertion("app", "j1", Now.AddMinutes(2)), Verify().Value());

    [Theory]
    [InlineData("iss", "other")]
    [InlineData("iss", null)]
    [InlineData("sub", "other")]
    [InlineData("sub", null)]
    [InlineData("aud", null)]
    [InlineData("aud", "https://id.example/oauth2/token")]
    [InlineData("aud", "https://id.example/")]
    [InlineData("jti", null)]
    [InlineData("jti", "")]
    [InlineData("exp", null)]
    [InlineData("exp", "1700000120")]
    [InlineData("iat", "1700000000")]
    [InlineData("nbf", "soon")]
    public void One_bent_claim_is_refused(string claim, string? value) => Refused(Verify(claim, value));

    [Fact]
    public void An_assertion_for_other_servers_too_is_refused() =>
        Refused(Verify("aud", new JsonArray(Issuer, "https://other.example")));

    [Fact]
    public void An_audience_list_of_one_is_accepted() => Verify("aud", new JsonArray(Issuer)).Value();

    [Theory]
    [InlineData("exp", -1, false)]
    [InlineData("exp", 0, false)]
    [InlineData("exp", 1, true)]
    [InlineData("exp", 310, true)]
    [InlineData("exp", 311, false)]
    [InlineData("nbf", 10, true)]
    [InlineData("nbf", 11, false)]
    [InlineData("iat", 10, true)]
    [InlineData("iat", 11, false)]
    [InlineData("iat", -3600, true)]
    public void Times_count_with_ten_seconds_of_tolerance_for_the_future(string claim, int seconds, bool accepted)
    {
        var result = Verify(claim, Now.ToUnixTimeSeconds() + seconds);

        if (accepted)
            result.Value();
        else
            Refused(result);
    }

    [Theory]
    [InlineData(1e300)]
    [InlineData(-1.0)]
    [InlineData(253402300800.0)]
    public void A_time_that_there_is_not_is_refused(double time) => Refused(Verify("exp", time));

    [Fact]
    public void A_jti_has_an_end()
    {
        Verify("jti", new string('j', 256)).Value();
        Refused(Verify("jti", new string('j', 257)));
    }

    [Fact]
    public void Another_key_is_refused()
    {
        using var other = SigningKey.Create(JwsAlgorithm.ES256, "k");

        Refused(ClientAssertion.Verify(
            JsonWebTokenTests.SignRaw("""{"alg":"ES256","kid":"k"}""", Good().ToJsonString(), other),
            new JsonWebKeySet([Key.PublicKey]), JwsAlgorithm.Names, "app", Issuer, Now));
    }

    [Fact]
    public void An_algorithm_that_the_client_did_not_register_is_refused() => Refused(ClientAssertion.Verify(
        JsonWebTokenTests.SignRaw("""{"alg":"ES256","kid":"k"}""", Good().ToJsonString(), Key),
        new JsonWebKeySet([Key.PublicKey]), ["PS256"], "app", Issuer, Now));

    private static void Refused(OAuthResult<ClientAssertion> result) =>
        Assert.Equal(401, result.Refused("invalid_client", "invalid_client_authentication", "Client authentication failed.").Status);

    private static JsonObject Good() => new()
    {
        ["iss"] = "app",
        ["sub"] = "app",
        ["aud"] = Issuer,
        ["jti"] = "j1",
        ["exp"] = Now.ToUnixTimeSeconds() + 120,
    };

    private static OAuthResult<ClientAssertion> Verify(string? claim = null, JsonNode? value = null)
    {
        var claims = Good();
        if (claim is not null && value is null)
            claims.Remove(claim);
        else if (claim is not null)
            claims[claim] = value;

        return ClientAssertion.Verify(
            JsonWebTokenTests.SignRaw("""{"alg":"ES256","kid":"k"}""", claims.ToJsonString(), Key),
            new JsonWebKeySet([Key.PublicKey]), JwsAlgorithm.Names, "app", Issuer, Now);
    }
}
