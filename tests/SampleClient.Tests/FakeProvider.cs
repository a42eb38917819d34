using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace SampleClient.Tests;

/// <summary>
/// A provider that signs everybody in at once, the sample client beside it, and somebody with a browser. Tests bend one of the
/// provider's answers and see what the client makes of it.
/// </summary>
public sealed class FakeProvider : IAsyncDisposable
{
    private readonly IdTokenForge _forge = new();
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _browser;
    private WebApplication? _provider;
    private WebApplication? _client;

    public FakeProvider() => _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies });

    public string Issuer { get; } = $"http://localhost:{FreePort()}";

    public string Client { get; } = $"http://localhost:{FreePort()}";

    public string? ClientSecret { get; init; }

    public Action<JsonObject> BendMetadata { get; init; } = _ => { };

    public Action<Dictionary<string, string>> BendAnswer { get; set; } = _ => { };

    public Action<JsonObject> BendClaims { get; init; } = _ => { };

    public Action<JsonObject> BendUserInfo { get; init; } = _ => { };

    public Func<IFormCollection, IResult?> BendToken { get; set; } = _ => null;

    public List<IFormCollection> TokenRequests { get; } = [];

    public List<string> AuthorizationHeaders { get; } = [];

    public Dictionary<string, string> LastAuthorizeRequest { get; private set; } = [];

    public async Task<FakeProvider> StartAsync(bool provider = true)
    {
        if (provider)
            _provider = await StartProviderAsync();
        _client = SampleApp.Build([], new() { Authority = Issuer, ClientId = "a shop", ClientSecret = ClientSecret, Urls = Client });
        await _client.StartAsync();
        return this;
    }

    public Task StopProviderAsync() => _provider!.StopAsync();

    /// <summary>Opens an address and follows redirects.</summary>
    public async Task<Seen> OpenAsync(string address)
    {
        var answer = await _browser.GetAsync(address);
        while (answer.Headers.Location is { } location)
            answer = await _browser.GetAsync(new Uri(answer.RequestMessage!.RequestUri!, location));
        return await Seen.FromAsync(answer);
    }

    /// <summary>Opens the client's start page and presses a button on it.</summary>
    public async Task<Seen> PressAsync(string action)
    {
        var answer = await PressOnlyAsync(action);
        return answer.Headers.Location is { } location
            ? await OpenAsync(new Uri(new Uri(Client), location).ToString())
            : await Seen.FromAsync(answer);
    }

    /// <summary>The same, without following the redirect that comes back.</summary>
    public async Task<HttpResponseMessage> PressOnlyAsync(string action)
    {
        var page = await OpenAsync(Client + "/");
        var form = page.Document.QuerySelector($"form[action='{action}']");
        Assert.NotNull(form);
        var fields = form.QuerySelectorAll("input").ToDictionary(input => input.GetAttribute("name")!, input => input.GetAttribute("value")!);
        return await _browser.PostAsync(Client + action, new FormUrlEncodedContent(fields));
    }

    /// <summary>Presses a button of the start page several times at once, as in several tabs.</summary>
    public async Task<Seen[]> PressAllAsync(string action, int times)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, times).Select(_ => PressOnlyAsync(action)));
        return await Task.WhenAll(answers.Select(answer => OpenAsync(new Uri(new Uri(Client), answer.Headers.Location!).ToString())));
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _browser.GetAsync(Client + path);

    public IEnumerable<string> CookieNames() => _cookies.GetAllCookies().Select(cookie => cookie.Name);

    public Task<HttpResponseMessage> PostAsync(string path) => _browser.PostAsync(Client + path, new FormUrlEncodedContent([]));

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        if (_client is not null)
            await _client.DisposeAsync();
        if (_provider is not null)
            await _provider.DisposeAsync();
    }

    private async Task<WebApplication> StartProviderAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(Issuer);
        builder.Services.AddRouting();
        var app = builder.Build();
        var metadata = new JsonObject
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/oauth2/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["userinfo_endpoint"] = Issuer + "/userinfo",
            ["jwks_uri"] = Issuer + "/jwks",
            ["end_session_endpoint"] = Issuer + "/logout",
            ["authorization_response_iss_parameter_supported"] = true,
        };
        BendMetadata(metadata);
        app.MapGet("/.well-known/openid-configuration", () => Json(metadata));
        app.MapGet("/jwks", () => Json(new() { ["keys"] = _forge.Keys }));
        app.MapGet("/oauth2/{entry}", (HttpContext http) =>
        {
            LastAuthorizeRequest = http.Request.Query.ToDictionary(each => each.Key, each => each.Value.ToString());
            LastAuthorizeRequest["entry"] = (string)http.Request.RouteValues["entry"]!;
            var answer = new Dictionary<string, string> { ["code"] = "code", ["state"] = LastAuthorizeRequest["state"], ["iss"] = Issuer };
            BendAnswer(answer);
            return Results.Redirect(LastAuthorizeRequest["redirect_uri"] + QueryString.Create(answer!));
        });
        app.MapPost("/token", async (HttpContext http) =>
        {
            var form = await http.Request.ReadFormAsync();
            TokenRequests.Add(form);
            AuthorizationHeaders.Add(http.Request.Headers.Authorization.ToString());
            return BendToken(form) ?? Tokens();
        });
        app.MapGet("/userinfo", () =>
        {
            var claims = new JsonObject { ["sub"] = "ada", ["name"] = "Ada <b>", ["email"] = "ada@example.com", ["email_verified"] = true };
            BendUserInfo(claims);
            return Json(claims);
        });
        app.MapGet("/logout", (string post_logout_redirect_uri, string state, string id_token_hint) =>
            id_token_hint.Length == 0 ? Results.BadRequest() : Results.Redirect($"{post_logout_redirect_uri}?state={state}"));
        await app.StartAsync();
        return app;
    }

    private IResult Tokens()
    {
        var claims = IdTokenForge.Claims(Issuer, "a shop", LastAuthorizeRequest["nonce"], DateTimeOffset.UtcNow);
        BendClaims(claims);
        return Json(new()
        {
            ["access_token"] = IdTokenForge.AccessToken,
            ["token_type"] = "Bearer",
            ["expires_in"] = 3600,
            ["refresh_token"] = $"refresh-{TokenRequests.Count}",
            ["id_token"] = _forge.Sign(claims),
        });
    }

    private static IResult Json(JsonObject value) => Results.Text(value.ToJsonString(), "application/json");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A page as it was seen.</summary>
public sealed record Seen(int Status, Uri Address, string Html, AngleSharp.Html.Dom.IHtmlDocument Document)
{
    public string Heading => Document.QuerySelector("h1")?.TextContent ?? "";

    public string? Notice => Document.QuerySelector(".notice")?.TextContent;

    public static async Task<Seen> FromAsync(HttpResponseMessage answer)
    {
        var html = await answer.Content.ReadAsStringAsync();
        return new((int)answer.StatusCode, answer.RequestMessage!.RequestUri!, html, new HtmlParser().ParseDocument(html));
    }
}
