using System.Net;
using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId.Token;

/// <summary>grant_type=client_credentials (RFC 6749 §4.4): the client itself, and nobody behind it.</summary>
public sealed class ClientCredentialsTests
{
    private static readonly (string, string?) Grant = ("grant_type", "client_credentials");

    [Fact]
    public async Task The_token_is_about_the_client()
    {
        var (server, party) = await AddAsync();
        await server.AddScopeAsync(party.Application, "orders:read");

        var answer = (await party.PostAsync(Endpoint.Token, [], Grant, ("scope", "orders:read"))).Expect();

        Assert.Equal(["access_token", "expires_in", "scope", "token_type"], answer.Json.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        var claims = await party.VerifyAccessTokenAsync(answer);
        Assert.Equal(
            ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub", "tid"],
            claims.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal));
        Assert.Equal(party.ClientId, claims.GetProperty("sub").GetString());
        Assert.Equal(party.ClientId, claims.GetProperty("aud").GetString());
        Assert.Equal("orders:read", claims.GetProperty("scope").GetString());
    }

    [Theory]
    [InlineData("openid")]
    [InlineData("email")]
    [InlineData("offline_access")]
    [InlineData("orders:write")]
    [InlineData("orders:read profile")]
    public async Task Scopes_about_people_and_scopes_that_nobody_defined_are_refused(string scope)
    {
        var (server, party) = await AddAsync();
        await server.AddScopeAsync(party.Application, "orders:read");

        (await party.PostAsync(Endpoint.Token, [], Grant, ("scope", scope)))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_scope", "unknown_scope", "The request asks for a scope that this client may not have.");
    }

    [Theory]
    [InlineData(UnknownScopePolicy.Allow, "orders:read other")]
    [InlineData(UnknownScopePolicy.Remove, "orders:read")]
    public async Task A_scope_that_nobody_defined_goes_by_the_applications_policy(UnknownScopePolicy policy, string granted)
    {
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddAsync(server, oauth => Endpoint.AllGrants(oauth) with { UnknownScopePolicy = policy });
        await server.AddScopeAsync(party.Application, "orders:read");

        var answer = (await party.PostAsync(Endpoint.Token, [], Grant, ("scope", "orders:read other"))).Expect();

        Assert.Equal(granted, answer.Json.GetProperty("scope").GetString());
    }

    [Fact]
    public async Task A_public_client_has_no_credentials()
    {
        var party = await RelyingParty.AddPublicAsync(await TestServer.SharedAsync(), Endpoint.AllGrants);

        (await party.PostAsync(Endpoint.Token, [], Grant))
            .MustRefuse(HttpStatusCode.BadRequest, "unauthorized_client", "grant_type_disabled", "This client may not use this grant type.");
    }

    [Fact]
    public async Task It_may_name_the_resource()
    {
        const string Api = "https://api.example";
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddAsync(server, oauth => Endpoint.AllGrants(oauth) with { AuthorizedResourceUris = [Api, "https://other.example"] });

        var one = await party.VerifyAccessTokenAsync((await party.PostAsync(Endpoint.Token, [], Grant, ("resource", Api))).Expect());
        var two = await party.VerifyAccessTokenAsync(
            (await party.PostAsync(Endpoint.Token, [], Grant, ("resource", Api), ("resource", "https://other.example"))).Expect());

        Assert.Equal(Api, one.GetProperty("aud").GetString());
        Assert.Equal([Api, "https://other.example"], two.GetProperty("aud").EnumerateArray().Select(value => value.GetString()));
        (await party.PostAsync(Endpoint.Token, [], Grant, ("resource", "https://third.example"))).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_target", "invalid_resource", "The request asks for a resource that this client may not use.");
    }

    [Fact]
    public async Task Nobody_stands_behind_it_at_userinfo()
    {
        var (_, party) = await AddAsync();
        var tokens = (await party.PostAsync(Endpoint.Token, [], Grant)).Expect();

        (await party.GetUserInfoAsync(tokens.AccessToken)).MustRefuse(
            HttpStatusCode.Forbidden, "insufficient_scope", "missing_required_scope", "The access token lacks the scope that this needs.");
    }

    private static async Task<(TestServer Server, RelyingParty Party)> AddAsync()
    {
        var server = await TestServer.SharedAsync();
        return (server, await RelyingParty.AddAsync(server, Endpoint.AllGrants));
    }
}
