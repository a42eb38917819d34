using System.Net;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.OpenId.Token;

/// <summary>grant_type=authorization_code (RFC 6749 §4.1.3, RFC 7636 §4.6).</summary>
public sealed class AuthorizationCodeTests
{
    [Theory, OnEachDatabase]
    public async Task A_code_gives_what_was_asked_for(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync();

        var tokens = (await party.GetTokensAsync(user, ("scope", "openid email offline_access"))).Expect();

        Assert.Equal("Bearer", tokens.Json.GetProperty("token_type").GetString());
        Assert.Equal(3600, tokens.Json.GetProperty("expires_in").GetInt32());
        Assert.Equal("openid email offline_access", tokens.Json.GetProperty("scope").GetString());
        Assert.Equal(user.Id, tokens.Json.GetProperty("userId").GetGuid());
        Assert.True(tokens.Json.GetProperty("refresh_token_id").TryGetGuid(out _));
        await party.VerifyIdTokenAsync(tokens);
        tokens.MustNotBeKept();
    }

    [Fact]
    public async Task Without_offline_access_there_is_no_refresh_token_and_without_openid_no_id_token()
    {
        var (_, party, user) = await AddAsync();

        var plain = (await party.GetTokensAsync(user)).Expect();
        var bare = (await party.GetTokensAsync(user, ("scope", null))).Expect();

        Assert.False(plain.Has("refresh_token") || plain.Has("refresh_token_id"));
        Assert.False(bare.Has("id_token") || bare.Has("scope"));
        Assert.Equal(user.Id, (await party.VerifyAccessTokenAsync(bare)).GetProperty("sub").GetGuid());
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task An_application_that_may_not_refresh_gets_no_refresh_token(bool generate, bool granted)
    {
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddAsync(server, oauth => oauth with
        {
            GenerateRefreshTokens = generate,
            EnabledGrants = granted ? ["authorization_code", "refresh_token"] : ["authorization_code"],
        });

        Assert.False((await party.GetTokensAsync(await server.AddUserAsync(), ("scope", "openid offline_access"))).Expect().Has("refresh_token"));
    }

    [Theory, OnEachDatabase]
    public async Task A_code_that_comes_again_takes_back_what_it_gave(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server);
        var (call, answer) = await CodeAsync(server, party, await server.AddUserAsync(), ("scope", "openid offline_access"));
        var tokens = (await party.RedeemAsync(call, answer)).Expect();
        (await party.GetUserInfoAsync(tokens.AccessToken)).Expect();

        (await party.RedeemAsync(call, answer)).MustRefuseCode();

        (await party.GetUserInfoAsync(tokens.AccessToken)).MustRefuseAccessToken();
        (await party.RefreshAsync(tokens.RefreshToken)).MustRefuseRefreshToken();
    }

    [Fact]
    public async Task A_code_that_comes_again_late_takes_back_what_it_gave_too()
    {
        await using var server = await TestServer.StartAsync();
        var party = await RelyingParty.AddAsync(server);
        var (call, answer) = await CodeAsync(server, party, await server.AddUserAsync(), ("scope", "openid offline_access"));
        var tokens = (await party.RedeemAsync(call, answer)).Expect();
        server.Clock.Advance(TimeSpan.FromMinutes(30));

        (await party.RedeemAsync(call, answer)).MustRefuseCode();

        (await party.GetUserInfoAsync(tokens.AccessToken)).MustRefuseAccessToken();
        (await party.RefreshAsync(tokens.RefreshToken)).MustRefuseRefreshToken();
    }

    [Fact]
    public async Task Who_has_found_a_used_code_but_not_its_verifier_harms_nobody()
    {
        var (server, party, user) = await AddAsync();
        var (call, answer) = await CodeAsync(server, party, user);
        var tokens = (await party.RedeemAsync(call, answer)).Expect();

        Assert.Equal(HttpStatusCode.BadRequest, (await party.RedeemAsync(call, answer, ("code_verifier", Pkce.NewVerifier()))).Status);

        (await party.GetUserInfoAsync(tokens.AccessToken)).Expect();
    }

