using System.Net;
using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId;

/// <summary>Once client and redirect address are proven, the application hears what is wrong with the rest (RFC 6749 §4.1.2.1).</summary>
public sealed class RefusalTests
{
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; // RFC 7636, appendix B.

    [Theory]
    [InlineData("response_type", null, "invalid_request", "missing_response_type", "missing the response_type")]
    [InlineData("response_type", "token", "unsupported_response_type", "invalid_response_type", "Use code")]
    [InlineData("response_type", "id_token", "unsupported_response_type", "invalid_response_type", "Use code")]
    [InlineData("response_type", "code id_token", "unsupported_response_type", "invalid_response_type", "Use code")]
    [InlineData("response_type", "Code", "unsupported_response_type", "invalid_response_type", "Use code")]
    [InlineData("response_mode", "web_message", "invalid_request", "invalid_response_mode", "Use query, fragment or form_post")]
    [InlineData("response_mode", "Query", "invalid_request", "invalid_response_mode", "Use query, fragment or form_post")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported", "request_not_supported", "not supported")]
    [InlineData("request_uri", "https://app.example/request", "request_uri_not_supported", "request_uri_not_supported", "not supported")]
    [InlineData("registration", "{}", "registration_not_supported", "registration_not_supported", "not supported")]
    [InlineData("scope", "openid  email", "invalid_scope", "invalid_scope", "separated by single spaces")]
    [InlineData("scope", "openid \"", "invalid_scope", "invalid_scope", "separated by single spaces")]
    [InlineData("scope", "openid orders", "invalid_scope", "unknown_scope", "may not have")]
    [InlineData("prompt", "none login", "invalid_request", "invalid_prompt", "joins none with another")]
    [InlineData("prompt", "none consent", "invalid_request", "invalid_prompt", "joins none with another")]
    [InlineData("prompt", "none select_account", "invalid_request", "invalid_prompt", "joins none with another")]
    [InlineData("prompt", "create", "invalid_request", "invalid_prompt", "not a list of none, login")]
    [InlineData("max_age", "-1", "invalid_request", "invalid_max_age", "not a number of seconds")]
    [InlineData("max_age", "1.5", "invalid_request", "invalid_max_age", "not a number of seconds")]
    [InlineData("max_age", "soon", "invalid_request", "invalid_max_age", "not a number of seconds")]
    [InlineData("max_age", "99999999999999999999", "invalid_request", "invalid_max_age", "not a number of seconds")]
    [InlineData("claims", "{", "invalid_request", "invalid_claims", "JSON object")]
    [InlineData("claims", "[]", "invalid_request", "invalid_claims", "JSON object")]
    [InlineData("claims", "{\"id_token\":{\"acr\":{\"essential\":\"yes\"}}}", "invalid_request", "invalid_claims", "JSON object")]
    [InlineData("id_token_hint", "garbage", "invalid_request", "invalid_id_token_hint", "not an ID token that was issued here")]
    [InlineData("id_token_hint", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "invalid_request", "invalid_id_token_hint", "not an ID token that was issued here")]
    [InlineData("code_challenge", null, "invalid_request", "missing_code_challenge", "required (PKCE)")]
    [InlineData("code_challenge", "short", "invalid_request", "invalid_pkce_code_challenge", "base64url form")]
    [InlineData("code_challenge_method", "plain", "invalid_request", "invalid_pkce_code_challenge_method", "must be S256")]
    [InlineData("code_challenge_method", "s256", "invalid_request", "invalid_pkce_code_challenge_method", "must be S256")]
    [InlineData("code_challenge_method", null, "invalid_request", "invalid_pkce_code_challenge_method", "must be S256")]
    public async Task A_request_with_one_thing_wrong_is_refused_for_it(string name, string? value, string error, string reason, string description)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var call = (await RelyingParty.AddAsync(server)).Call((name, value));

        var page = await browser.OpenAsync(call.Url);

        Assert.Equal(HttpStatusCode.Found, page.Status);
        Assert.Equal(("no-store", "no-referrer"), (page.Header("Cache-Control"), page.Header("Referrer-Policy")));
        AuthorizeAnswer.Read(page).AssertRefused(server, call, error, reason, description);
    }

