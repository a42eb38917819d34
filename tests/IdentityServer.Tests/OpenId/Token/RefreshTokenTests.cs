using System.Net;
using IdentityServer.Applications;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Tokens;
using IdentityServer.Users;

namespace IdentityServer.Tests.OpenId.Token;

/// <summary>grant_type=refresh_token (RFC 6749 §6, RFC 9700 §4.14.2, OpenID Connect Core §12).</summary>
public sealed class RefreshTokenTests
{
    private static readonly (string, string?) Offline = ("scope", "openid email offline_access");

    [Theory, OnEachDatabase]
    public async Task Each_use_gives_a_new_token(DatabaseProvider provider)
    {
        var (_, party, tokens) = await AddAsync(provider);

        var second = (await party.RefreshAsync(tokens.RefreshToken)).Expect();
        var third = (await party.RefreshAsync(second.RefreshToken)).Expect();

        Assert.Equal(3, new[] { tokens, second, third }.Select(one => one.RefreshToken).Distinct().Count());
        Assert.Single(new[] { tokens, second, third }.Select(one => one.Json.GetProperty("refresh_token_id").GetGuid()).Distinct());
        (await party.GetUserInfoAsync(third.AccessToken)).Expect();
        third.MustNotBeKept();
    }

    [Fact]
    public async Task The_new_id_token_is_about_the_same_sign_in()
    {
        await using var server = await TestServer.StartAsync();
        var party = await RelyingParty.AddAsync(server);
        var tokens = (await party.GetTokensAsync(await server.AddUserAsync(), Offline)).Expect();
        var before = await party.VerifyIdTokenAsync(tokens);
        server.Clock.Advance(TimeSpan.FromMinutes(20));

        var after = await party.VerifyIdTokenAsync((await party.RefreshAsync(tokens.RefreshToken)).Expect());

        // OpenID Connect Core §12.2.
        foreach (var same in new[] { "iss", "sub", "aud", "auth_time", "sid", "acr" })
        {
            Assert.Equal(before.GetProperty(same).GetRawText(), after.GetProperty(same).GetRawText());
        }

        Assert.False(after.TryGetProperty("nonce", out _));
        Assert.Equal(before.GetProperty("iat").GetInt64() + (20 * 60), after.GetProperty("iat").GetInt64());
        Assert.Equal("REFRESH_TOKEN", after.GetProperty("authenticationType").GetString());
    }

    [Theory, OnEachDatabase]
    public async Task A_token_that_comes_again_ends_its_family(DatabaseProvider provider)
    {
        var (_, party, first) = await AddAsync(provider);
        var second = (await party.RefreshAsync(first.RefreshToken)).Expect();
        var third = (await party.RefreshAsync(second.RefreshToken)).Expect();

        (await party.RefreshAsync(first.RefreshToken)).MustRefuseRefreshToken();

        (await party.RefreshAsync(third.RefreshToken)).MustRefuseRefreshToken();
        foreach (var tokens in new[] { first, second, third })
        {
            (await party.GetUserInfoAsync(tokens.AccessToken)).MustRefuseAccessToken();
        }
    }

    [Theory, OnEachDatabase]
    public async Task An_answer_that_was_lost_can_be_asked_for_again_for_a_while(DatabaseProvider provider)
    {
        var (_, party, first) = await AddAsync(provider);
        var lost = (await party.RefreshAsync(first.RefreshToken)).Expect();

        var second = (await party.RefreshAsync(first.RefreshToken)).Expect();

        // Only the last answer counts: whoever comes with the lost one is a second holder.
        (await party.RefreshAsync(second.RefreshToken)).Expect();
        (await party.RefreshAsync(lost.RefreshToken)).MustRefuseRefreshToken();
        (await party.GetUserInfoAsync(second.AccessToken)).MustRefuseAccessToken();
    }

