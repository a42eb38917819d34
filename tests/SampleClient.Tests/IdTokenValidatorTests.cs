using System.Text.Json.Nodes;

namespace SampleClient.Tests;

/// <summary>One good token, and what becomes of it when one thing about it is bent.</summary>
public sealed class IdTokenValidatorTests
{
    private const string Issuer = "https://login.example.com";
    private const string ClientId = "shop";
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly IdTokenForge Forge = new();
    private static readonly IdTokenExpectation Expected = new(Issuer, ClientId, "nonce", NonceRequired: true, IdTokenForge.AccessToken, Now);

    [Theory]
    [InlineData("RS256", "rsa")]
    [InlineData("ES256", "ec")]
    public void A_good_token_is_accepted(string alg, string kid) =>
        Assert.Equal("ada", Validate(Forge.Sign(Claims(), alg, kid)).GetProperty("sub").GetString());

    [Theory]
    [InlineData("iss", "\"https://login.example.com/\"", "iss")]
    [InlineData("iss", null, "iss")]
    [InlineData("aud", "\"another\"", "aud")]
    [InlineData("aud", "[\"shop\",\"another\"]", "aud")]
    [InlineData("aud", "[]", "aud")]
    [InlineData("aud", "[1]", "aud")]
    [InlineData("aud", null, "aud")]
    [InlineData("azp", "\"another\"", "azp")]
    [InlineData("azp", "1", "azp")]
    [InlineData("exp", "1767268790", "exp")] // ten seconds ago
    [InlineData("exp", "\"1767272400\"", "exp")]
    [InlineData("exp", null, "exp")]
    [InlineData("exp", "1e300", "exp")]
    [InlineData("iat", "1767268811", "iat")] // eleven seconds ahead
    [InlineData("iat", null, "iat")]
    [InlineData("nonce", "\"another\"", "nonce")]
    [InlineData("nonce", "1", "nonce")]
    [InlineData("nonce", null, "nonce")]
    [InlineData("sub", "\"\"", "sub")]
    [InlineData("sub", "1", "sub")]
    [InlineData("sub", null, "sub")]
    [InlineData("at_hash", "\"AAAAAAAAAAAAAAAAAAAAAA\"", "at_hash")]
    [InlineData("at_hash", "null", "at_hash")]
    public void A_token_with_a_bent_claim_is_refused(string claim, string? json, string reason)
    {
        var claims = Claims();
        claims.Remove(claim);
        if (json is not null)
            claims[claim] = JsonNode.Parse(json);
        Refuses(Forge.Sign(claims), reason);
    }

    [Theory]
    [InlineData("aud", "[\"shop\"]")]
    [InlineData("azp", "\"shop\"")]
    [InlineData("exp", "1767268791")] // within the tolerance for clocks
    [InlineData("iat", "1767268810")]
    [InlineData("at_hash", null)]
    public void A_token_at_the_edge_is_accepted(string claim, string? json)
    {
        var claims = Claims();
        claims.Remove(claim);
        if (json is not null)
            claims[claim] = JsonNode.Parse(json);
        Validate(Forge.Sign(claims));
    }

    [Theory]
    [InlineData("none", "rsa")]
    [InlineData("HS256", "rsa")]
    [InlineData("PS256", "rsa")]
    [InlineData("ES256", "rsa")]
    [InlineData("RS256", "ec")]
    [InlineData("RS256", "sealing")]
    [InlineData("RS256", "unknown")]
    [InlineData("RS256", null)]
    public void The_token_does_not_choose_how_it_is_checked(string alg, string? kid) =>
        Assert.Throws<LoginRefusedException>(() => Validate(Forge.Sign(Claims(), alg, kid)));

    [Fact]
    public void A_changed_token_is_refused()
    {
        var parts = Forge.Sign(Claims()).Split('.');
        var other = Forge.Sign(Claims("another user")).Split('.');
        Refuses($"{parts[0]}.{other[1]}.{parts[2]}", "signature");
    }

    [Fact]
    public void An_extension_that_must_be_understood_is_refused() =>
        Refuses(Forge.Sign(Claims(), header: new() { ["crit"] = new JsonArray("b64"), ["b64"] = false }), "crit");

    [Fact]
    public void A_claim_that_stands_twice_is_refused()
    {
        var payload = Claims().ToJsonString();
        Refuses(Forge.Sign(new() { ["alg"] = "RS256", ["kid"] = "rsa" }, payload[..^1] + ",\"sub\":\"eve\"}"), "JSON");
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a.b")]
    [InlineData("a.b.c.d.e")]
    [InlineData("W10.W10.")]
    [InlineData("!.!.!")]
    public void What_is_no_token_is_refused(string text) => Assert.Throws<LoginRefusedException>(() => Validate(text));

    [Fact]
    public void A_refreshed_token_may_leave_the_nonce_out_but_not_change_it()
    {
        var claims = Claims();
        claims.Remove("nonce");
        IdTokenValidator.Validate(Forge.Sign(claims), Forge.KeyElements, Expected with { NonceRequired = false });
        claims["nonce"] = "another";
        Assert.Throws<LoginRefusedException>(() =>
            IdTokenValidator.Validate(Forge.Sign(claims), Forge.KeyElements, Expected with { NonceRequired = false }));
    }

    private static JsonObject Claims(string subject = "ada")
    {
        var claims = IdTokenForge.Claims(Issuer, ClientId, "nonce", Now);
        claims["sub"] = subject;
        return claims;
    }

    private static System.Text.Json.JsonElement Validate(string token) => IdTokenValidator.Validate(token, Forge.KeyElements, Expected);

    private static void Refuses(string token, string reason) =>
        Assert.Contains(reason, Assert.Throws<LoginRefusedException>(() => Validate(token)).Detail, StringComparison.Ordinal);
}
