using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId;

/// <summary>How an answer travels and what it carries: RFC 6749 §4.1.2, RFC 9207 §2, Multiple Response Types §2.1, Form Post §2.</summary>
public sealed class AnswerTests
{
    [Theory]
    [InlineData(null, "query")]
    [InlineData("query", "query")]
    [InlineData("fragment", "fragment")]
    [InlineData("form_post", "form_post")]
    public async Task A_code_travels_as_it_was_asked_to(string? mode, string travels)
    {
        using var visit = await Visit.StartAsync();
        var (server, party, browser, user) = visit;
        var call = party.Call(("response_mode", mode));

        var answer = AuthorizeAnswer.Read(await browser.SubmitLoginAsync(await browser.OpenAsync(call.Url), user));

        Assert.Equal((RelyingParty.RedirectUri, travels), (answer.Address, answer.Mode));
        Assert.Equal((call["state"], server.Issuer), (answer["state"], answer["iss"]));
        Assert.Equal(HttpStatusCode.OK, (await party.RedeemAsync(call, answer)).Status);
    }

    [Theory]
    [InlineData(null, "query")]
    [InlineData("query", "query")]
    [InlineData("fragment", "fragment")]
    [InlineData("form_post", "form_post")]
    [InlineData("unheard_of", "query")]
    public async Task So_does_an_error(string? mode, string travels)
    {
        using var visit = await Visit.StartAsync();
        var (server, party, browser, _) = visit;
        var call = party.Call(("response_mode", mode), ("response_type", "token"));

        var answer = AuthorizeAnswer.Read(await browser.OpenAsync(call.Url));

        Assert.Equal(travels, answer.Mode);
        Assert.Equal((call["state"], server.Issuer), (answer["state"], answer["iss"]));
        Assert.NotNull(answer["error"]);
    }

    [Fact]
    public async Task The_page_that_posts_an_answer_is_a_page_like_any_other_and_is_kept_nowhere()
    {
        using var visit = await Visit.StartAsync();
        var (_, party, browser, _) = visit;

        var page = await browser.OpenAsync(party.Call(("response_mode", "form_post"), ("prompt", "none"), ("state", "\"><script>alert(1)</script>")).Url);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        page.AssertPageHeaders();
        Assert.DoesNotContain("<script>alert", page.Body, StringComparison.Ordinal);
        Assert.Equal("\"><script>alert(1)</script>", AuthorizeAnswer.Read(page)["state"]);
    }