    [Fact]
    public async Task After_the_leeway_a_lost_answer_is_lost()
    {
        await using var server = await TestServer.StartAsync();
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync();
        var inTime = (await party.GetTokensAsync(user, Offline)).Expect();
        var tooLate = (await party.GetTokensAsync(user, Offline)).Expect();
        (await party.RefreshAsync(inTime.RefreshToken)).Expect();
        var successor = (await party.RefreshAsync(tooLate.RefreshToken)).Expect();

        server.Clock.Advance(RefreshTokens.Leeway - TimeSpan.FromSeconds(1));
        (await party.RefreshAsync(inTime.RefreshToken)).Expect();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await party.RefreshAsync(tooLate.RefreshToken)).MustRefuseRefreshToken();
        (await party.RefreshAsync(successor.RefreshToken)).MustRefuseRefreshToken();
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_at_once_one_successor_stays_good(DatabaseProvider provider)
    {
        var (server, party, tokens) = await AddAsync(provider);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => party.RefreshAsync(tokens.RefreshToken))));

        Assert.All(answers, answer => answer.Expect());
        var hashes = answers.Select(answer => OpaqueSecret.HashOf(answer.RefreshToken)).ToList();
        var states = await server.ReadAsync(db => Task.FromResult(db.Tokens.AsEnumerable().Where(row => hashes.Exists(row.Hash.SequenceEqual)).Select(row => row.Status).ToList()));
        Assert.Equal(20, states.Count);
        Assert.Single(states, TokenStatus.Valid);
        Assert.Equal(19, states.Count(state => state is TokenStatus.Revoked));
    }

    [Theory, OnEachDatabase]
    public async Task Of_two_holders_at_most_one_goes_on(DatabaseProvider provider)
    {
        var (_, party, stolen) = await AddAsync(provider);

        // Thief and owner both refresh as fast as they can, each with what they got last.
        var ends = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            var mine = stolen.RefreshToken;
            for (var round = 0; round < 20; round++)
            {
                var answer = await party.RefreshAsync(mine);
                if (answer.Status is not HttpStatusCode.OK)
                {
                    return mine;
                }

                mine = answer.RefreshToken;
            }

            return mine;
        })));

        var outcomes = new[] { await party.RefreshAsync(ends[0]), await party.RefreshAsync(ends[1]) };
        Assert.InRange(outcomes.Count(answer => answer.Status is HttpStatusCode.OK), 0, 1);
    }

    [Fact]
    public async Task An_application_may_keep_its_token()
    {
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddAsync(server, settings: Reusable);
        var tokens = (await party.GetTokensAsync(await server.AddUserAsync(), Offline)).Expect();

        for (var use = 0; use < 3; use++)
        {
            var again = (await party.RefreshAsync(tokens.RefreshToken)).Expect();
            Assert.Equal(tokens.RefreshToken, again.RefreshToken);
            Assert.Equal(tokens.Json.GetProperty("refresh_token_id").GetGuid(), again.Json.GetProperty("refresh_token_id").GetGuid());
        }
    }

    [Fact]
    public async Task A_public_client_always_gets_a_new_one()
    {
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddPublicAsync(server, settings: Reusable);
        var tokens = (await party.GetTokensAsync(await server.AddUserAsync(), Offline)).Expect();

        Assert.NotEqual(tokens.RefreshToken, (await party.RefreshAsync(tokens.RefreshToken)).Expect().RefreshToken);
    }

    [Fact]
    public async Task The_scope_may_shrink_for_one_access_token_and_never_grow()
    {
        var (_, party, tokens) = await AddAsync();

        var narrow = (await party.RefreshAsync(tokens.RefreshToken, ("scope", "email"))).Expect();
        var full = (await party.RefreshAsync(narrow.RefreshToken)).Expect();

        Assert.Equal("email", narrow.Json.GetProperty("scope").GetString());
        Assert.Equal("email", (await party.VerifyAccessTokenAsync(narrow)).GetProperty("scope").GetString());
        Assert.False(narrow.Has("id_token"));
        Assert.Equal("openid email offline_access", full.Json.GetProperty("scope").GetString());
        (await party.RefreshAsync(full.RefreshToken, ("scope", "openid profile")))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_scope", "unknown_scope", "The request asks for more scope than was granted.");
        (await party.RefreshAsync(full.RefreshToken)).Expect();
    }

    [Fact]
    public async Task No_rotation_prolongs_it_beyond_its_end()
    {
        await using var server = await TestServer.StartAsync();
        var party = await RelyingParty.AddAsync(
            server, settings: made => made with { JwtConfiguration = new() { Enabled = true, TimeToLiveInSeconds = 60, RefreshTokenTimeToLiveInMinutes = 60 } });
        var tokens = (await party.GetTokensAsync(await server.AddUserAsync(), Offline)).Expect();

        server.Clock.Advance(TimeSpan.FromMinutes(59));
        tokens = (await party.RefreshAsync(tokens.RefreshToken)).Expect();
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        (await party.RefreshAsync(tokens.RefreshToken)).MustRefuseRefreshToken();
    }

    [Fact]
    public async Task A_refresh_token_may_live_shorter_than_an_access_token()
    {
        await using var server = await TestServer.StartAsync();
        var party = await RelyingParty.AddAsync(
            server, settings: made => made with { JwtConfiguration = new() { Enabled = true, TimeToLiveInSeconds = 7200, RefreshTokenTimeToLiveInMinutes = 10 } });
        var tokens = (await party.GetTokensAsync(await server.AddUserAsync(), Offline)).Expect();
        server.Clock.Advance(TimeSpan.FromMinutes(10));

        (await party.RefreshAsync(tokens.RefreshToken)).MustRefuseRefreshToken();
        (await party.GetUserInfoAsync(tokens.AccessToken)).Expect();
    }

    [Fact]
    public async Task It_is_its_clients_alone()
    {
        var (server, party, tokens) = await AddAsync();
        var other = await RelyingParty.AddAsync(server);

        (await other.RefreshAsync(tokens.RefreshToken)).MustRefuseRefreshToken();
        (await party.RefreshAsync(tokens.RefreshToken)).Expect();
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task One_that_nobody_gave_is_refused(string refreshToken) =>
        (await (await AddAsync()).Party.RefreshAsync(refreshToken)).MustRefuseRefreshToken();

    [Theory, OnEachDatabase]
    public async Task It_ends_with_the_session_it_came_from(DatabaseProvider provider)
    {
        var (server, party, tokens) = await AddAsync(provider);
        var sid = (await party.VerifyIdTokenAsync(tokens)).GetProperty("sid").GetGuid();

        Assert.True(await server.Get<BrowserSessions>().EndAsync(sid, CancellationToken.None));

        (await party.RefreshAsync(tokens.RefreshToken)).MustRefuseRefreshToken();
        (await party.GetUserInfoAsync(tokens.AccessToken)).MustRefuseAccessToken();
    }

    [Theory, OnEachDatabase]
    public async Task It_ends_with_the_person(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync();
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();

        await server.DeactivateAsync(user);

        Assert.Equal("invalid_grant", (await party.RefreshAsync(tokens.RefreshToken)).Error);
        (await party.GetUserInfoAsync(tokens.AccessToken)).MustRefuseAccessToken();
        Assert.True(await server.Get<People>().ReactivateAsync(user.Id, "test", CancellationToken.None));
        (await party.RefreshAsync(tokens.RefreshToken)).MustRefuseRefreshToken();
    }

    [Fact]
    public async Task It_ends_with_the_account_that_expires()
    {
        await using var server = await TestServer.StartAsync();
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync();
        var tokens = (await party.GetTokensAsync(user, Offline)).Expect();
        await server.Get<IdentityServer.Data.Database>().WriteAsync(
            (db, _) =>
            {
                db.Attach(user).Entity.ExpiresAt = server.Clock.GetUtcNow().AddMinutes(5);
                return Task.CompletedTask;
            },
            CancellationToken.None);
        server.Clock.Advance(TimeSpan.FromMinutes(5));

        (await party.RefreshAsync(tokens.RefreshToken))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_grant", "login_prevented", "This user may not receive tokens.");
        (await party.GetUserInfoAsync(tokens.AccessToken)).MustRefuseAccessToken();
    }

    [Theory, OnEachDatabase]
    public async Task Revoked_while_it_rotates_it_gives_nothing_that_lives_on(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync();
        for (var round = 0; round < 5; round++)
        {
            var tokens = (await party.GetTokensAsync(user, Offline)).Expect();

            var rotations = Enumerable.Range(0, 4).Select(_ => Task.Run(() => party.RefreshAsync(tokens.RefreshToken))).ToList();
            await party.PostAsync(Endpoint.Revoke, [], ("token", tokens.RefreshToken));

            foreach (var answer in await Task.WhenAll(rotations))
            {
                if (answer.Status is HttpStatusCode.OK)
                {
                    (await party.RefreshAsync(answer.RefreshToken)).MustRefuseRefreshToken();
                    (await party.GetUserInfoAsync(answer.AccessToken)).MustRefuseAccessToken();
                }
            }
        }
    }

    [Fact]
    public async Task An_application_that_was_deactivated_gets_nothing()
    {
        var (server, party, tokens) = await AddAsync();

        await server.DeactivateAsync(party.Application);

        (await party.RefreshAsync(tokens.RefreshToken)).MustRefuseClient();
        (await party.GetUserInfoAsync(tokens.AccessToken)).MustRefuseAccessToken();
    }

    private static ApplicationSettings Reusable(ApplicationSettings made) =>
        made with { JwtConfiguration = new() { Enabled = true, RefreshTokenUsagePolicy = RefreshTokenUsagePolicy.Reusable } };

    private static async Task<(TestServer Server, RelyingParty Party, TokenAnswer Tokens)> AddAsync(DatabaseProvider provider = DatabaseProvider.Sqlite)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server);
        return (server, party, (await party.GetTokensAsync(await server.AddUserAsync(), Offline)).Expect());
    }
}
