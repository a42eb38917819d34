using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.ApiKeys;
using IdentityServer.Applications;
using IdentityServer.Tests.Api;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.ApiKeys;

public sealed class ApiKeyTests
{
    private static readonly string[] Get = ["GET"];

    [Fact]
    public async Task Without_a_known_key_everything_is_denied_alike()
    {
        var server = await TestServer.SharedAsync();
        foreach (var key in new[] { null, "", "unknown-key-0123456789", "Bearer abc", "Basic YTpi" })
        {
            (await server.ApiWith(key).GetAsync("/api/application")).ExpectEmpty(HttpStatusCode.Unauthorized);
            (await server.ApiWith(key).SendAsync("POST", "/api/user", "{")).ExpectEmpty(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task A_permission_covers_its_endpoint_and_its_methods_exactly()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync(permissions: [("/api/user", Get), ("/api/application", Get)]);
        var id = Guid.NewGuid();

        (await api.GetAsync($"/api/user/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.GetAsync("/api/application")).Json.ContainsKey("applications");
        (await api.DeleteAsync($"/api/user/{id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await api.GetAsync($"/api/user/registration/{id}/{id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await api.PostAsync($"/api/application/{id}/role", new JsonObject())).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await api.GetAsync($"/api/application/{id}/scope/{id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Headers_and_parameters_do_not_change_the_method_that_is_checked()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync();
        using var http = server.NewClient();
        http.DefaultRequestHeaders.Add("X-HTTP-Method-Override", "DELETE");
        var manager = await server.NewApiAsync(keyManager: true);
        var key = (await manager.PostAsync("/api/api-key", ApiFixture.Json("""{"apiKey":{"permissions":{"endpoints":{"/api/user":["GET"]}}}}""")))
            .Expect("apiKey")["key"]!.GetValue<string>();

        (await new ApiClient(http, key).GetAsync($"/api/user/{user.Id}?_method=DELETE&hardDelete=true")).Expect("user");
        (await new ApiClient(http, key).GetAsync($"/api/user/{user.Id}")).Expect("user");
    }

    [Fact]
    public async Task A_key_ends_at_its_expiry()
    {
        await using var server = await TestServer.StartAsync();
        var api = await server.NewApiAsync(expires: server.Clock.GetUtcNow().AddMinutes(1));

        (await api.GetAsync("/api/application")).Json.ContainsKey("applications");
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        (await api.GetAsync("/api/application")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Status_is_open_tells_more_with_a_key_and_nothing_with_a_wrong_one()
    {
        var server = await TestServer.SharedAsync();

        (await server.ApiWith(null).GetAsync("/api/status")).ExpectEmpty(HttpStatusCode.OK);
        Assert.Matches(@"^\d+\.\d+", (await (await server.NewApiAsync()).GetAsync("/api/status")).Json["version"]!.GetValue<string>());
        (await server.ApiWith("wrong-key-0123456789").GetAsync("/api/status")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Theory, OnEachDatabase]
    public async Task A_manager_makes_changes_and_deletes_keys(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var manager = await server.NewApiAsync(keyManager: true);
        var (id, name) = (Guid.NewGuid(), ApiFixture.NewName());

        var created = (await manager.PostAsync($"/api/api-key/{id}", new JsonObject
        {
            ["apiKey"] = new JsonObject
            {
                ["name"] = name,
                ["keyManager"] = true,
                ["metaData"] = ApiFixture.Json("""{"attributes":{"description":"for tests"}}"""),
                ["permissions"] = ApiFixture.Json("""{"endpoints":{"/api/application":["GET"]}}"""),
            },
        })).Expect("apiKey");
        var holder = server.ApiWith(created["key"]!.GetValue<string>());

        Assert.False(created["keyManager"]!.GetValue<bool>());
        Assert.Equal(id.ToString(), created["id"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, (await holder.GetAsync("/api/application")).Status);

        var read = (await manager.GetAsync($"/api/api-key/{id}")).Expect("apiKey");
        Assert.Null(read["key"]);
        Assert.False(read["retrievable"]!.GetValue<bool>());
        Assert.Equal("for tests", read["metaData"]!["attributes"]!["description"]!.GetValue<string>());

        var patched = (await manager.PatchAsync($"/api/api-key/{id}", ApiFixture.Json("""{"apiKey":{"permissions":{"endpoints":{"/api/application":["GET","POST"],"/api/user":["GET"]}}}}"""))).Expect("apiKey");
        Assert.Equal("""{"/api/application":["GET","POST"],"/api/user":["GET"]}""", patched["permissions"]!["endpoints"]!.ToJsonString());
        (await holder.GetAsync($"/api/user/{id}")).ExpectEmpty(HttpStatusCode.NotFound);

        (await manager.PutAsync($"/api/api-key/{id}", ApiFixture.Json("""{"apiKey":{"permissions":{"endpoints":{"/api/user":["GET"]}}}}"""))).Expect("apiKey");
        (await holder.GetAsync("/api/application")).ExpectEmpty(HttpStatusCode.Unauthorized);

        (await manager.DeleteAsync($"/api/api-key/{id}")).ExpectEmpty(HttpStatusCode.OK);
        (await holder.GetAsync($"/api/user/{id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await manager.DeleteAsync($"/api/api-key/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_is_no_manager_can_not_touch_keys()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();

        (await api.PostAsync("/api/api-key", ApiFixture.Json("""{"apiKey":{}}"""))).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await api.GetAsync($"/api/api-key/{Guid.NewGuid()}")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Nobody_grants_more_than_they_have()
    {
        var server = await TestServer.SharedAsync();
        var manager = await server.NewApiAsync(keyManager: true, permissions: [("/api/api-key", ["POST", "PUT", "PATCH"]), ("/api/user", Get)]);
        const string Code = "[invalid]apiKey.permissions.endpoints";

        (await manager.PostAsync("/api/api-key", ApiFixture.Json("""{"apiKey":{}}"""))).ExpectCodes(Code);
        (await manager.PostAsync("/api/api-key", ApiFixture.Json("""{"apiKey":{"permissions":{"endpoints":{"/api/user":["GET","DELETE"]}}}}"""))).ExpectCodes(Code);
        var id = (await manager.PostAsync("/api/api-key", ApiFixture.Json("""{"apiKey":{"permissions":{"endpoints":{"/api/user":["GET"]}}}}"""))).Expect("apiKey")["id"]!.GetValue<string>();
        (await manager.PutAsync($"/api/api-key/{id}", ApiFixture.Json("""{"apiKey":{}}"""))).ExpectCodes(Code);
        (await manager.PatchAsync($"/api/api-key/{id}", ApiFixture.Json("""{"apiKey":{"permissions":null}}"""))).ExpectCodes(Code);
        (await manager.PatchAsync($"/api/api-key/{id}", ApiFixture.Json("""[{"op":"remove","path":"/apiKey/permissions/endpoints/~1api~1user"}]"""), ApiClient.JsonPatch)).ExpectCodes(Code);
    }

    [Fact]
    public async Task A_null_among_permissions_is_not_read_as_everything()
    {
        var manager = await (await TestServer.SharedAsync()).NewApiAsync(keyManager: true);

        (await manager.PostAsync("/api/api-key", ApiFixture.Json("""{"apiKey":{"permissions":{"endpoints":{"/api/user":null}}}}""")))
            .ExpectCodes("[invalidJSON]apiKey.permissions.endpoints./api/user");
    }

    [Theory]
    [InlineData("short", "[tooShort]apiKey.key")]
    [InlineData("with a space in the middle", "[invalid]apiKey.key")]
    [InlineData("nicht-ascii-schlüssel-0123", "[invalid]apiKey.key")]
    public async Task A_chosen_key_is_long_and_fits_into_a_header(string key, string code)
    {
        var manager = await (await TestServer.SharedAsync()).NewApiAsync(keyManager: true);

        (await manager.PostAsync("/api/api-key", new JsonObject { ["apiKey"] = new JsonObject { ["key"] = key } })).ExpectCodes(code);
    }

    [Fact]
    public async Task A_key_and_its_name_are_taken_once()
    {
        var manager = await (await TestServer.SharedAsync()).NewApiAsync(keyManager: true);
        var body = new JsonObject { ["apiKey"] = new JsonObject { ["key"] = Guid.NewGuid().ToString(), ["name"] = ApiFixture.NewName() } };

        (await manager.PostAsync("/api/api-key", body)).Expect("apiKey");
        (await manager.PostAsync("/api/api-key", body)).ExpectCodes("[duplicate]apiKey.key", "[duplicate]apiKey.name");
    }

    [Fact]
    public async Task Keys_are_stored_as_hashes_and_their_use_changes_nothing()
    {
        var server = await TestServer.SharedAsync();
        var manager = await server.NewApiAsync(keyManager: true);
        var created = (await manager.PostAsync("/api/api-key", ApiFixture.Json("""{"apiKey":{}}"""))).Expect("apiKey");
        var (id, key) = (Guid.Parse(created["id"]!.GetValue<string>()), created["key"]!.GetValue<string>());

        var row = await server.ReadAsync(db => Task.FromResult(db.ApiKeys.Single(stored => stored.Id == id)));

        Assert.Equal(ApiKeyCatalog.Hash(key), row.Hash);
        Assert.True(key.Length >= 43);
    }

    [Fact]
    public async Task A_limited_key_can_not_make_its_holder_an_administrator()
    {
        var server = await TestServer.SharedAsync();
        string[] all = ["GET", "POST", "PUT", "PATCH", "DELETE"];
        var limited = await server.NewApiAsync(permissions: [("/api/user", all), ("/api/user/registration", all), ("/api/application", all), ("/api/application/role", all)]);
        var full = await server.NewApiAsync();
        var user = await server.AddUserAsync();
        var admin = AdminApplication.Id;
        var registration = new JsonObject { ["registration"] = new JsonObject { ["applicationId"] = admin.ToString(), ["roles"] = new JsonArray(AdminApplication.Role) } };

        (await limited.PostAsync($"/api/user/registration/{user.Id}", registration)).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.PatchAsync($"/api/application/{admin}", ApiFixture.Json("""{"application":{"oauthConfiguration":{"clientSecret":"stolen-secret-0123456789"}}}""")))
            .ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.PostAsync($"/api/application/{admin}/role", ApiFixture.Json("""{"role":{"name":"x"}}"""))).ExpectEmpty(HttpStatusCode.Unauthorized);

        (await full.PostAsync($"/api/user/registration/{user.Id}", registration)).Expect("registration");
        (await limited.PatchAsync($"/api/user/{user.Id}", ApiFixture.Json("""{"user":{"password":"a new password of mine"}}"""))).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.DeleteAsync($"/api/user/{user.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.PatchAsync($"/api/user/registration/{user.Id}", registration)).ExpectEmpty(HttpStatusCode.Unauthorized);
    }
}
