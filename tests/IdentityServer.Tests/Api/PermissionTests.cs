using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

/// <summary>A key opens what it names and nothing else (§2), for every call in the document.</summary>
public sealed class PermissionTests
{
    [Fact]
    public async Task A_key_opens_exactly_the_endpoint_and_method_that_it_names()
    {
        var server = await TestServer.SharedAsync();
        using var client = server.NewClient();
        var contract = await OpenApiContract.OfAsync(client);
        var calls = contract.Operations.Where(call => !OpenApiContract.IsOpen(call.Operation) && OpenApiContract.TakesKey(call.Operation)).Select(call => (call.Method, call.Path, Endpoint: EndpointOf(call.Path))).ToList();
        foreach (var (endpoint, methods) in calls.GroupBy(call => call.Endpoint).Select(group => (group.Key, group.Select(call => call.Method).Distinct().ToList())))
        {
            foreach (var method in methods)
            {
                var key = await server.NewApiAsync(keyManager: true, permissions: [(endpoint, [method])]);
                var others = calls.Where(call => call.Endpoint == endpoint && call.Method != method)
                    .Concat(calls.Where(call => call.Endpoint != endpoint && call.Endpoint.StartsWith(endpoint + "/", StringComparison.Ordinal)).Take(2));

                foreach (var call in calls.Where(call => call.Endpoint == endpoint && call.Method == method))
                {
                    Assert.NotEqual(HttpStatusCode.Unauthorized, (await CallAsync(key, call.Method, call.Path)).Status);
                }

                foreach (var call in others)
                {
                    (await CallAsync(key, call.Method, call.Path)).ExpectEmpty(HttpStatusCode.Unauthorized);
                }
            }
        }
    }

    [Fact]
    public async Task A_key_that_is_no_manager_touches_no_keys()
    {
        var server = await TestServer.SharedAsync();
        using var client = server.NewClient();
        var contract = await OpenApiContract.OfAsync(client);
        var key = await server.NewApiAsync();
        foreach (var (method, path, _) in contract.Operations.Where(call => EndpointOf(call.Path) == "/api/api-key"))
        {
            (await CallAsync(key, method, path)).ExpectEmpty(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task Nothing_that_a_caller_sends_changes_the_method_or_the_endpoint()
    {
        var server = await TestServer.SharedAsync();
        var key = await server.NewApiAsync(permissions: [("/api/user", ["GET"])]);
        var user = await server.AddUserAsync();

        Assert.Equal(HttpStatusCode.OK, (await key.GetAsync($"/api/user/{user.Id}")).Status);
        (await key.GetAsync("/api/user/search?queryString=*")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await key.SendAsync("DELETE", $"/api/user/{user.Id}?_method=GET", """{"_method":"GET"}""")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    // §2: the path without its ids.
    private static string EndpointOf(string path) => string.Join('/', path.Split('/').Where(segment => !segment.StartsWith('{')));

    private static Task<ApiAnswer> CallAsync(ApiClient key, string method, string path) =>
        key.SendAsync(method, OpenApiTests.Filled(path) + (path == "/api/user/bulk" ? "?dryRun=true" : string.Empty), method == "GET" ? null : "{}");
}
