using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Durability;

/// <summary>An application, and the people who use it, that know a server in another process by HTTP alone.</summary>
internal sealed class LoadClient(Uri address) : IDisposable
{
    private const string ClientId = "6c3bd0c2-55a1-4a5e-b0a7-0c8f0a6b9f01";
    private const string Secret = "a-secret-that-only-this-test-uses";

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };

    /// <summary>The file that sets up the application.</summary>
    public static JsonObject Kickstart => new()
    {
        ["requests"] = new JsonArray(new JsonObject
        {
            ["method"] = "POST",
            ["url"] = "/api/application/" + ClientId,
            ["body"] = new JsonObject
            {
                ["application"] = new JsonObject
                {
                    ["name"] = "Load",
                    ["registrationConfiguration"] = new JsonObject { ["enabled"] = true },
                    ["oauthConfiguration"] = new JsonObject
                    {
                        ["authorizedRedirectURLs"] = new JsonArray(RelyingParty.RedirectUri),
                        ["clientSecret"] = Secret,
                        ["enabledGrants"] = new JsonArray("authorization_code", "refresh_token"),
                    },
                },
            },
        }),
    };

    /// <summary>Registers a person through the page and redeems the code.</summary>
    public async Task<TokenAnswer> RegisterAsync(Browser browser, string email)
    {
        var call = NewCall();
        var page = await browser.OpenAsync(call.RegisterUrl);
        return await RedeemAsync(call, await browser.SubmitAsync(page, ("user.email", email), ("user.fullName", "Ada Lovelace"), ("user.password", TestServer.Password)));
    }

    /// <summary>Signs a registered person in through the page and redeems the code.</summary>
    public async Task<TokenAnswer> SignInAsync(string email)
    {
        using var browser = new Browser(address);
        var call = NewCall();
        var page = await browser.OpenAsync(call.Url);
        return await RedeemAsync(call, await browser.SubmitAsync(page, ("loginId", email), ("password", TestServer.Password)));
    }

    /// <summary>Gets tokens for who is signed in already in this browser.</summary>
    public async Task<TokenAnswer> VisitAsync(Browser browser)
    {
        var call = NewCall();
        return await RedeemAsync(call, await browser.OpenAsync(call.Url));
    }

    public Task<TokenAnswer> RefreshAsync(string refreshToken) => PostAsync(("grant_type", "refresh_token"), ("refresh_token", refreshToken));

    /// <summary>Calls userinfo.</summary>
    public async Task<HttpStatusCode> AskWhoAsync(string accessToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth2/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var response = await http.SendAsync(request);
        return response.StatusCode;
    }

    public void Dispose() => http.Dispose();

    private static AuthorizeCall NewCall()
    {
        var verifier = Pkce.NewVerifier();
        return new(
            new Dictionary<string, string>
            {
                ["response_type"] = "code",
                ["client_id"] = ClientId,
                ["redirect_uri"] = RelyingParty.RedirectUri,
                ["scope"] = "openid offline_access",
                ["code_challenge"] = Pkce.Challenge(verifier),
                ["code_challenge_method"] = "S256",
            },
            verifier);
    }

    private async Task<TokenAnswer> RedeemAsync(AuthorizeCall call, BrowserPage page)
    {
        var tokens = await PostAsync(
            ("grant_type", "authorization_code"), ("code", AuthorizeAnswer.Read(page).Code), ("redirect_uri", RelyingParty.RedirectUri), ("code_verifier", call.Verifier));
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        return tokens;
    }

    private async Task<TokenAnswer> PostAsync(params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth2/token");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{Uri.EscapeDataString(Secret)}")));
        request.Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await TokenAnswer.ReadAsync(await http.SendAsync(request));
    }
}
