using FsCheck;
using FsCheck.Fluent;

namespace IdentityServer.Protocol.Tests;

public class ClaimsRequestTests
{
    // OpenID Connect Core §5.5
    private const string Example = """
        {
         "userinfo":
          {
           "given_name": {"essential": true},
           "nickname": null,
           "email": {"essential": true},
           "email_verified": {"essential": true},
           "picture": null,
           "http://example.info/claims/groups": null
          },
         "id_token":
          {
           "auth_time": {"essential": true},
           "acr": {"values": ["urn:mace:incommon:iap:silver"] }
          }
        }
        """;

    [Fact]
    public void The_example_of_the_specification_is_understood()
    {
        var claims = ClaimsRequest.Parse(Example).Value();

        Assert.Equal(
            ["given_name", "nickname", "email", "email_verified", "picture", "http://example.info/claims/groups"], claims.UserInfo.Keys);
        Assert.True(claims.UserInfo["email"].Essential);
        Assert.False(claims.UserInfo["nickname"].Essential);
        Assert.True(claims.IdToken["acr"].Accepts("urn:mace:incommon:iap:silver"));
        Assert.False(claims.IdToken["acr"].Accepts("urn:mace:incommon:iap:bronze"));
        Assert.True(claims.IdToken["auth_time"].Accepts("anything"));
    }

    [Fact]
    public void A_single_value_is_a_list_of_one()
    {
        var claims = ClaimsRequest.Parse("""{"id_token":{"sub":{"value":"248289761001"}}}""").Value();

        Assert.True(claims.IdToken["sub"].Accepts("248289761001"));
        Assert.False(claims.IdToken["sub"].Accepts("other"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"userinfo":null,"id_token":{}}""")]
    [InlineData("""{"verified_claims":{"whatever":[1]}}""")]
    [InlineData("""{"userinfo":{"email":{"unknown":1}}}""")]
    public void What_is_not_understood_is_ignored(string json) => ClaimsRequest.Parse(json).Value();

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("email")]
    [InlineData("{} {}")]
    [InlineData("""{"userinfo":[]}""")]
    [InlineData("""{"userinfo":"email"}""")]
    [InlineData("""{"userinfo":{"email":true}}""")]
    [InlineData("""{"userinfo":{"email":{"essential":"true"}}}""")]
    [InlineData("""{"id_token":{"acr":{"values":"mfa"}}}""")]
    [InlineData("""{"userinfo":{"email":null,"email":null}}""")]
    [InlineData("""{"userinfo":{"\ud800":null}}""")]
    [InlineData("""{"id_token":{"acr":{"value":"\udc00"}}}""")]
    [InlineData("""[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]""")]
    public void Anything_else_is_refused(string json) => ClaimsRequest.Parse(json).Refused(
        "invalid_request", "invalid_claims", "The claims parameter is not the JSON object that OpenID Connect Core section 5.5 describes.");

    [Fact]
    public void More_claims_than_there_are_is_refused()
    {
        var names = string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"c{i}\":null"));

        ClaimsRequest.Parse("{\"userinfo\":{" + names + "}}").Refused("invalid_request", "invalid_claims");
    }

    [Fact]
    public void No_text_at_all_makes_it_fall_over() => Prop.ForAll<string>(text =>
    {
        ClaimsRequest.Parse(text);
        ClaimsRequest.Parse($$$"""{"userinfo":{"{{{text}}}":null}}""");
        ClaimsRequest.Parse($$$$"""{"id_token":{"acr":{"value":"{{{{text}}}}"}}}""");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Scopes_release_the_claims_that_the_specification_lists()
    {
        var none = ClaimsRequest.Empty.UserInfo;

        Assert.Empty(ClaimsByScope.Select(ScopeSet.Of(Scopes.OpenId, Scopes.OfflineAccess, "custom"), none));
        Assert.Equal(["email", "email_verified"], ClaimsByScope.Select(ScopeSet.Of(Scopes.Email), none).Order());
        Assert.Equal(["address", "phone_number", "phone_number_verified"], ClaimsByScope.Select(ScopeSet.Of(Scopes.Phone, Scopes.Address), none).Order());
        Assert.Equal(14, ClaimsByScope.Select(ScopeSet.Of(Scopes.Profile), none).Count);
    }

    [Fact]
    public void The_claims_parameter_adds_known_claims_one_by_one()
    {
        var requested = ClaimsRequest.Parse("""{"userinfo":{"nickname":null,"roles":null,"sub":null,"tid":null}}""").Value().UserInfo;

        Assert.Equal(["email", "email_verified", "nickname"], ClaimsByScope.Select(ScopeSet.Of(Scopes.Email), requested).Order());
    }
}
