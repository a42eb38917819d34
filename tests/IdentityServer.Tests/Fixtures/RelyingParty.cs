using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Users;

namespace IdentityServer.Tests.Fixtures;

/// <summary>
/// An application that signs people in, as the specifications describe it: it makes state, nonce and PKCE, reads the answer,
/// redeems the code and verifies what it gets. It knows the server by HTTP alone; nothing of the server's own code checks itself.
/// </summary>
public sealed class RelyingParty
{
    /// <summary>The redirect address that every relying party registers unless a test says otherwise.</summary>
    public const string RedirectUri = "https://app.example/callback";

    private readonly TestServer server;
    private readonly string? secret;

    private RelyingParty(TestServer server, Application application, string? secret)
    {
        (this.server, Application, this.secret) = (server, application, secret);
    }

    /// <summary>The application as it is registered.</summary>
    public Application Application { get; }

    /// <summary>Its name on the wire.</summary>
    public string ClientId => Application.ClientId;

    /// <summary>Registers a confidential client, of our own house, with <see cref="RedirectUri"/>.</summary>
    public static Task<RelyingParty> AddAsync(
        TestServer server, Func<OauthConfiguration, OauthConfiguration>? change = null, Func<ApplicationSettings, ApplicationSettings>? settings = null, params string[] roles) =>
        AddAsync(server, Guid.NewGuid().ToString("N"), change, settings, roles);

    /// <summary>Registers a client that can keep no secret.</summary>
    public static Task<RelyingParty> AddPublicAsync(
        TestServer server, Func<OauthConfiguration, OauthConfiguration>? change = null, Func<ApplicationSettings, ApplicationSettings>? settings = null, params string[] roles) =>
        AddAsync(
            server,
            null,
            oauth => Apply(change, oauth with { ClientAuthenticationPolicy = ClientAuthenticationPolicy.NotRequired }),
            settings,
            roles);

    /// <summary>
    /// An authorize request with state, nonce and PKCE for the scope <c>openid</c>. <paramref name="changes"/> replace a parameter,
    /// leave it out (null) or add to it.
    /// </summary>
    public AuthorizeCall Call(params (string Name, string? Value)[] changes)
    {
        var verifier = Pkce.NewVerifier();
        Dictionary<string, string> parameters = new()
        {
            ["response_type"] = "code",
            ["client_id"] = ClientId,
            ["redirect_uri"] = RedirectUri,
            ["scope"] = "openid",
            ["state"] = "state-" + Guid.NewGuid().ToString("N"),
            ["nonce"] = "nonce-" + Guid.NewGuid().ToString("N"),
            ["code_challenge"] = Pkce.Challenge(verifier),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
        {
            parameters.Remove(name);
            if (value is not null)
            {
                parameters[name] = value;
            }
        }

        return new AuthorizeCall(parameters, verifier);
    }

    /// <summary>Signs a person in, in this browser, who is nobody yet there, and returns the answer.</summary>
    public async Task<AuthorizeAnswer> SignInAsync(Browser browser, User user, params (string Name, string? Value)[] changes) =>
        AuthorizeAnswer.Read(await browser.SubmitLoginAsync(await browser.OpenAsync(Call(changes).Url), user));

    /// <summary>Signs a person in, in a browser of their own, and redeems the code.</summary>
    public async Task<TokenAnswer> GetTokensAsync(User user, params (string Name, string? Value)[] changes)
    {
        using var browser = server.NewBrowser();
        return await GetTokensAsync(browser, user, changes);
    }

    /// <summary>Signs a person in, in this browser, and redeems the code.</summary>
    public async Task<TokenAnswer> GetTokensAsync(Browser browser, User user, params (string Name, string? Value)[] changes)
    {
        var call = Call(changes);
        var page = await browser.OpenAsync(call.Url);
        var answer = AuthorizeAnswer.Read(page.Location is null ? await browser.SubmitLoginAsync(page, user) : page);
        return await RedeemAsync(call, answer);
    }

    /// <summary>Exchanges the code of an answer for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5).</summary>
    public Task<TokenAnswer> RedeemAsync(AuthorizeCall call, AuthorizeAnswer answer, params (string Name, string? Value)[] changes) =>
        PostAsync("/oauth2/token", changes, ("grant_type", "authorization_code"), ("code", answer.Code), ("redirect_uri", call["redirect_uri"]), ("code_verifier", call.Verifier));

    /// <summary>Uses a refresh token (RFC 6749 §6).</summary>
    public Task<TokenAnswer> RefreshAsync(string refreshToken, params (string Name, string? Value)[] changes) =>
        PostAsync("/oauth2/token", changes, ("grant_type", "refresh_token"), ("refresh_token", refreshToken));

    /// <summary>Posts fields as this client, which authenticates by <c>client_secret_basic</c>, or names itself if it has no secret.</summary>
    public async Task<TokenAnswer> PostAsync(string path, (string Name, string? Value)[] changes, params (string Name, string? Value)[] fields)
    {
        using var client = server.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        var sent = fields.Where(field => changes.All(change => change.Name != field.Name)).Concat(changes).Where(field => field.Value is not null);
        if (secret is null)
        {
            sent = sent.Append(("client_id", ClientId));
        }
        else
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{secret}")));
        }

        request.Content = new FormUrlEncodedContent(sent.Select(field => KeyValuePair.Create(field.Name, field.Value!)));
        return await TokenAnswer.ReadAsync(await client.SendAsync(request));
    }

    /// <summary>Calls userinfo with an access token (OpenID Connect Core §5.3).</summary>
    public async Task<TokenAnswer> GetUserInfoAsync(string accessToken)
    {
        using var client = server.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth2/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return await TokenAnswer.ReadAsync(await client.SendAsync(request));
    }

