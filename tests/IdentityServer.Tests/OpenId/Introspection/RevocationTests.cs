using System.Net;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.OpenId.Introspection;

/// <summary>The revocation endpoint (RFC 7009).</summary>
public sealed class RevocationTests
{
    private static readonly (string, string?) Offline = ("scope", "openid offline_access");

    [Theory, OnEachDatabase]
    public async Task A_refresh_token_takes_everything_with_it_that_came_of_it(DatabaseProvider provider)
    {
        var (_, party, user) = await AddAsync(provider);
        var first = (await party.GetTokensAsync(user, Offline)).Expect();
        var second = (await party.RefreshAsync(first.RefreshToken)).Expect();
        var elsewhere = (await party.GetTokensAsync(user, Offline)).Expect();

        MustBeDone(await RevokeAsync(party, second.RefreshToken));

        (await party.RefreshAsync(second.RefreshToken)).MustRefuseRefreshToken();
        (await party.GetUserInfoAsync(first.AccessToken)).MustRefuseAccessToken();
        (await party.GetUserInfoAsync(second.AccessToken)).MustRefuseAccessToken();
        (await party.GetUserInfoAsync(elsewhere.AccessToken)).Expect();
        (await party.RefreshAsync(elsewhere.RefreshToken)).Expect();
    }

    [Theory, OnEachDatabase]
    public async Task An_access_token_goes_alone(DatabaseProvider provider)
    {
        var (_, party, user) = await AddAsync(provider);
        var first = (await party.GetTokensAsync(user, Offline)).Expect();
        var second = (await party.RefreshAsync(first.RefreshToken)).Expect();

        MustBeDone(await RevokeAsync(party, first.AccessToken));

        (await party.GetUserInfoAsync(first.AccessToken)).MustRefuseAccessToken();
        (await party.GetUserInfoAsync(second.AccessToken)).Expect();
        (await party.RefreshAsync(second.RefreshToken)).Expect();
    }

    [Theory, OnEachDatabase]
    public async Task The_token_of_a_client_itself_can_be_revoked(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server, Endpoint.AllGrants);
        var token = (await party.PostAsync(Endpoint.Token, [], ("grant_type", "client_credentials"))).Expect().AccessToken;
        Assert.True((await party.PostAsync(Endpoint.Introspect, [], ("token", token))).Json.GetProperty("active").GetBoolean());

        MustBeDone(await RevokeAsync(party, token));

        Assert.False((await party.PostAsync(Endpoint.Introspect, [], ("token", token))).Json.GetProperty("active").GetBoolean());
    }

    [Theory, OnEachDatabase]
    public async Task Many_may_revoke_the_same_at_once(DatabaseProvider provider)
    {
        var (_, party, user) = await AddAsync(provider);
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();

        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => RevokeAsync(party, token))));
            Assert.All(answers, MustBeDone);
        }
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_token_is_as_good_as_revoked(string token) => MustBeDone(await RevokeAsync((await AddAsync()).Party, token));

    [Fact]
    public async Task Revoking_twice_is_revoking()
    {
        var (_, party, user) = await AddAsync();
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();

        foreach (var token in new[] { tokens.AccessToken, tokens.AccessToken, tokens.RefreshToken, tokens.RefreshToken })
        {
            MustBeDone(await RevokeAsync(party, token));
        }
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    [InlineData("something_else")]
    public async Task A_wrong_hint_leads_nobody_astray(string hint)
    {
        var (_, party, user) = await AddAsync();
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();

        MustBeDone(await party.PostAsync(Endpoint.Revoke, [], ("token", tokens.RefreshToken), ("token_type_hint", hint)));

        (await party.RefreshAsync(tokens.RefreshToken)).MustRefuseRefreshToken();
    }

    [Fact]
    public async Task Another_clients_token_is_left_alone()
    {
        var (server, party, user) = await AddAsync();
        var stranger = await RelyingParty.AddAsync(server);
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();

        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken })
        {
            (await RevokeAsync(stranger, token))
                .MustRefuse(HttpStatusCode.BadRequest, "invalid_grant", "client_id_mismatch", "The token was not issued to this client.");
        }

        (await party.GetUserInfoAsync(tokens.AccessToken)).Expect();
        (await party.RefreshAsync(tokens.RefreshToken)).Expect();
    }

    [Fact]
    public async Task A_public_client_revokes_its_own_by_its_name()
    {
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddPublicAsync(server);
        var tokens = (await party.GetTokensAsync(await server.AddUserAsync(), Offline)).Expect();

        MustBeDone(await RevokeAsync(party, tokens.RefreshToken));

        (await party.GetUserInfoAsync(tokens.AccessToken)).MustRefuseAccessToken();
    }

    [Fact]
    public async Task Who_revokes_proves_it_and_says_what()
    {
        var (server, party, _) = await AddAsync();

        (await server.PostFormAsync(Endpoint.Revoke, Endpoint.Basic(party.ClientId, "wrong"), ("token", "x"))).MustRefuseClient();
        (await server.PostFormAsync(Endpoint.Revoke, null, ("token", "x"), ("client_id", party.ClientId))).MustRefuseClient();
        (await party.PostAsync(Endpoint.Revoke, []))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "missing_token", "The request is missing the token parameter.");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.SendAsync(HttpMethod.Get, Endpoint.Revoke + "?token=x")).Status);
    }

    private static Task<TokenAnswer> RevokeAsync(RelyingParty party, string token) => party.PostAsync(Endpoint.Revoke, [], ("token", token));

    // RFC 7009 §2.2: the status says it all.
    private static void MustBeDone(TokenAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(0, answer.Response.Content.Headers.ContentLength);
        answer.MustNotBeKept();
    }

    private static async Task<(TestServer Server, RelyingParty Party, User User)> AddAsync(DatabaseProvider provider = DatabaseProvider.Sqlite)
    {
        var server = await TestServer.SharedAsync(provider);
        return (server, await RelyingParty.AddAsync(server), await server.AddUserAsync());
    }
}