    [Theory]
    [InlineData("a b+c%20d")]
    [InlineData("?&=#/\\")]
    [InlineData("\"'<>`{}|^")]
    [InlineData("=&state=other&code=forged")]
    [InlineData("ünïcödé ✓ 日本語 𝒳")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.e30.sig==")]
    [InlineData("line\r\nSet-Cookie: x=y\ttab")]
    public async Task State_comes_back_unmodified(string state)
    {
        using var visit = await Visit.StartAsync();
        var (_, party, browser, user) = visit;
        await party.SignInAsync(browser, user);

        foreach (var mode in (string[])["query", "fragment"])
        {
            var answer = AuthorizeAnswer.Read(await browser.OpenAsync(party.Call(("state", state), ("response_mode", mode)).Url));
            Assert.Equal((state, true), (answer["state"], answer.Fields.ContainsKey("code")));
        }
    }

    [Fact]
    public async Task A_request_without_state_gets_none()
    {
        using var visit = await Visit.StartAsync();
        var (_, party, browser, user) = visit;

        Assert.False((await party.SignInAsync(browser, user, ("state", null))).Fields.ContainsKey("state"));
    }

    [Fact]
    public async Task The_nonce_is_in_the_id_token_and_a_request_without_one_gets_none()
    {
        using var visit = await Visit.StartAsync();
        var (_, party, browser, user) = visit;

        var withNonce = await party.GetTokensAsync(browser, user, ("nonce", "n-0S6_ WzA2Mj✓"));
        var without = await party.GetTokensAsync(browser, user, ("nonce", null));

        Assert.Equal("n-0S6_ WzA2Mj✓", (await party.VerifyIdTokenAsync(withNonce)).GetProperty("nonce").GetString());
        Assert.False((await party.VerifyIdTokenAsync(without)).TryGetProperty("nonce", out _));
    }

    [Fact]
    public async Task Without_openid_there_is_a_code_but_no_id_token()
    {
        using var visit = await Visit.StartAsync();
        var (_, party, browser, user) = visit;

        var tokens = await party.GetTokensAsync(browser, user, ("scope", null));

        Assert.Equal((HttpStatusCode.OK, false, false), (tokens.Status, tokens.Has("id_token"), tokens.Has("scope")));
    }

    // §3.1 of the compatibility notes: the language of the pages, and what became of the person, beside the code.
    [Fact]
    public async Task FusionAuth_s_clients_hear_the_language_and_the_person_s_state()
    {
        using var visit = await Visit.StartAsync();
        var (server, party, browser, user) = visit;
        var registered = await server.AddUserAsync(application: party.Application);
        using var other = server.NewBrowser();

        var stranger = await party.SignInAsync(browser, user, ("locale", "de"));
        var known = await party.SignInAsync(other, registered);

        Assert.Equal(("de", "AuthenticatedNotRegistered"), (stranger["locale"], stranger["userState"]));
        Assert.Equal(("en", "Authenticated"), (known["locale"], known["userState"]));
    }

    // OpenID Connect Core §3.1.2.1: the person's cookies, which are SameSite=Lax, do not come with another site's post.
    [Theory]
    [InlineData("/oauth2/authorize")]
    [InlineData("/oauth2/register")]
    public async Task A_posted_request_goes_on_as_a_GET(string path)
    {
        using var visit = await Visit.StartAsync();
        var (_, party, browser, user) = visit;
        await party.SignInAsync(browser, user);
        var call = party.Call(("resource", "https://api.example/?a=1&b=2"));

        var page = await browser.PostAsync(path, [("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")], call.Parameters);

        Assert.Equal((HttpStatusCode.SeeOther, "no-store"), (page.Status, page.Header("Cache-Control")));
        Assert.StartsWith(path + "?", page.Location, StringComparison.Ordinal);
        Assert.Equal((call["state"], true), (AuthorizeAnswer.Read(await browser.FollowAsync(page))["state"], true));
    }

    [Fact]
    public async Task A_posted_request_may_be_half_in_the_query_but_not_twice()
    {
        using var visit = await Visit.StartAsync();
        var (server, party, browser, _) = visit;
        var call = party.Call();
        var inQuery = $"/oauth2/authorize?client_id={party.ClientId}";

        var half = await browser.PostAsync(inQuery, [], call.Parameters.Where(pair => pair.Key != "client_id"));
        var twice = await browser.PostAsync("/oauth2/authorize?scope=openid", [], call.Parameters);

        Assert.Equal(HttpStatusCode.SeeOther, half.Status);
        AuthorizeAnswer.Read(twice).AssertRefused(server, call, "invalid_request", "repeated_parameter", "more than once");
    }

    [Fact]
    public async Task A_posted_request_too_long_for_an_address_is_refused()
    {
        using var visit = await Visit.StartAsync();
        var (server, party, browser, _) = visit;
        var call = party.Call(("whatever", new string('x', 16_000)));

        AuthorizeAnswer.Read(await browser.PostAsync("/oauth2/authorize", [], call.Parameters))
            .AssertRefused(server, call, "invalid_request", "parameter_too_long", "too long");
    }

    [Fact]
    public async Task The_issuer_and_every_address_come_from_the_configuration_whatever_host_the_request_names()
    {
        await using var server = await TestServer.StartAsync("PublicUrl=https://login.example.com");
        var call = (await RelyingParty.AddAsync(server)).Call(("prompt", "none"));
        using var client = server.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, call.Url);
        request.Headers.Host = "evil.example";
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Proto", "gopher");

        using var response = await client.SendAsync(request);

        Assert.Contains("iss=https%3A%2F%2Flogin.example.com", response.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", response.Headers.Location.OriginalString, StringComparison.Ordinal);
    }
}
