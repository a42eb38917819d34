using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId;

/// <summary>The code flow as a whole: OpenID Connect Core §3.1, RFC 7636, RFC 9207.</summary>
public sealed class CodeFlowTests
{
    [Theory, OnEachDatabase]
    public async Task Signing_in_gives_a_code_that_gives_tokens_which_any_client_can_verify(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync();
        using var browser = server.NewBrowser();
        var call = party.Call();

        var answer = AuthorizeAnswer.Read(await browser.SubmitLoginAsync(await browser.OpenAsync(call.Url), user));

        Assert.Equal((RelyingParty.RedirectUri, "query"), (answer.Address, answer.Mode));
        Assert.Equal((call["state"], server.Issuer), (answer["state"], answer["iss"]));
        var tokens = await party.RedeemAsync(call, answer);
        var idToken = await party.VerifyIdTokenAsync(tokens, call);
        var accessToken = await party.VerifyAccessTokenAsync(tokens);
        Assert.Equal((user.Id.ToString(), user.Id.ToString()), (idToken.GetProperty("sub").GetString(), accessToken.GetProperty("sub").GetString()));
        Assert.Equal(server.Clock.GetUtcNow().ToUnixTimeSeconds(), idToken.GetProperty("auth_time").GetInt64());
        Assert.Equal(user.Id.ToString(), (await party.GetUserInfoAsync(tokens.AccessToken)).Json.GetProperty("sub").GetString());
    }

    [Fact]
    public async Task A_public_client_needs_no_secret()
    {
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddPublicAsync(server);

        var tokens = await party.GetTokensAsync(await server.AddUserAsync());

        Assert.Equal(HttpStatusCode.OK, tokens.Status);
    }
}
