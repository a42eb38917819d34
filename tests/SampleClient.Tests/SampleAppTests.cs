using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SampleClient.Tests;

/// <summary>The application over HTTP, against a provider that behaves, or does not.</summary>
public sealed class SampleAppTests
{
    [Fact]
    public async Task A_login_ends_on_a_page_that_shows_the_user()
    {
        await using var site = await new FakeProvider().StartAsync();
        var page = await site.PressAsync("/login");
        Assert.Equal(200, page.Status);
        Assert.Equal("Ada <b>", page.Heading);
        Assert.Equal("ada@example.com", page.Document.QuerySelector("#email")!.TextContent);
        Assert.Contains(site.Issuer, page.Document.QuerySelector("#id-token")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("true", page.Document.QuerySelectorAll("#userinfo td").Select(cell => cell.TextContent));
        Assert.DoesNotContain(IdTokenForge.AccessToken, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registering_sends_the_same_request_to_the_door_beside()
    {
        await using var site = await new FakeProvider().StartAsync();
        Assert.Equal("Ada <b>", (await site.PressAsync("/register")).Heading);
        Assert.Equal("register", site.LastAuthorizeRequest["entry"]);
        Assert.Equal("code", site.LastAuthorizeRequest["response_type"]);
    }

    [Fact]
    public async Task The_code_is_redeemed_with_the_verifier_of_its_challenge()
    {
        await using var site = await new FakeProvider().StartAsync();
        await site.PressAsync("/login");
        var request = Assert.Single(site.TokenRequests);
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(request["code_verifier"].ToString()));
        Assert.Equal(site.LastAuthorizeRequest["code_challenge"], Base64Url.EncodeToString(hash));
        Assert.Equal("S256", site.LastAuthorizeRequest["code_challenge_method"]);
        Assert.Equal(site.Client + "/callback", request["redirect_uri"].ToString());
        Assert.Equal("a shop", request["client_id"].ToString());
    }

    [Fact]
    public async Task A_secret_travels_form_encoded_in_the_header_alone()
    {
        await using var site = await new FakeProvider { ClientSecret = "a:b+c&%ü" }.StartAsync();
        await site.PressAsync("/login");
        var header = Assert.Single(site.AuthorizationHeaders);
        var halves = Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])).Split(':');
        Assert.Equal(["a shop", "a:b+c&%ü"], halves.Select(WebUtility.UrlDecode));
        Assert.False(site.TokenRequests[0].ContainsKey("client_id"));
        Assert.False(site.TokenRequests[0].ContainsKey("client_secret"));
    }

    [Fact]
    public async Task State_nonce_and_verifier_are_new_for_each_attempt()
    {
        await using var site = await new FakeProvider().StartAsync();
        var seen = new HashSet<string>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await site.PressAsync("/silent");
            Assert.True(seen.Add(site.LastAuthorizeRequest["state"]));
            Assert.True(seen.Add(site.LastAuthorizeRequest["nonce"]));
            Assert.True(seen.Add(site.LastAuthorizeRequest["code_challenge"]));
        }
    }

    [Theory]
    [InlineData("state", "another", "This login was not started here")]
    [InlineData("state", null, "This login was not started here")]
    [InlineData("iss", "https://elsewhere.example", "The answer came from somewhere else")]
    [InlineData("iss", null, "The answer came from somewhere else")]
    [InlineData("code", null, "The answer is not complete")]
    public async Task A_bent_answer_is_refused_before_anything_is_redeemed(string parameter, string? value, string heading)
    {
        await using var site = await new FakeProvider
        {
            BendAnswer = answer =>
            {
                answer.Remove(parameter);
                if (value is not null)
                    answer[parameter] = value;
            },
        }.StartAsync();
        var page = await site.PressAsync("/login");
        Assert.Equal((400, heading), (page.Status, page.Heading));
        Assert.Empty(site.TokenRequests);
        Assert.Equal("Welcome", (await site.OpenAsync(site.Client + "/")).Heading);
    }

    [Fact]
    public async Task An_answer_counts_once()
    {
        await using var site = await new FakeProvider().StartAsync();
        await site.PressAsync("/login");
        var state = site.LastAuthorizeRequest["state"];
        var page = await site.OpenAsync($"{site.Client}/callback?code=code&state={state}&iss={site.Issuer}");
        Assert.Equal((400, "This login was not started here"), (page.Status, page.Heading));
        Assert.Single(site.TokenRequests);
    }

    [Fact]
    public async Task A_repeated_parameter_is_refused()
    {
        await using var site = await new FakeProvider().StartAsync();
        var page = await site.OpenAsync(site.Client + "/callback?code=a&code=b&state=s");
        Assert.Equal((400, "The answer is ambiguous"), (page.Status, page.Heading));
    }

    [Fact]
    public async Task An_error_of_the_provider_is_shown_encoded()
    {
        await using var site = await new FakeProvider
        {
            BendAnswer = answer =>
            {
                answer.Remove("code");
                answer["error"] = "access_denied";
                answer["error_description"] = "<script>no</script>";
            },
        }.StartAsync();
        var page = await site.PressAsync("/login");
        Assert.Equal((400, "access_denied"), (page.Status, page.Document.QuerySelector("#error")!.TextContent));
        Assert.Null(page.Document.QuerySelector("script"));
        Assert.Contains("<script>no</script>", page.Document.Body!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iss", "https://elsewhere.example")]
    [InlineData("aud", "another")]
    [InlineData("nonce", "another")]
    public async Task A_bent_id_token_signs_nobody_in(string claim, string value)
    {
        await using var site = await new FakeProvider { BendClaims = claims => claims[claim] = value }.StartAsync();
        var page = await site.PressAsync("/login");
        Assert.Equal((400, "The ID token was refused"), (page.Status, page.Heading));
        Assert.Equal("Welcome", (await site.OpenAsync(site.Client + "/")).Heading);
    }

    [Fact]
    public async Task Claims_of_somebody_else_are_refused()
    {
        await using var site = await new FakeProvider { BendUserInfo = claims => claims["sub"] = "eve" }.StartAsync();
        Assert.Equal("The claims were refused", (await site.PressAsync("/login")).Heading);
    }

    [Fact]
    public async Task A_provider_under_another_name_is_not_used()
    {
        await using var site = await new FakeProvider { BendMetadata = metadata => metadata["issuer"] = "https://elsewhere.example" }.StartAsync();
        var page = await site.PressAsync("/login");
        Assert.Equal((502, "The provider cannot be used"), (page.Status, page.Heading));
    }

    [Fact]
    public async Task A_provider_that_is_not_there_gets_a_page_of_its_own()
    {
        await using var site = await new FakeProvider().StartAsync(provider: false);
        var page = await site.PressAsync("/login");
        Assert.Equal((502, "The provider cannot be reached"), (page.Status, page.Heading));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"access_token":null,"token_type":"Bearer"}""")]
    public async Task An_unreadable_answer_of_the_token_endpoint_is_told(string body)
    {
        await using var site = await new FakeProvider { BendToken = _ => Results.Text(body) }.StartAsync();
        var page = await site.PressAsync("/login");
        Assert.Equal((502, "The provider cannot be used"), (page.Status, page.Heading));
    }

    [Fact]
    public async Task A_refresh_uses_each_refresh_token_once()
    {
        await using var site = await new FakeProvider().StartAsync();
        await site.PressAsync("/login");
        var token = await site.PressAllAsync("/refresh", times: 3);
        Assert.All(token, page => Assert.Equal("The tokens were refreshed.", page.Notice));
        Assert.Equal(
            ["refresh-1", "refresh-2", "refresh-3"], site.TokenRequests.Skip(1).Select(request => request["refresh_token"].ToString()));
    }

    [Fact]
    public async Task A_refused_refresh_ends_the_session()
    {
        await using var site = await new FakeProvider().StartAsync();
        await site.PressAsync("/login");
        site.BendToken = _ => Results.Json(new { error = "invalid_grant", error_description = "It is over." }, statusCode: 400);
        var page = await site.PressAsync("/refresh");
        Assert.Equal((400, "invalid_grant"), (page.Status, page.Document.QuerySelector("#error")!.TextContent));
        Assert.Equal("Welcome", (await site.OpenAsync(site.Client + "/")).Heading);
    }

    [Fact]
    public async Task A_refresh_that_brings_somebody_else_is_refused()
    {
        var subject = "ada";
        await using var site = await new FakeProvider { BendClaims = claims => claims["sub"] = subject }.StartAsync();
        await site.PressAsync("/login");
        subject = "eve";
        Assert.Equal("The ID token was refused", (await site.PressAsync("/refresh")).Heading);
    }

    [Theory]
    [InlineData("login_required")]
    [InlineData("interaction_required")]
    [InlineData("consent_required")]
    [InlineData("account_selection_required")]
    public async Task A_silent_check_shows_what_the_provider_wants(string error)
    {
        await using var site = await new FakeProvider
        {
            BendAnswer = answer =>
            {
                answer.Remove("code");
                answer["error"] = error;
            },
        }.StartAsync();
        var page = await site.PressAsync("/silent");
        Assert.Equal("none", site.LastAuthorizeRequest["prompt"]);
        Assert.Contains(error, page.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_check_never_changes_the_user()
    {
        var subject = "ada";
        await using var site = await new FakeProvider
        {
            BendClaims = claims => claims["sub"] = subject,
            BendUserInfo = claims => claims["sub"] = subject,
        }.StartAsync();
        await site.PressAsync("/login");
        subject = "eve";
        Assert.Equal("Somebody else is signed in", (await site.PressAsync("/silent")).Heading);
        Assert.NotEmpty(site.LastAuthorizeRequest["id_token_hint"]);
    }

    [Fact]
    public async Task Logging_out_ends_the_session_here_and_there()
    {
        await using var site = await new FakeProvider().StartAsync();
        await site.PressAsync("/login");
        var page = await site.PressAsync("/logout");
        Assert.Equal("You are signed out", page.Heading);
        Assert.Equal("/signed-out", page.Address.AbsolutePath);
        Assert.Equal("Welcome", (await site.OpenAsync(site.Client + "/")).Heading);
    }

    [Fact]
    public async Task Logging_out_works_here_while_the_provider_is_away()
    {
        await using var site = await new FakeProvider().StartAsync();
        await site.PressAsync("/login");
        await site.StopProviderAsync();
        await site.PressOnlyAsync("/logout");
        Assert.Equal("Welcome", (await site.OpenAsync(site.Client + "/")).Heading);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?state=somebody-elses")]
    public async Task The_signed_out_page_says_so_only_after_our_own_logout(string query)
    {
        await using var site = await new FakeProvider().StartAsync();
        Assert.Equal("Welcome", (await site.OpenAsync(site.Client + "/signed-out" + query)).Heading);
    }

    [Theory]
    [InlineData("/login")]
    [InlineData("/register")]
    [InlineData("/silent")]
    [InlineData("/refresh")]
    [InlineData("/userinfo")]
    [InlineData("/logout")]
    public async Task A_form_from_elsewhere_does_nothing(string path)
    {
        await using var site = await new FakeProvider().StartAsync();
        await site.PressAsync("/login");
        using var answer = await site.PostAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("Ada <b>", (await site.OpenAsync(site.Client + "/")).Heading);
    }

    [Fact]
    public async Task Given_up_logins_do_not_pile_up_in_the_browser()
    {
        await using var site = await new FakeProvider().StartAsync();
        for (var attempt = 0; attempt < 12; attempt++)
            (await site.PressOnlyAsync("/login")).Dispose();
        Assert.InRange(site.CookieNames().Count(name => name.StartsWith("sample.login.", StringComparison.Ordinal)), 1, 5);
        Assert.Equal("Ada <b>", (await site.PressAsync("/login")).Heading);
    }

    [Fact]
    public async Task Every_page_forbids_foreign_content_and_frames()
    {
        await using var site = await new FakeProvider().StartAsync();
        foreach (var path in new[] { "/", "/callback", "/nowhere", "/site.css" })
        {
            var headers = (await site.GetAsync(path)).Headers;
            var policy = Assert.Single(headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
            Assert.EndsWith("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public void A_missing_client_id_stops_the_start_with_the_name_of_the_setting()
    {
        var problem = Assert.Throws<InvalidOperationException>(() => SampleApp.Build([], new()));
        Assert.Contains("SampleClient__ClientId", problem.Message, StringComparison.Ordinal);
    }
}