    [Theory]
    [InlineData("scope", "openid")]
    [InlineData("nonce", "again")]
    [InlineData("prompt", "none")]
    [InlineData("acr_values", "1")]
    [InlineData("whatever", "1")]
    public async Task A_repeated_parameter_is_refused(string name, string value)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var call = (await RelyingParty.AddAsync(server)).Call((name, value));

        AuthorizeAnswer.Read(await browser.OpenAsync($"{call.Url}&{name}={value}"))
            .AssertRefused(server, call, "invalid_request", "repeated_parameter", "more than once");
    }

    [Fact]
    public async Task A_repeated_state_is_refused_without_guessing_which_one_was_meant()
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();

        var answer = AuthorizeAnswer.Read(await browser.OpenAsync((await RelyingParty.AddAsync(server)).Call().Url + "&state=another"));

        Assert.Equal(("invalid_request", "repeated_parameter", null), (answer["error"], answer["error_reason"], answer["state"]));
    }

    [Fact]
    public async Task Unknown_and_empty_parameters_are_ignored()
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var call = (await RelyingParty.AddAsync(server)).Call(("whatever", "1"), ("display", "popup"), ("prompt", ""), ("max_age", ""), ("request", ""), ("timezone", "Europe/Berlin"));

        (await browser.OpenAsync(call.Url)).AssertStep("login");
    }

    [Fact]
    public async Task An_application_without_the_code_grant_is_refused()
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var call = (await RelyingParty.AddAsync(server, oauth => oauth with { EnabledGrants = ["client_credentials"] })).Call();

        AuthorizeAnswer.Read(await browser.OpenAsync(call.Url))
            .AssertRefused(server, call, "unauthorized_client", "grant_type_disabled", "may not use this grant");
    }

    // RFC 7636 §4.4.1, RFC 9700 §2.1.1.
    [Theory]
    [InlineData(null, false)]
    [InlineData(ProofKeyForCodeExchangePolicy.Required, false)]
    [InlineData(ProofKeyForCodeExchangePolicy.NotRequired, true)]
    [InlineData(ProofKeyForCodeExchangePolicy.NotRequiredWhenUsingClientAuthentication, true)]
    public async Task A_confidential_client_goes_without_PKCE_only_where_an_administrator_allowed_it(ProofKeyForCodeExchangePolicy? policy, bool allowed)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var party = await RelyingParty.AddAsync(server, oauth => oauth with { ProofKeyForCodeExchangePolicy = policy });
        var call = party.Call(("code_challenge", null), ("code_challenge_method", null));
        var page = await browser.OpenAsync(call.Url);

        if (!allowed)
        {
            AuthorizeAnswer.Read(page).AssertRefused(server, call, "invalid_request", "missing_code_challenge", "required (PKCE)");
            return;
        }

        var answer = AuthorizeAnswer.Read(await browser.SubmitLoginAsync(page, await server.AddUserAsync()));
        Assert.Equal(HttpStatusCode.OK, (await party.RedeemAsync(call, answer, ("code_verifier", null))).Status);
    }

    // Section 19 of the compatibility notes: what works with FusionAuth unchanged may know no PKCE.
    [Theory]
    [InlineData(null, "login")]
    [InlineData(ProofKeyForCodeExchangePolicy.Required, null)]
    public async Task Treated_as_FusionAuth_does_a_confidential_client_needs_PKCE_only_where_that_is_said(ProofKeyForCodeExchangePolicy? policy, string? step)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var party = await RelyingParty.AddAsync(
            server, oauth => oauth with { ProofKeyForCodeExchangePolicy = policy, ScopeHandlingPolicy = ScopeHandlingPolicy.Compatibility });
        var page = await browser.OpenAsync(party.Call(("code_challenge", null), ("code_challenge_method", null)).Url);

        Assert.Equal(step, page.Location is null ? page.Form.QuerySelector("input[name=step]")?.GetAttribute("value") : null);
    }

    [Theory]
    [InlineData(ScopeHandlingPolicy.Strict)]
    [InlineData(ScopeHandlingPolicy.Compatibility)]
    public async Task A_public_client_never_goes_without_PKCE(ScopeHandlingPolicy handling)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var party = await RelyingParty.AddPublicAsync(
            server, oauth => oauth with { ProofKeyForCodeExchangePolicy = ProofKeyForCodeExchangePolicy.NotRequired, ScopeHandlingPolicy = handling });
        var call = party.Call(("code_challenge", null), ("code_challenge_method", null));

        AuthorizeAnswer.Read(await browser.OpenAsync(call.Url)).AssertRefused(server, call, "invalid_request", "missing_code_challenge", "required (PKCE)");
    }

    [Fact]
    public async Task Where_PKCE_is_not_required_half_of_it_is_still_refused()
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var party = await RelyingParty.AddAsync(server, oauth => oauth with { ProofKeyForCodeExchangePolicy = ProofKeyForCodeExchangePolicy.NotRequired });
        var methodAlone = party.Call(("code_challenge", null));
        var plain = party.Call(("code_challenge", Challenge), ("code_challenge_method", "plain"));

        AuthorizeAnswer.Read(await browser.OpenAsync(methodAlone.Url)).AssertRefused(server, methodAlone, "invalid_request", "missing_code_challenge", "required");
        AuthorizeAnswer.Read(await browser.OpenAsync(plain.Url)).AssertRefused(server, plain, "invalid_request", "invalid_pkce_code_challenge_method", "S256");
    }

    // RFC 6749 §3.3: refused, granted all the same, or left out; the token response says which.
    [Theory]
    [InlineData(UnknownScopePolicy.Reject, null)]
    [InlineData(UnknownScopePolicy.Allow, "openid orders")]
    [InlineData(UnknownScopePolicy.Remove, "openid")]
    public async Task A_scope_that_nobody_defined_is_treated_as_the_application_s_policy_says(UnknownScopePolicy policy, string? granted)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var party = await RelyingParty.AddAsync(server, oauth => oauth with { UnknownScopePolicy = policy });
        var call = party.Call(("scope", "openid orders"));
        var page = await browser.OpenAsync(call.Url);

        if (granted is null)
        {
            AuthorizeAnswer.Read(page).AssertRefused(server, call, "invalid_scope", "unknown_scope", "may not have");
            return;
        }

        var tokens = await party.RedeemAsync(call, AuthorizeAnswer.Read(await browser.SubmitLoginAsync(page, await server.AddUserAsync())));
        Assert.Equal(granted, tokens.Json.GetProperty("scope").GetString());
    }

    // RFC 8707 §2.
    [Theory]
    [InlineData("https://api.example/orders#part", "must be an absolute URI without a fragment")]
    [InlineData("orders", "must be an absolute URI without a fragment")]
    [InlineData("https://other.example", "may not use")]
    public async Task A_resource_must_be_one_of_those_listed(string resource, string description)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var call = (await RelyingParty.AddAsync(server, oauth => oauth with { AuthorizedResourceUris = ["https://api.example/orders"] })).Call(("resource", resource));

        AuthorizeAnswer.Read(await browser.OpenAsync(call.Url)).AssertRefused(server, call, "invalid_target", "invalid_resource", description);
    }

    [Fact]
    public async Task The_resources_asked_for_become_the_audience_and_may_be_several()
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var party = await RelyingParty.AddAsync(server, oauth => oauth with { AuthorizedResourceUris = ["https://api.example/a", "https://api.example/b"] });
        var call = party.Call(("resource", "https://api.example/a"));

        var page = await browser.OpenAsync(call.Url + "&resource=" + Uri.EscapeDataString("https://api.example/b"));
        var tokens = await party.RedeemAsync(call, AuthorizeAnswer.Read(await browser.SubmitLoginAsync(page, await server.AddUserAsync())));

        var audience = (await party.VerifyAccessTokenAsync(tokens)).GetProperty("aud").EnumerateArray().Select(value => value.GetString());
        Assert.Equal(["https://api.example/a", "https://api.example/b"], audience.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Where_no_resources_are_listed_the_parameter_is_ignored()
    {
        var server = await TestServer.SharedAsync();
        var party = await RelyingParty.AddAsync(server);

        var tokens = await party.GetTokensAsync(await server.AddUserAsync(), ("resource", "https://api.example"));

        Assert.Equal(party.ClientId, (await party.VerifyAccessTokenAsync(tokens)).GetProperty("aud").GetString());
    }
}
