using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId;

/// <summary>Until client and redirect address are proven, a refusal stays on our own page (RFC 6749 §3.1.2.4, §4.1.2.1).</summary>
public sealed class AddressTests
{
    private const string Unregistered = "not one of those registered";

    [Theory]
    [InlineData("unknown")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("unknown\u2028")]
    public async Task An_unknown_client_is_refused_on_our_page(string clientId)
    {
        var page = await OpenAsync("client_id", clientId);

        page.AssertErrorPage("invalid_client_id", "not one of an active application");
    }

    [Theory]
    [InlineData("client_id", null, "missing_client_id", "missing the client_id")]
    [InlineData("client_id", "", "missing_client_id", "missing the client_id")]
    [InlineData("redirect_uri", null, "missing_redirect_uri", "missing the redirect_uri")]
    [InlineData("redirect_uri", "", "missing_redirect_uri", "missing the redirect_uri")]
    public async Task A_request_that_leaves_out_who_asks_or_where_to_is_refused_on_our_page(string name, string? value, string reason, string description) =>
        (await OpenAsync(name, value)).AssertErrorPage(reason, description);

    [Theory]
    [InlineData("client_id")]
    [InlineData("redirect_uri")]
    public async Task Repeating_them_is_refused_on_our_page(string name)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var call = (await RelyingParty.AddAsync(server)).Call();

        var page = await browser.OpenAsync($"{call.Url}&{name}={Uri.EscapeDataString(call[name]!)}");

        page.AssertErrorPage("repeated_parameter", "more than once");
    }

    [Fact]
    public async Task A_deactivated_application_is_refused_on_our_page()
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var party = await RelyingParty.AddAsync(server);
        await server.DeactivateAsync(party.Application);

        (await browser.OpenAsync(party.Call().Url)).AssertErrorPage("invalid_client_id", "not one of an active application");
    }

    [Theory]
    [InlineData("https://app.example/callback/")]
    [InlineData("https://app.example/Callback")]
    [InlineData("https://APP.example/callback")]
    [InlineData("https://app.example:443/callback")]
    [InlineData("https://app.example:8443/callback")]
    [InlineData("http://app.example/callback")]
    [InlineData("https://app.example/callback?x=1")]
    [InlineData("https://app.example/callback#x")]
    [InlineData("https://app.example/callback/../callback")]
    [InlineData("https://app.example/%63allback")]
    [InlineData("https://app.example@evil.example/callback")]
    [InlineData("https://evil.example/https://app.example/callback")]
    [InlineData("https://app.example.evil.example/callback")]
    [InlineData(" https://app.example/callback")]
    [InlineData("//app.example/callback")]
    [InlineData("/callback")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,<script>alert(1)</script>")]
    public async Task A_redirect_address_is_compared_character_by_character(string redirectUri)
    {
        var page = await OpenAsync("redirect_uri", redirectUri);

        page.AssertErrorPage("invalid_redirect_uri", Unregistered);
        Assert.DoesNotContain(redirectUri.Trim(), page.Body, StringComparison.OrdinalIgnoreCase);
    }

    // RFC 8252 §7.3: a native client learns its port when it starts.
    [Theory]
    [InlineData("http://127.0.0.1:51004/cb", true)]
    [InlineData("http://127.0.0.1/cb", true)]
    [InlineData("http://127.0.0.1:8000/other", false)]
    [InlineData("http://127.0.0.1:0/cb", false)]
    [InlineData("http://127.0.0.1:65536/cb", false)]
    [InlineData("http://127.0.0.1.evil.example/cb", false)]
    [InlineData("http://[::1]:51004/cb", false)]
    [InlineData("http://localhost:51004/cb", false)]
    public async Task On_a_loopback_literal_the_port_is_free(string redirectUri, bool accepted)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var party = await RelyingParty.AddPublicAsync(server, oauth => oauth with { AuthorizedRedirectUrls = ["http://127.0.0.1:8000/cb"] });

        var page = await browser.OpenAsync(party.Call(("redirect_uri", redirectUri)).Url);

        if (!accepted)
        {
            page.AssertErrorPage("invalid_redirect_uri", Unregistered);
            return;
        }

        Assert.Equal(redirectUri, AuthorizeAnswer.Read(await browser.SubmitLoginAsync(page, await server.AddUserAsync())).Address);
    }

    [Fact]
    public async Task An_address_with_a_query_keeps_it()
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        const string RedirectUri = "https://app.example/callback?tenant=a%2Fb";
        var party = await RelyingParty.AddAsync(server, oauth => oauth with { AuthorizedRedirectUrls = [RedirectUri] });

        var page = await browser.OpenAsync(party.Call(("redirect_uri", RedirectUri), ("prompt", "none")).Url);

        Assert.StartsWith(RedirectUri + "&error=login_required", page.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client_id", "\"><script>alert(1)</script>")]
    [InlineData("redirect_uri", "\"><script>alert(1)</script>")]
    [InlineData("redirect_uri", "https://evil.example/")]
    [InlineData("</title><script>alert(1)</script>", "x")]
    public async Task Nothing_of_the_request_is_repeated_on_the_page(string name, string value)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        var call = (await RelyingParty.AddAsync(server)).Call(("redirect_uri", "https://nobody.example"), (name, value));

        var page = await browser.OpenAsync(call.Url);

        Assert.Equal((HttpStatusCode.BadRequest, null), (page.Status, page.Location));
        Assert.DoesNotContain("alert(1)", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(call["state"]!, page.Body, StringComparison.Ordinal);
        Assert.Equal(page.Header("Content-Language"), page.Document.DocumentElement.GetAttribute("lang"));
    }

    [Fact]
    public async Task The_page_speaks_german_where_the_request_asks_for_it()
    {
        var page = await OpenAsync("redirect_uri", null, ("ui_locales", "de"));

        Assert.Equal("de", page.Document.DocumentElement.GetAttribute("lang"));
        page.AssertErrorPage("missing_redirect_uri", "missing the redirect_uri"); // For the developer: English.
    }

    private static async Task<BrowserPage> OpenAsync(string name, string? value, params (string, string?)[] more)
    {
        var server = await TestServer.SharedAsync();
        using var browser = server.NewBrowser();
        return await browser.OpenAsync((await RelyingParty.AddAsync(server)).Call([(name, value), .. more]).Url);
    }
}