    /// <summary>The claims of an ID token after every check of OpenID Connect Core §3.1.3.7; it throws where one fails.</summary>
    public async Task<JsonElement> VerifyIdTokenAsync(TokenAnswer tokens, AuthorizeCall? call = null)
    {
        var token = await VerifyAsync(tokens.IdToken, "JWT");
        Assert.Equal(ClientId, token.Payload.GetProperty("aud").GetString());
        Assert.Equal(IndependentJwt.HalfHash(tokens.AccessToken), token.Payload.GetProperty("at_hash").GetString());
        if (call?["nonce"] is { } nonce)
        {
            Assert.Equal(nonce, token.Payload.GetProperty("nonce").GetString());
        }

        return token.Payload;
    }

    /// <summary>The claims of an access token after the checks of RFC 9068 §4; the audience is the caller's to compare.</summary>
    public async Task<JsonElement> VerifyAccessTokenAsync(TokenAnswer tokens) => (await VerifyAsync(tokens.AccessToken, "at+jwt")).Payload;

    private async Task<IndependentJwt> VerifyAsync(string compact, string type)
    {
        using var client = server.NewClient();
        using var metadata = JsonDocument.Parse(await client.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative)));
        using var keys = JsonDocument.Parse(await client.GetStringAsync(new Uri(metadata.RootElement.GetProperty("jwks_uri").GetString()!)));
        var token = IndependentJwt.Read(compact);
        Assert.True(token.IsSignedBy(keys.RootElement), "No published key signed the token.");
        Assert.Equal(type, token.Header.GetProperty("typ").GetString());
        Assert.Equal(metadata.RootElement.GetProperty("issuer").GetString(), token.Payload.GetProperty("iss").GetString());
        Assert.InRange(token.Payload.GetProperty("iat").GetInt64(), 0, server.Clock.GetUtcNow().ToUnixTimeSeconds());
        Assert.True(token.Payload.GetProperty("exp").GetInt64() > server.Clock.GetUtcNow().ToUnixTimeSeconds(), "The token has expired.");
        return token;
    }

    private static async Task<RelyingParty> AddAsync(
        TestServer server, string? secret, Func<OauthConfiguration, OauthConfiguration>? change, Func<ApplicationSettings, ApplicationSettings>? settings, string[] roles)
    {
        var application = await server.AddApplicationAsync(
            made => Apply(settings, made with { OauthConfiguration = Apply(change, made.OauthConfiguration with { AuthorizedRedirectUrls = [RedirectUri] }) }),
            secret,
            roles);
        return new RelyingParty(server, application, secret);
    }

    private static T Apply<T>(Func<T, T>? change, T value) => change is null ? value : change(value);
}

/// <summary>An authorize request as it is sent.</summary>
public sealed record AuthorizeCall(IReadOnlyDictionary<string, string> Parameters, string Verifier)
{
    /// <summary>A parameter, or null where it is left out.</summary>
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>The request at the authorization endpoint.</summary>
    public string Url => "/oauth2/authorize?" + Query;

    /// <summary>The request at self-registration.</summary>
    public string RegisterUrl => "/oauth2/register?" + Query;

    /// <summary>The request as a query.</summary>
    public string Query => string.Join('&', Parameters.Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
}

/// <summary>What came back to the redirect address, in whichever mode.</summary>
public sealed record AuthorizeAnswer(string Address, string Mode, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>A field, or null where it is missing.</summary>
    public string? this[string name] => Fields.GetValueOrDefault(name);

    /// <summary>The code, which must be there.</summary>
    public string Code => this["code"] ?? throw new InvalidOperationException("No code but " + string.Join(", ", Fields));

    /// <summary>Reads the answer from a redirect, or from the page that posts it.</summary>
    public static AuthorizeAnswer Read(BrowserPage page)
    {
        if (page.Location is not { } location)
        {
            var form = page.Document.QuerySelector("form#form-post") ?? throw new InvalidOperationException($"No answer but {page.Status}: {page.Body}");
            var fields = form.QuerySelectorAll("input[type=hidden]").Select(input => (input.GetAttribute("name")!, input.GetAttribute("value")!));
            return new(form.GetAttribute("action")!, "form_post", ToFields(fields));
        }

        var at = location.IndexOfAny(['?', '#']);
        Assert.True(at >= 0, "The redirect says nothing: " + location);
        return new(location[..at], location[at] == '?' ? "query" : "fragment", ToFields(location[(at + 1)..].Split('&').Select(Split)));
    }

    private static (string Name, string Value) Split(string pair) =>
        pair.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (Decode(pair[..at]), Decode(pair[(at + 1)..])) : (Decode(pair), "");

    private static string Decode(string text) => WebUtility.UrlDecode(text);

    // A field that came twice fails here.
    private static Dictionary<string, string> ToFields(IEnumerable<(string Name, string Value)> fields) => fields.ToDictionary(field => field.Name, field => field.Value);
}

/// <summary>A JSON answer of an endpoint for programs.</summary>
public sealed record TokenAnswer(HttpStatusCode Status, JsonElement Json, HttpResponseMessage Response)
{
    public string AccessToken => Text("access_token");

    public string IdToken => Text("id_token");

    public string RefreshToken => Text("refresh_token");

    public string? Error => Json.TryGetProperty("error", out var error) ? error.GetString() : null;

    public bool Has(string name) => Json.TryGetProperty(name, out _);

    public static async Task<TokenAnswer> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, body.Length > 0 ? JsonElement.Parse(body) : default, response);
    }

    private string Text(string name) =>
        Json.TryGetProperty(name, out var value) ? value.GetString()! : throw new InvalidOperationException($"No {name} in {Status}: {Json}");
}
