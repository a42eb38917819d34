using System.Net;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.OpenId.Introspection;

/// <summary>The introspection endpoint (RFC 7662).</summary>
public sealed class IntrospectionTests : IAsyncLifetime
{
    private static readonly (string, string?) Offline = ("scope", "openid email offline_access");

    private TestServer server = null!;
    private RelyingParty party = null!;
    private User user = null!;

    public async Task InitializeAsync()
    {
        server = await TestServer.SharedAsync();
        party = await RelyingParty.AddAsync(server, Endpoint.AllGrants, roles: ["editor*"]);
        user = await server.AddUserAsync(application: party.Application);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory, OnEachDatabase]
    public async Task An_access_token_shows_what_it_says(DatabaseProvider provider)
    {
        server = await TestServer.SharedAsync(provider);
        party = await RelyingParty.AddAsync(server, Endpoint.AllGrants, roles: ["editor*"]);
        user = await server.AddUserAsync(application: party.Application);
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();

        var answer = (await AskAsync(tokens.AccessToken)).Expect();

        var says = await party.VerifyAccessTokenAsync(tokens);
        foreach (var same in new[] { "iss", "sub", "aud", "client_id", "scope", "exp", "iat", "jti", "auth_time", "acr", "roles", "applicationId", "tid" })
        {
            Assert.Equal(says.GetProperty(same).GetRawText(), answer.Json.GetProperty(same).GetRawText());
        }

        Assert.True(answer.Json.GetProperty("active").GetBoolean());
        Assert.Equal("Bearer", answer.Json.GetProperty("token_type").GetString());
        Assert.Equal(user.Email, answer.Json.GetProperty("username").GetString());
        answer.MustNotBeKept();
    }

    [Theory, OnEachDatabase]
    public async Task A_refresh_token_shows_that_it_is_good_and_that_it_is_no_bearer_token(DatabaseProvider provider)
    {
        server = await TestServer.SharedAsync(provider);
        party = await RelyingParty.AddAsync(server);
        user = await server.AddUserAsync();
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();

        var answer = (await AskAsync(tokens.RefreshToken)).Expect();

        Assert.True(answer.Json.GetProperty("active").GetBoolean());
        Assert.Equal(user.Id.ToString(), answer.Json.GetProperty("sub").GetString());
        Assert.Equal(party.ClientId, answer.Json.GetProperty("client_id").GetString());
        Assert.Equal("openid email offline_access", answer.Json.GetProperty("scope").GetString());
        Assert.False(answer.Json.TryGetProperty("token_type", out _) || answer.Json.TryGetProperty("aud", out _));
    }

