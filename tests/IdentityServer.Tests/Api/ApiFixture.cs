using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using IdentityServer.Api;
using IdentityServer.ApiKeys;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

/// <summary>What the management API answered.</summary>
public sealed record ApiAnswer(HttpStatusCode Status, string? MediaType, string Body)
{
    /// <summary>The cookies that it sets, as they stand in its headers, by name.</summary>
    public IReadOnlyDictionary<string, string> Cookies { get; init; } = new Dictionary<string, string>();

    /// <summary>The value of a cookie that it sets; null: it sets none of this name.</summary>
    public string? CookieValue(string name) => Cookies.TryGetValue(name, out var cookie) ? cookie.Split(';')[0].Split('=', 2)[1] : null;

    /// <summary>The body.</summary>
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    /// <summary>All error codes, fields first.</summary>
    public IReadOnlyList<string> Codes =>
    [
        .. (Json["fieldErrors"]?.AsObject() ?? []).SelectMany(entry => entry.Value!.AsArray()).Select(Code),
        .. (Json["generalErrors"]?.AsArray() ?? []).Select(Code),
    ];

    /// <summary>The object under this name of a success.</summary>
    public JsonObject Expect(string name)
    {
        Assert.True(Status == HttpStatusCode.OK, $"{(int)Status}: {Body}");
        return Json[name]!.AsObject();
    }

    /// <summary>A refusal with exactly these codes.</summary>
    public void ExpectCodes(params string[] codes)
    {
        Assert.Equal(HttpStatusCode.BadRequest, Status);
        Assert.Equal("application/json", MediaType);
        Assert.Equal(codes.Order(), Codes.Order());
    }

    /// <summary>A status with neither body nor content type.</summary>
    public void ExpectEmpty(HttpStatusCode status)
    {
        Assert.True(status == Status, $"{(int)Status}: {Body}");
        Assert.Empty(Body);
        Assert.Null(MediaType);
    }

    private static string Code(JsonNode? error) => error!["code"]!.GetValue<string>();
}

/// <summary>A holder of an API key. What is exchanged is held against the OpenAPI document.</summary>
public sealed class ApiClient(HttpClient http, string? key, params (string Name, string Value)[] headers)
{
    public const string MergePatch = "application/merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";

    public Task<ApiAnswer> GetAsync(string path) => SendAsync("GET", path, (string?)null);

    public Task<ApiAnswer> PostAsync(string path, JsonNode? body) => SendAsync("POST", path, body);

    public Task<ApiAnswer> PutAsync(string path, JsonNode? body) => SendAsync("PUT", path, body);

    public Task<ApiAnswer> PatchAsync(string path, JsonNode body, string mediaType = "application/json") => SendAsync("PATCH", path, body, mediaType);

    public Task<ApiAnswer> DeleteAsync(string path, JsonNode? body = null) => SendAsync("DELETE", path, body);

    public Task<ApiAnswer> SendAsync(string method, string path, string? body, string? mediaType = "application/json") =>
        SendAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), mediaType);

    public async Task<ApiAnswer> SendAsync(string method, string path, byte[]? body, string? mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", key);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
            request.Headers.ExpectContinue = body.Length > ApiEndpoint.MaxBody; // Else a refusal meets a client that is still writing.
        }

        using var response = await http.SendAsync(request);
        var answer = new ApiAnswer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync())
        {
            Cookies = response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.ToDictionary(cookie => cookie.Split('=')[0]) : new Dictionary<string, string>(),
        };
        var broken = (await OpenApiContract.OfAsync(http)).BrokenBy(method, path, answer.Status, answer.Body);
        Assert.True(broken is null, $"{method} {path}: {broken} {answer.Body}");
        return answer;
    }

    // A test that sends bytes or text may well send what nobody should; one that sends JSON does as the document says.
    private async Task<ApiAnswer> SendAsync(string method, string path, JsonNode? body, string mediaType = "application/json")
    {
        var text = body?.ToJsonString();
        var answer = await SendAsync(method, path, text, mediaType);
        var unknown = answer.Status is HttpStatusCode.OK && text is not null
            ? (await OpenApiContract.OfAsync(http)).Unknown(method, path, mediaType, JsonNode.Parse(text)!)
            : null;
        Assert.True(unknown is null, $"{method} {path}: {unknown}");
        return answer;
    }
}

/// <summary>Ways into the API of a test server.</summary>
public static class ApiFixture
{
    /// <summary>A client with a new key; without permissions it may do everything.</summary>
    public static async Task<ApiClient> NewApiAsync(
        this TestServer server, bool keyManager = false, DateTimeOffset? expires = null, params (string Endpoint, string[] Methods)[] permissions) =>
        new(server.NewClient(), await server.NewKeyAsync(keyManager, expires, permissions));

    /// <summary>A new key.</summary>
    public static async Task<string> NewKeyAsync(
        this TestServer server, bool keyManager = false, DateTimeOffset? expires = null, params (string Endpoint, string[] Methods)[] permissions)
    {
        var input = new ApiKeyInput
        {
            KeyManager = keyManager,
            ExpiresAt = expires,
            Permissions = new ApiKeyPermissions(permissions.ToDictionary(entry => entry.Endpoint, entry => (IReadOnlyList<string>)entry.Methods)),
        };
        var created = await server.Get<Database>().WriteAsync(
            (db, token) => ApiKeyStore.CreateAsync(db, null, input, server.Clock.GetUtcNow(), token), CancellationToken.None);
        await server.Get<CatalogRefresh>().RefreshAsync(CancellationToken.None);
        return created.Expect().Key;
    }

    /// <summary>A caller with this in the header Authorization, or nothing.</summary>
    public static ApiClient ApiWith(this TestServer server, string? key) => new(server.NewClient(), key);

    /// <summary>A caller with this access token.</summary>
    public static ApiClient ApiOf(this TestServer server, string accessToken) => server.ApiWith("Bearer " + accessToken);

    /// <summary>A page in a browser with these cookies, from which a script of an origin calls; null: the browser does not say which.</summary>
    public static ApiClient ApiInBrowser(this TestServer server, string? origin, params (string Name, string? Value)[] cookies)
    {
        var cookie = ("Cookie", string.Join("; ", cookies.Select(pair => $"{pair.Name}={pair.Value}")));
        return new(server.NewClient(), null, origin is null ? [cookie] : [cookie, ("Origin", origin)]);
    }

    /// <summary>A name that nobody else has.</summary>
    public static string NewName() => "Test " + Guid.NewGuid().ToString("N");

    /// <summary>Creates an application and returns its id.</summary>
    public static async Task<string> NewApplicationAsync(this ApiClient api, JsonObject? more = null, params string[] roles)
    {
        var application = more ?? [];
        application["name"] ??= NewName();
        application["roles"] = new JsonArray([.. roles.Select(role => new JsonObject { ["name"] = role })]);
        return (await api.PostAsync("/api/application", new JsonObject { ["application"] = application })).Expect("application")["id"]!.GetValue<string>();
    }

    /// <summary>Parses JSON written in a test.</summary>
    public static JsonNode Json(string json) => JsonNode.Parse(json)!;
}
