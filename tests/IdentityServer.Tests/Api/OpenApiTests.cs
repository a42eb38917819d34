using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace IdentityServer.Tests.Api;

/// <summary>
/// The API's description of itself. That its schemas are true is held against every answer that <see cref="ApiClient"/> gets in any
/// test; that it is an OpenAPI document, and that clients can be generated from it, is what tests/fusionauth-client finds out.
/// </summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Every_route_is_in_the_document_and_nothing_else_is()
    {
        var server = await TestServer.SharedAsync();
        var contract = await ContractAsync(server);
        var mapped =
            from endpoint in server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            where endpoint.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal)
                && endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null
            from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
            from path in Spread(endpoint.RoutePattern.RawText!)
            select $"{method} {path}";

        Assert.Equal(mapped.Order(StringComparer.Ordinal), contract.Operations.Select(call => $"{call.Method} {call.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Only_the_document_and_its_page_describe_nothing()
    {
        var server = await TestServer.SharedAsync();
        var left =
            from endpoint in server.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            where endpoint.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal)
                && endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is not null
            select endpoint.RoutePattern.RawText;

        Assert.Equal(["/api/openapi.json", "/api/reference"], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_call_has_a_name_of_its_own()
    {
        var contract = await ContractAsync(await TestServer.SharedAsync());

        Assert.All(contract.Operations.GroupBy(call => call.Operation["operationId"]!.GetValue<string>()), named => Assert.Single(named));
    }

    [Fact]
    public async Task Every_example_is_a_body_that_the_document_allows()
    {
        var contract = await ContractAsync(await TestServer.SharedAsync());
        var bodies =
            from call in contract.Operations
            from media in call.Operation["requestBody"]?["content"]?.AsObject() ?? []
            where media.Value!["example"] is not null
            select (call.Method, call.Path, Problem: contract.Problem(media.Value!["example"], media.Value["schema"]!.AsObject(), "example", isStrict: true));

        Assert.NotEmpty(bodies);
        Assert.All(bodies, body => Assert.True(body.Problem is null, $"{body.Method} {body.Path}: {body.Problem}"));
    }

    [Fact]
    public async Task Every_call_needs_a_key_but_those_of_the_status_and_what_proves_enough_by_itself()
    {
        var server = await TestServer.SharedAsync();
        var contract = await ContractAsync(server);
        var nobody = server.ApiWith(null);
        foreach (var (method, path, operation) in contract.Operations)
        {
            var answer = await nobody.SendAsync(method, Filled(path), method == "GET" ? null : "{}");
            var isOpen = OpenApiContract.IsOpen(operation);

            Assert.Equal(path is "/api/status" or "/api/health"
                or "/api/login" or "/api/two-factor/login" or "/api/two-factor/send/{twoFactorId}" or "/api/webauthn/assert" or "/api/webauthn/login" or "/api/webauthn/register/complete"
                or "/api/passwordless/send" or "/api/passwordless/login" or "/api/logout" or "/api/jwt/public-key"
                || (method == "POST" && path == "/api/jwt/refresh")
                || (IsRecovery(path) && (method, path) is not ("GET", "/api/user/change-password")), isOpen);
            Assert.Equal(
                !isOpen || path is "/api/login" ? HttpStatusCode.Unauthorized
                : IsRecovery(path) && path.EndsWith('}') && (method == "GET" || path.Contains("verif", StringComparison.Ordinal)) ? HttpStatusCode.NotFound
                : method == "GET" || path == "/api/logout" ? HttpStatusCode.OK : HttpStatusCode.BadRequest,
                answer.Status);
        }
    }

    // What is mailed proves enough by itself, and to ask for the mail needs nothing.
    private static bool IsRecovery(string path) => path.Split('/') is ["", "api", "user", "forgot-password" or "change-password" or "verify-email" or "verify-registration", ..];

    [Fact]
    public async Task The_document_is_open_and_kept_by_caches_until_it_changes()
    {
        using var client = (await TestServer.SharedAsync()).NewClient();
        var first = await client.GetAsync("/api/openapi.json");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/api/openapi.json");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (first.StatusCode, first.Content.Headers.ContentType?.MediaType));
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task The_document_names_the_servers_address_and_the_header_of_the_key()
    {
        var server = await TestServer.StartAsync("PublicUrl=https://login.example.com");
        await using var _ = server;
        using var client = server.NewClient();
        var document = JsonNode.Parse(await client.GetStringAsync("/api/openapi.json"))!;

        Assert.Equal("3.1.0", document["openapi"]!.GetValue<string>());
        Assert.Equal("https://login.example.com", document["servers"]![0]!["url"]!.GetValue<string>());
        Assert.Equal(
            ("apiKey", "header", "Authorization"),
            (Scheme("type"), Scheme("in"), Scheme("name")));

        string Scheme(string member) => document["components"]!["securitySchemes"]!["apiKey"]![member]!.GetValue<string>();
    }

    [Fact]
    public async Task The_reference_shows_every_call_and_asks_nobody_else_for_anything()
    {
        var server = await TestServer.SharedAsync();
        var contract = await ContractAsync(server);
        using var browser = server.NewBrowser();
        var page = await browser.OpenAsync("/api/reference");

        page.AssertPageHeaders();
        Assert.Equal(
            contract.Operations.Select(call => $"{call.Method} {call.Path}").Order(StringComparer.Ordinal),
            page.Document.QuerySelectorAll("details.call > summary").Select(call => $"{call.QuerySelector(".method")!.TextContent} {call.QuerySelector("code")!.TextContent}").Order(StringComparer.Ordinal));
        Assert.All(page.Document.QuerySelectorAll("[src], [href]"), element =>
            Assert.Matches("^[/#]", element.GetAttribute("src") ?? element.GetAttribute("href")));
        Assert.All(page.Document.QuerySelectorAll(".type a"), link => Assert.NotNull(page.Document.GetElementById(link.GetAttribute("href")![1..])));
    }

    /// <summary>The path with an id in each of its places.</summary>
    public static string Filled(string path) =>
        string.Join('/', path.Split('/').Select(segment => segment is "{id}" ? "1" : segment.StartsWith('{') ? Guid.NewGuid().ToString() : segment));

    private static async Task<OpenApiContract> ContractAsync(TestServer server)
    {
        using var client = server.NewClient();
        return await OpenApiContract.OfAsync(client);
    }

    private static string[] Spread(string pattern) =>
        pattern.EndsWith("?}", StringComparison.Ordinal) ? [pattern[..pattern.LastIndexOf('/')], pattern.Replace("?}", "}", StringComparison.Ordinal)] : [pattern];
}