    [Theory, OnEachDatabase]
    public async Task Of_twenty_at_once_one_redeems_the_code(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server);
        var (call, answer) = await CodeAsync(server, party, await server.AddUserAsync(), ("scope", "openid offline_access"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => party.RedeemAsync(call, answer))));

        var winner = Assert.Single(answers, one => one.Status is HttpStatusCode.OK);
        Assert.All(answers.Where(one => one.Status is not HttpStatusCode.OK), one => one.MustRefuseCode());
        // Nobody can tell whether the winner was the honest one.
        (await party.GetUserInfoAsync(winner.AccessToken)).MustRefuseAccessToken();
        (await party.RefreshAsync(winner.RefreshToken)).MustRefuseRefreshToken();
    }

    [Fact]
    public async Task A_code_lives_a_minute()
    {
        await using var server = await TestServer.StartAsync();
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync();
        var (call, answer) = await CodeAsync(server, party, user);
        var (lateCall, lateAnswer) = await CodeAsync(server, party, user);

        server.Clock.Advance(TimeSpan.FromSeconds(59));
        (await party.RedeemAsync(call, answer)).Expect();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await party.RedeemAsync(lateCall, lateAnswer)).MustRefuseCode();
    }

    [Fact]
    public async Task A_code_is_its_clients_alone()
    {
        var (server, party, user) = await AddAsync();
        var other = await RelyingParty.AddAsync(server);
        var (call, answer) = await CodeAsync(server, party, user);

        (await other.RedeemAsync(call, answer)).MustRefuseCode();

        (await party.RedeemAsync(call, answer)).Expect();
    }

    [Theory]
    [InlineData("no code at all")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_code_that_nobody_gave_is_refused(string code)
    {
        var (_, party, _) = await AddAsync();

        (await party.RedeemAsync(party.Call(), new AuthorizeAnswer("", "query", new Dictionary<string, string> { ["code"] = code }))).MustRefuseCode();
    }

    [Fact]
    public async Task A_refresh_token_is_no_code_and_a_code_no_refresh_token()
    {
        var (server, party, user) = await AddAsync();
        var tokens = (await party.GetTokensAsync(user, ("scope", "openid offline_access"))).Expect();
        var (call, answer) = await CodeAsync(server, party, user);

        (await party.RedeemAsync(call, answer, ("code", tokens.RefreshToken))).MustRefuseCode();
        (await party.RefreshAsync(answer.Code)).MustRefuseRefreshToken();
        (await party.RedeemAsync(call, answer)).Expect();
    }

    [Theory]
    [InlineData("https://app.example/other")]
    [InlineData("https://app.example/callback/")]
    [InlineData("https://APP.example/callback")]
    [InlineData("https://app.example/callback?")]
    public async Task Another_redirect_uri_is_refused_and_the_code_stays_good(string redirectUri)
    {
        var (server, party, user) = await AddAsync();
        var (call, answer) = await CodeAsync(server, party, user);

        (await party.RedeemAsync(call, answer, ("redirect_uri", redirectUri))).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_grant", "invalid_redirect_uri", "The redirect_uri differs from that of the authorization request.");
        (await party.RedeemAsync(call, answer)).Expect();
    }

    [Fact]
    public async Task The_redirect_uri_may_be_left_out_where_PKCE_binds_the_code_and_only_there()
    {
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddAsync(server, Old);
        var user = await server.AddUserAsync();
        var (bound, boundAnswer) = await CodeAsync(server, party, user);
        var (old, oldAnswer) = await CodeAsync(server, party, user, ("code_challenge", null), ("code_challenge_method", null));

        (await party.RedeemAsync(bound, boundAnswer, ("redirect_uri", null))).Expect();
        (await party.RedeemAsync(old, oldAnswer, ("redirect_uri", null), ("code_verifier", null)))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "missing_redirect_uri", "The request is missing the redirect_uri parameter.");
        (await party.RedeemAsync(old, oldAnswer, ("code_verifier", null))).Expect();
    }

    [Theory]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_wrong_verifier_is_refused(string verifier)
    {
        var (server, party, user) = await AddAsync();
        var (call, answer) = await CodeAsync(server, party, user);

        (await party.RedeemAsync(call, answer, ("code_verifier", verifier))).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_grant", "invalid_pkce_code_verifier",
            "The code_verifier does not match the code_challenge of the authorization request.");
    }

    [Fact]
    public async Task A_verifier_is_missed_where_there_was_a_challenge_and_refused_where_there_was_none()
    {
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddAsync(server, Old);
        var user = await server.AddUserAsync();
        var (bound, boundAnswer) = await CodeAsync(server, party, user);
        var (old, oldAnswer) = await CodeAsync(server, party, user, ("code_challenge", null), ("code_challenge_method", null));

        (await party.RedeemAsync(bound, boundAnswer, ("code_verifier", null))).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_grant", "missing_code_verifier",
            "The code was requested with a code_challenge; its code_verifier is missing.");
        (await party.RedeemAsync(old, oldAnswer)).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_grant", "invalid_pkce_code_verifier",
            "The code_verifier does not match the code_challenge of the authorization request.");
    }

    [Theory, OnEachDatabase]
    public async Task Who_was_shut_out_between_code_and_token_gets_none(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync();
        var (call, answer) = await CodeAsync(server, party, user);

        await server.DeactivateAsync(user);

        Assert.Equal("invalid_grant", (await party.RedeemAsync(call, answer)).Error);
        Assert.True(await server.Get<People>().ReactivateAsync(user.Id, "test", CancellationToken.None));
        (await party.RedeemAsync(call, answer)).MustRefuseCode();
    }

    // The first sign-in registers the person; nine tabs that do so at once all get their code, and one registration.
    [Theory, OnEachDatabase]
    public async Task Many_tabs_at_once_register_the_person_once(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var home = await RelyingParty.AddAsync(server);
        var party = await RelyingParty.AddAsync(server, settings: made => made with { RegistrationConfiguration = new() { Enabled = true } }, roles: ["buyer*"]);
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();
        (await home.GetTokensAsync(browser, user)).Expect();

        var pages = await Task.WhenAll(Enumerable.Range(0, 9).Select(_ => Task.Run(() => browser.OpenAsync(party.Call().Url))));

        Assert.All(pages, page => Assert.NotEmpty(AuthorizeAnswer.Read(page).Code));
        Assert.Equal(1, await server.ReadAsync(db => db.Registrations.CountAsync(row => row.UserId == user.Id)));
    }

    [Fact]
    public async Task Who_must_change_the_password_first_gets_no_token()
    {
        var (server, party, user) = await AddAsync();
        var (call, answer) = await CodeAsync(server, party, user);
        await server.Get<IdentityServer.Data.Database>().WriteAsync(
            (db, _) =>
            {
                db.Attach(user).Entity.PasswordChangeRequired = true;
                return Task.CompletedTask;
            },
            CancellationToken.None);

        (await party.RedeemAsync(call, answer))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_grant", "login_prevented", "This user may not receive tokens.");
    }

    private static OauthConfiguration Old(OauthConfiguration oauth) =>
        oauth with { ProofKeyForCodeExchangePolicy = ProofKeyForCodeExchangePolicy.NotRequired };

    private static async Task<(TestServer Server, RelyingParty Party, User User)> AddAsync()
    {
        var server = await TestServer.SharedAsync();
        return (server, await RelyingParty.AddAsync(server), await server.AddUserAsync());
    }

    private static async Task<(AuthorizeCall Call, AuthorizeAnswer Answer)> CodeAsync(
        TestServer server, RelyingParty party, User user, params (string, string?)[] changes)
    {
        using var browser = server.NewBrowser();
        var call = party.Call(changes);
        return (call, AuthorizeAnswer.Read(await browser.SubmitLoginAsync(await browser.OpenAsync(call.Url), user)));
    }
}