    [Fact]
    public async Task The_token_of_a_client_itself_shows_the_client()
    {
        var token = (await party.PostAsync(Endpoint.Token, [], ("grant_type", "client_credentials"))).Expect().AccessToken;

        var answer = (await AskAsync(token)).Expect();

        Assert.True(answer.Json.GetProperty("active").GetBoolean());
        Assert.Equal(party.ClientId, answer.Json.GetProperty("sub").GetString());
        Assert.False(answer.Json.TryGetProperty("username", out _));
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    [InlineData("something_else")]
    public async Task A_wrong_hint_leads_nobody_astray(string hint)
    {
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();

        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken })
        {
            Assert.True((await party.PostAsync(Endpoint.Introspect, [], ("token", token), ("token_type_hint", hint))).Expect().Json.GetProperty("active").GetBoolean());
        }
    }

    [Fact]
    public async Task Another_clients_token_looks_like_nonsense()
    {
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();
        party = await RelyingParty.AddAsync(server);

        foreach (var token in new[] { tokens.AccessToken, tokens.RefreshToken, tokens.IdToken, "nonsense", "a.b.c", new string('x', 9000) })
        {
            await MustBeInactiveAsync(token);
        }
    }

    [Fact]
    public async Task The_api_that_a_token_is_meant_for_may_look_at_it()
    {
        var resource = $"https://api-{Guid.NewGuid():N}.example";
        var api = await server.AddApplicationAsync(secret: "of the api");
        await server.ChangeAsync(api, (db, stored) => db.Applications.Where(row => row.Id == stored.Id).ExecuteUpdate(set => set.SetProperty(row => row.ClientId, resource)));
        party = await RelyingParty.AddAsync(server, oauth => oauth with { AuthorizedResourceUris = [resource] });
        var meant = (await party.GetTokensAsync(user, ("resource", resource))).Expect().AccessToken;
        var other = (await party.GetTokensAsync(user)).Expect().AccessToken;

        Task<TokenAnswer> AskAsApiAsync(string token) => server.PostFormAsync(Endpoint.Introspect, Endpoint.Basic(resource, "of the api"), ("token", token));
        Assert.Equal(resource, (await AskAsApiAsync(meant)).Expect().Json.GetProperty("aud").GetString());
        Assert.False((await AskAsApiAsync(other)).Expect().Json.GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task An_id_token_is_no_token_to_ask_about() => await MustBeInactiveAsync((await party.GetTokensAsync(user)).Expect().IdToken);

    [Theory, OnEachDatabase]
    public async Task What_was_revoked_used_or_left_behind_is_inactive(DatabaseProvider provider)
    {
        server = await TestServer.SharedAsync(provider);
        party = await RelyingParty.AddAsync(server);
        user = await server.AddUserAsync();
        var used = (await party.GetTokensAsync(user, Offline)).Expect();
        var next = (await party.RefreshAsync(used.RefreshToken)).Expect();
        await MustBeInactiveAsync(used.RefreshToken);
        Assert.True((await AskAsync(next.RefreshToken)).Expect().Json.GetProperty("active").GetBoolean());

        await party.PostAsync(Endpoint.Revoke, [], ("token", next.AccessToken));
        await MustBeInactiveAsync(next.AccessToken);
        Assert.True((await AskAsync(used.AccessToken)).Expect().Json.GetProperty("active").GetBoolean());

        await server.DeactivateAsync(user);
        await MustBeInactiveAsync(used.AccessToken);
        await MustBeInactiveAsync(next.RefreshToken);
    }

    [Fact]
    public async Task What_has_expired_is_inactive()
    {
        await using var timed = await TestServer.StartAsync();
        (server, party) = (timed, await RelyingParty.AddAsync(timed, settings: made => made with { JwtConfiguration = new() { Enabled = true, RefreshTokenTimeToLiveInMinutes = 120 } }));
        var tokens = (await party.GetTokensAsync(await timed.AddUserAsync(), Offline)).Expect();

        timed.Clock.Advance(TimeSpan.FromHours(1));
        await MustBeInactiveAsync(tokens.AccessToken);
        Assert.True((await AskAsync(tokens.RefreshToken)).Expect().Json.GetProperty("active").GetBoolean());
        timed.Clock.Advance(TimeSpan.FromHours(1));
        await MustBeInactiveAsync(tokens.RefreshToken);
    }

    [Fact]
    public async Task A_public_client_may_not_ask_not_even_about_its_own()
    {
        party = await RelyingParty.AddPublicAsync(server);
        var tokens = (await party.GetTokensAsync(user)).Expect();

        (await AskAsync(tokens.AccessToken)).MustRefuseClient();
    }

    [Fact]
    public async Task Who_asks_proves_it_and_says_about_what()
    {
        (await server.PostFormAsync(Endpoint.Introspect, null, ("token", "x"))).MustRefuse(
            HttpStatusCode.Unauthorized, "invalid_client", "client_authentication_missing", "The request does not say which client it comes from.");
        (await server.PostFormAsync(Endpoint.Introspect, Endpoint.Basic(party.ClientId, "wrong"), ("token", "x"))).MustRefuseClient();
        (await party.PostAsync(Endpoint.Introspect, []))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "missing_token", "The request is missing the token parameter.");
        (await party.PostAsync(Endpoint.Introspect, [], ("token", "x"), ("token", "y")))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "repeated_parameter", "A request parameter is included more than once.");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.SendAsync(HttpMethod.Get, Endpoint.Introspect + "?token=x")).Status);
        (await server.SendAsync(HttpMethod.Post, Endpoint.Introspect, null, new StringContent("{}"))).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "invalid_content_type", "The request body must be application/x-www-form-urlencoded.");
    }

    private Task<TokenAnswer> AskAsync(string token) => party.PostAsync(Endpoint.Introspect, [], ("token", token));

    private async Task MustBeInactiveAsync(string token) => Assert.Equal("""{"active":false}""", (await AskAsync(token)).Expect().Json.GetRawText());
}
