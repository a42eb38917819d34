using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

/// <summary>The refusals that calls have in common, for every call in the document (§1.3, §1.6, §1.7).</summary>
public sealed class DocumentedErrorsTests
{
    // What has to be named for there to be something that is missing.
    private static readonly Dictionary<string, string> Queries = new()
    {
        ["retrieveUserByLoginId"] = "?email=nobody@example.com",
        ["deleteApplicationRoleByName"] = "?name=nobody",
        ["deleteGroupMembers"] = string.Empty, // They stand in the body.
    };

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["registerWithId"] = $$$"""{"registration":{"applicationId":"{{{Guid.Empty}}}"} }""", // With a user in it, nobody would be missed.
    };

    [Fact]
    public async Task An_id_that_nothing_has_is_404_without_a_body()
    {
        var (api, operations) = await OperationsAsync();

        // Calls that miss somebody named in the body or the address, such as sign-ins, have tests of their own.
        var missing = operations.Where(call => call.Operation["responses"]!["404"] is not null
            && (call.Path.Contains('{', StringComparison.Ordinal) || Queries.ContainsKey(Id(call.Operation)))).ToList();
        Assert.True(missing.Count > 40);
        var application = await api.NewApplicationAsync();

        foreach (var (method, path, operation) in missing)
        {
            var answer = await api.SendAsync(
                method,
                OpenApiTests.Filled(path.Replace("{id}", "999999999", StringComparison.Ordinal)) + Queries.GetValueOrDefault(Id(operation)),
                Body(operation)?.Replace(Guid.Empty.ToString(), application, StringComparison.Ordinal));
            Assert.True(answer.Status is HttpStatusCode.NotFound, $"{method} {path}: {(int)answer.Status} {answer.Body}");
            answer.ExpectEmpty(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task A_malformed_id_is_told_at_the_name_of_its_place()
    {
        var (api, operations) = await OperationsAsync();
        foreach (var (method, path, operation) in operations)
        {
            foreach (var place in path.Split('/').Where(segment => segment.StartsWith('{')))
            {
                var answer = await api.SendAsync(method, OpenApiTests.Filled(path.Replace(place, "nothing", StringComparison.Ordinal)), Body(operation));

                Assert.True(answer.Status is HttpStatusCode.BadRequest, $"{method} {path}: {(int)answer.Status} {answer.Body}");
                Assert.Contains($"[couldNotConvert]{place.Trim('{', '}')}", answer.Codes);
            }
        }
    }

    [Fact]
    public async Task A_body_without_its_object_is_told_so()
    {
        var (api, operations) = await OperationsAsync();
        foreach (var (method, path, operation) in operations.Where(call => call.Method == "POST"))
        {
            var schema = operation["requestBody"]?["content"]?["application/json"]?["schema"];
            if (schema?["required"]?[0]?.GetValue<string>() is { } envelope && schema["properties"]![envelope]!["type"]?.GetValue<string>() != "string")
            {
                var answer = await api.SendAsync(method, OpenApiTests.Filled(path), "{}");

                Assert.True(answer.Status is HttpStatusCode.BadRequest, $"{method} {path}: {(int)answer.Status} {answer.Body}");
                Assert.True(answer.Codes.Contains($"[missing]{envelope}"), $"{method} {path}: {answer.Body}");
            }
        }
    }

    [Fact]
    public async Task What_is_no_json_is_told_so_by_every_call_that_reads()
    {
        var (api, operations) = await OperationsAsync();
        foreach (var (method, path, _) in operations.Where(call => call.Method != "GET"))
        {
            (await api.SendAsync(method, OpenApiTests.Filled(path), "{\"a\":")).ExpectCodes("[invalidJSON]");
        }
    }

    [Fact]
    public async Task Another_tenant_has_no_call()
    {
        var server = await TestServer.SharedAsync();
        var (_, operations) = await OperationsAsync();
        using var client = server.NewClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", await server.NewKeyAsync());
        client.DefaultRequestHeaders.Add("X-FusionAuth-TenantId", Guid.NewGuid().ToString());
        foreach (var (method, path, _) in operations)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), OpenApiTests.Filled(path));
            using var response = await client.SendAsync(request);
            var answer = new ApiAnswer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());

            answer.ExpectCodes("[invalid]tenantId");
        }
    }

    private static async Task<(ApiClient Api, List<(string Method, string Path, JsonObject Operation)> Operations)> OperationsAsync()
    {
        var server = await TestServer.SharedAsync();
        using var client = server.NewClient();
        var contract = await OpenApiContract.OfAsync(client);
        return (await server.NewApiAsync(keyManager: true), [.. contract.Operations.Where(call => call.Operation["security"]!.AsArray().Count == 1)]);
    }

    private static string Id(JsonObject operation) => operation["operationId"]!.GetValue<string>();

    private static string? Body(JsonObject operation) =>
        Bodies.GetValueOrDefault(Id(operation)) ?? operation["requestBody"]?["content"]?["application/json"]?["example"]?.ToJsonString();
}
