using System.Text;
using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.OpenId.Token;

/// <summary>What stands in ID tokens (OpenID Connect Core §2, §3.1.3.6) and access tokens (RFC 9068 §2).</summary>
public sealed class MintedTokenTests : IAsyncLifetime
{
    private TestServer server = null!;
    private User user = null!;

    public async Task InitializeAsync()
    {
        server = await TestServer.SharedAsync();
        user = await server.AddUserAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_id_token_says_who_signed_in_when_and_how_and_no_more()
    {
        var party = await RelyingParty.AddAsync(server);
        using var browser = server.NewBrowser();
        var call = party.Call(("scope", "openid profile email"));
        var answer = AuthorizeAnswer.Read(await browser.SubmitLoginAsync(await browser.OpenAsync(call.Url), user));
        var tokens = (await party.RedeemAsync(call, answer)).Expect();

        var claims = await party.VerifyIdTokenAsync(tokens, call);

        // Signature, iss, aud, exp, at_hash and nonce are checked above; azp stays away, for there is one audience.
        Assert.Equal(
            ["acr", "amr", "at_hash", "aud", "auth_time", "authenticationType", "exp", "iat", "iss", "jti", "nonce", "sid", "sub", "tid"],
            claims.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal));
        var now = server.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(user.Id.ToString(), claims.GetProperty("sub").GetString());
        Assert.Equal(["pwd"], claims.GetProperty("amr").EnumerateArray().Select(value => value.GetString()));
        Assert.Equal("1", claims.GetProperty("acr").GetString());
        Assert.Equal(now, claims.GetProperty("auth_time").GetInt64());
        Assert.Equal(now, claims.GetProperty("iat").GetInt64());
        Assert.Equal(now + 3600, claims.GetProperty("exp").GetInt64());
        Assert.True(claims.GetProperty("sid").TryGetGuid(out _));
        Assert.Equal(user.TenantId, claims.GetProperty("tid").GetGuid());
    }

    [Fact]
    public async Task Two_codes_of_one_session_share_its_sid_and_auth_time_and_have_their_own_nonce()
    {
        var party = await RelyingParty.AddAsync(server);
        using var browser = server.NewBrowser();

        var first = await party.VerifyIdTokenAsync((await party.GetTokensAsync(browser, user, ("nonce", "first"))).Expect());
        var second = await party.VerifyIdTokenAsync((await party.GetTokensAsync(browser, user, ("nonce", null))).Expect());

        Assert.Equal(first.GetProperty("sid").GetString(), second.GetProperty("sid").GetString());
        Assert.Equal(first.GetProperty("auth_time").GetInt64(), second.GetProperty("auth_time").GetInt64());
        Assert.Equal("first", first.GetProperty("nonce").GetString());
        Assert.False(second.TryGetProperty("nonce", out _));
        Assert.NotEqual(first.GetProperty("jti").GetString(), second.GetProperty("jti").GetString());
    }

    [Theory]
    [InlineData(null, null, "RS256", "ES256")]
    [InlineData("ES256", null, "ES256", "ES256")]
    [InlineData("ES256", "RS256", "ES256", "RS256")]
    public async Task The_application_chooses_how_its_tokens_are_signed(string? idToken, string? accessToken, string expectedId, string expectedAccess)
    {
        var party = await RelyingParty.AddAsync(
            server, settings: made => made with { ClientMetadata = new() { IdTokenSignedResponseAlg = idToken, AccessTokenSignedResponseAlg = accessToken } });

        var tokens = (await party.GetTokensAsync(user)).Expect();

        await party.VerifyIdTokenAsync(tokens);
        await party.VerifyAccessTokenAsync(tokens);
        Assert.Equal(expectedId, IndependentJwt.Read(tokens.IdToken).Header.GetProperty("alg").GetString());
        Assert.Equal(expectedAccess, IndependentJwt.Read(tokens.AccessToken).Header.GetProperty("alg").GetString());
    }

