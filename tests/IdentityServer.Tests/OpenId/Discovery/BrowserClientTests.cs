using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId;

/// <summary>Applications that run in a browser call from the origins that they registered (Fetch §3.2, CORS).</summary>
public sealed class BrowserClientTests : IAsyncLifetime
{
    private const string Allow = "Access-Control-Allow-Origin";

    private readonly string origin = $"https://spa-{Guid.NewGuid():N}.example";
    private TestServer server = null!;
    private RelyingParty party = null!;

    public static TheoryData<string, string> Doors => new()
    {
        { "POST", Endpoint.Token },
        { "POST", Endpoint.Revoke },
        { "GET", Endpoint.UserInfo },
        { "POST", Endpoint.UserInfo },
        { "GET", "/.well-known/openid-configuration" },
        { "GET", "/.well-known/oauth-authorization-server" },
        { "GET", "/.well-known/jwks.json" },
    };

    public async Task InitializeAsync()
    {
        server = await TestServer.SharedAsync();
        party = await RelyingParty.AddPublicAsync(server, oauth => oauth with { AuthorizedOriginUrls = [origin] });
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task A_registered_origin_may_call_and_read_the_answer_even_if_it_is_a_refusal(string method, string path)
    {
        var asked = await AskAsync(origin, method, path);
        Assert.Equal(HttpStatusCode.NoContent, asked.Status);
        Assert.Equal(origin, Header(asked, Allow));
        Assert.Contains(method, Header(asked, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Equal("Authorization,Content-Type", Header(asked, "Access-Control-Allow-Headers"));
        Assert.Equal("3600", Header(asked, "Access-Control-Max-Age"));
        Assert.Null(Header(asked, "Access-Control-Allow-Credentials"));

        var answer = await server.SendAsync(new HttpMethod(method), path, null, null, ("Origin", origin));
        Assert.Equal(origin, Header(answer, Allow));
        Assert.Null(Header(answer, "Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", answer.Response.Headers.Vary);
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Another_origin_hears_nothing(string method, string path)
    {
        foreach (var other in new[] { "https://evil.example", origin + ".evil.example", origin.Replace("https", "http", StringComparison.Ordinal), origin + ":444", "null" })
        {
            Assert.Null(Header(await AskAsync(other, method, path), Allow));
            Assert.Null(Header(await server.SendAsync(new HttpMethod(method), path, null, null, ("Origin", other)), Allow));
        }
    }

    [Theory]
    [InlineData("GET", "/.well-known/openid-configuration")]
    [InlineData("GET", "/.well-known/jwks.json")]
    public async Task A_shared_cache_keeps_apart_what_origins_may_read(string method, string path)
    {
        foreach (var (name, value) in new[] { ("Origin", "https://evil.example"), ("Accept", "*/*") })
        {
            Assert.Contains("Origin", (await server.SendAsync(new HttpMethod(method), path, null, null, (name, value))).Response.Headers.Vary);
        }
    }

    [Theory]
    [InlineData("/oauth2/authorize")]
    [InlineData("/oauth2/logout")]
    [InlineData("/oauth2/introspect")]
    [InlineData("/api/user")]
    public async Task What_is_not_for_browser_clients_stays_closed(string path)
    {
        Assert.Null(Header(await AskAsync(origin, "POST", path), Allow));
        using var client = server.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Origin", origin);
        using var answer = await client.SendAsync(request);
        Assert.False(answer.Headers.Contains(Allow));
    }

    [Fact]
    public async Task A_whole_sign_in_works_across_origins()
    {
        var call = party.Call(("scope", "openid offline_access"));
        using var browser = server.NewBrowser();
        var answer = AuthorizeAnswer.Read(await browser.SubmitLoginAsync(await browser.OpenAsync(call.Url), await server.AddUserAsync()));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = party.ClientId,
            ["code"] = answer.Code,
            ["redirect_uri"] = RelyingParty.RedirectUri,
            ["code_verifier"] = call.Verifier,
        });

        var tokens = (await server.SendAsync(HttpMethod.Post, Endpoint.Token, null, form, ("Origin", origin))).Expect();

        Assert.Equal(origin, Header(tokens, Allow));
        var refused = await server.SendAsync(HttpMethod.Get, Endpoint.UserInfo, Endpoint.Bearer("x"), null, ("Origin", origin));
        Assert.Equal("WWW-Authenticate", Header(refused, "Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task A_deactivated_application_opens_no_door()
    {
        await server.DeactivateAsync(party.Application);

        Assert.Null(Header(await AskAsync(origin, "POST", Endpoint.Token), Allow));
    }

    private Task<TokenAnswer> AskAsync(string from, string method, string path) => server.SendAsync(
        HttpMethod.Options, path, null, null,
        ("Origin", from), ("Access-Control-Request-Method", method), ("Access-Control-Request-Headers", "authorization,content-type"));

    private static string? Header(TokenAnswer answer, string name) => answer.Response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