    [Fact]
    public async Task An_access_token_names_client_scope_roles_and_application_and_stays_small()
    {
        var party = await RelyingParty.AddAsync(server, roles: ["editor*", "reader*", "owner"]);
        user = await server.AddUserAsync(application: party.Application);

        var tokens = (await party.GetTokensAsync(user, ("scope", "openid profile email phone address offline_access"))).Expect();

        var claims = await party.VerifyAccessTokenAsync(tokens);
        Assert.Equal(party.ClientId, claims.GetProperty("aud").GetString());
        Assert.Equal(party.ClientId, claims.GetProperty("client_id").GetString());
        Assert.Equal(user.Id.ToString(), claims.GetProperty("sub").GetString());
        Assert.Equal("openid profile email phone address offline_access", claims.GetProperty("scope").GetString());
        Assert.Equal(["editor", "reader"], claims.GetProperty("roles").EnumerateArray().Select(role => role.GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(party.Application.Id, claims.GetProperty("applicationId").GetGuid());
        Assert.Equal("1", claims.GetProperty("acr").GetString());
        Assert.Equal(["pwd"], claims.GetProperty("amr").EnumerateArray().Select(value => value.GetString()));
        Assert.Equal(server.Clock.GetUtcNow().ToUnixTimeSeconds(), claims.GetProperty("auth_time").GetInt64());
        Assert.True(claims.GetProperty("jti").TryGetGuid(out _));
        Assert.False(claims.TryGetProperty("email", out _) || claims.TryGetProperty("nonce", out _));
        Assert.InRange(Encoding.ASCII.GetByteCount(tokens.AccessToken), 1, 1023);
    }

    [Fact]
    public async Task Somebody_who_is_not_registered_has_neither_roles_nor_application()
    {
        var party = await RelyingParty.AddAsync(server, roles: ["editor*"]);

        var claims = await party.VerifyAccessTokenAsync((await party.GetTokensAsync(user)).Expect());

        Assert.False(claims.TryGetProperty("roles", out _) || claims.TryGetProperty("applicationId", out _));
    }

    [Fact]
    public async Task The_audience_is_the_resources_that_were_asked_for()
    {
        const string One = "https://one.example/api", Two = "https://two.example";
        var party = await RelyingParty.AddAsync(server, oauth => oauth with { AuthorizedResourceUris = [One, Two] });

        Assert.Equal(One, (await party.VerifyAccessTokenAsync((await party.GetTokensAsync(user, ("resource", One))).Expect())).GetProperty("aud").GetString());
        Assert.Equal(party.ClientId, (await party.VerifyAccessTokenAsync((await party.GetTokensAsync(user)).Expect())).GetProperty("aud").GetString());

        // RFC 8707 §2.2: at the token endpoint, for this access token alone.
        using var browser = server.NewBrowser();
        var call = party.Call(("resource", One));
        var answer = AuthorizeAnswer.Read(await browser.SubmitLoginAsync(await browser.OpenAsync(call.Url), user));
        (await party.RedeemAsync(call, answer, ("resource", Two))).MustRefuse(
            System.Net.HttpStatusCode.BadRequest, "invalid_target", "invalid_resource", "The request asks for a resource that this client may not use.");
        (await party.RedeemAsync(call, answer, ("resource", "no uri"))).MustRefuse(
            System.Net.HttpStatusCode.BadRequest, "invalid_target", "invalid_resource", "A resource must be an absolute URI without a fragment.");
        Assert.Equal(One, (await party.VerifyAccessTokenAsync((await party.RedeemAsync(call, answer, ("resource", One))).Expect())).GetProperty("aud").GetString());
    }

    [Fact]
    public async Task Lifetimes_are_the_applications()
    {
        var party = await RelyingParty.AddAsync(server, settings: made => made with { JwtConfiguration = new() { Enabled = true, TimeToLiveInSeconds = 90 } });

        var tokens = (await party.GetTokensAsync(user)).Expect();

        Assert.Equal(90, tokens.Json.GetProperty("expires_in").GetInt32());
        foreach (var claims in new[] { await party.VerifyAccessTokenAsync(tokens), await party.VerifyIdTokenAsync(tokens) })
        {
            Assert.Equal(90, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        }
    }

    [Fact]
    public async Task Claims_that_the_request_wants_in_the_id_token_are_in_it()
    {
        var party = await RelyingParty.AddAsync(server);

        var claims = await party.VerifyIdTokenAsync((await party.GetTokensAsync(
            user, ("claims", """{"id_token":{"email":null,"name":{"essential":true},"iss":{"value":"https://evil.example"},"roles":null,"website":null}}"""))).Expect());

        Assert.Equal(user.Email, claims.GetProperty("email").GetString());
        Assert.Equal("Ada Lovelace", claims.GetProperty("name").GetString());
        Assert.False(claims.TryGetProperty("roles", out _) || claims.TryGetProperty("website", out _));
    }

    [Fact]
    public async Task Under_the_compatible_policy_both_tokens_tell_who_it_is()
    {
        var party = await RelyingParty.AddAsync(server, oauth => oauth with { ScopeHandlingPolicy = ScopeHandlingPolicy.Compatibility });

        var tokens = (await party.GetTokensAsync(user, ("claims", """{"id_token":{"name":null}}"""))).Expect();

        var idToken = await party.VerifyIdTokenAsync(tokens);
        foreach (var claims in new[] { idToken, await party.VerifyAccessTokenAsync(tokens) })
        {
            Assert.Equal(user.Email, claims.GetProperty("email").GetString());
            Assert.Equal(JsonValueKind.False, claims.GetProperty("email_verified").ValueKind);
        }

        Assert.Equal("Ada Lovelace", idToken.GetProperty("name").GetString());
        Assert.InRange(tokens.AccessToken.Length, 1, 1023);
    }
}
