using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

/// <summary>What published clients force on the API, whatever is called (§1.1 of the compatibility notes).</summary>
public sealed class GroundRulesTests
{
    [Fact]
    public async Task Errors_are_json_and_other_refusals_have_neither_body_nor_content_type()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();

        (await api.PostAsync("/api/user", new JsonObject())).ExpectCodes("[missing]user");
        (await api.GetAsync($"/api/user/{Guid.NewGuid()}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.GetAsync("/api/nothing-here")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync("/api/application")).ExpectEmpty(HttpStatusCode.MethodNotAllowed);
        (await server.ApiWith(null).GetAsync("/api/application")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_delete_is_answered_with_200_and_nothing()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var id = await api.NewApplicationAsync();

        (await api.DeleteAsync($"/api/application/{id}?hardDelete=true")).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync($"/api/application/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream")]
    [InlineData("application/json")]
    [InlineData(null)]
    public async Task A_body_is_read_under_any_content_type(string? mediaType)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.SendAsync("POST", "/api/application", new JsonObject { ["application"] = new JsonObject { ["name"] = ApiFixture.NewName() } }.ToJsonString(), mediaType))
            .Expect("application");
        (await api.SendAsync("POST", "/api/application", string.Empty, mediaType)).ExpectCodes("[missing]application");
    }

    [Fact]
    public async Task A_byte_order_mark_and_white_space_around_the_body_do_not_matter()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        byte[] body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes($" {{\"application\":{{\"name\":\"{ApiFixture.NewName()}\"}}}}\n")];

        (await api.SendAsync("POST", "/api/application", body)).Expect("application");
    }

    [Theory]
    [InlineData("undefined")]
    [InlineData("null")]
    [InlineData("")]
    public async Task Query_parameters_that_clients_did_not_set_are_absent(string nothing)
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var user = await server.AddUserAsync();

        var found = await api.GetAsync($"/api/user?email={user.Email}&username={nothing}&loginId={nothing}&loginIdTypes={nothing}");

        Assert.Equal(user.Id.ToString(), found.Expect("user")["id"]!.GetValue<string>());
        (await api.DeleteAsync($"/api/user/{user.Id}?hardDelete={nothing}")).ExpectEmpty(HttpStatusCode.OK);
        Assert.False((await api.GetAsync($"/api/user/{user.Id}")).Expect("user")["active"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_switch_in_the_query_is_true_or_false_and_nothing_else()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.GetAsync("/api/application?inactive=yes")).ExpectCodes("[couldNotConvert]inactive");
    }

    [Fact]
    public async Task The_body_of_a_delete_is_read()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var user = await server.AddUserAsync();

        (await api.DeleteAsync($"/api/user/{user.Id}", ApiFixture.Json("""{"hardDelete":true}"""))).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync($"/api/user/{user.Id}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task One_slash_at_the_end_of_the_path_does_not_matter()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var id = await api.NewApplicationAsync();

        (await api.GetAsync($"/api/application/{id}/")).Expect("application");
        (await api.PostAsync("/api/application/", new JsonObject { ["application"] = new JsonObject { ["name"] = ApiFixture.NewName() } })).Expect("application");
    }

    [Fact]
    public async Task A_stray_header_of_an_older_client_is_ignored()
    {
        var server = await TestServer.SharedAsync();
        using var http = server.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/status");
        request.Headers.TryAddWithoutValidation("Length", "0");
        request.Headers.TryAddWithoutValidation("Authorization", string.Empty);

        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Unknown_members_are_ignored_and_never_bound()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        var user = (await api.PostAsync("/api/user", ApiFixture.Json($$$$"""
            {"user":{"email":"{{{{TestServer.NewEmail()}}}}","brandNew":{"a":[1]},"verified":true,"active":false,"tenantId":"{{{{Guid.NewGuid()}}}}",
             "insertInstant":1,"passwordHash":"x","registrations":[{"applicationId":"{{{{Guid.NewGuid()}}}}","roles":["admin"]}]},"somethingElse":1}
            """))).Expect("user");

        Assert.False(user["verified"]!.GetValue<bool>());
        Assert.True(user["active"]!.GetValue<bool>());
        Assert.Empty(user["registrations"]!.AsArray());
        Assert.NotEqual(1, user["insertInstant"]!.GetValue<long>());
        Assert.Null(user["brandNew"]);
    }

    [Fact]
    public async Task Ids_are_chosen_by_the_caller_whatever_their_version()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        const string Id = "ffffffff-ffff-0fff-0fff-0123456789ab";
        await api.DeleteAsync($"/api/application/{Id}?hardDelete=true");
        var body = new JsonObject { ["application"] = new JsonObject { ["name"] = ApiFixture.NewName() } };

        Assert.Equal(Id, (await api.PostAsync($"/api/application/{Id}", body)).Expect("application")["id"]!.GetValue<string>());
        body["application"]!["name"] = ApiFixture.NewName();
        (await api.PostAsync($"/api/application/{Id}", body)).ExpectCodes("[duplicate]application.id");
        (await api.PostAsync("/api/application/not-an-id", body)).ExpectCodes("[couldNotConvert]applicationId");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"user\":{\"email\":\"a@example.com\"},\"user\":{}}")]
    [InlineData("{\"user\":{\"firstName\":\"\\ud800\"}}")]
    [InlineData("{\"\\udc00\":1}")]
    [InlineData("{\"user\":{}} {}")]
    public async Task What_is_not_one_json_object_is_refused(string body)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.SendAsync("POST", "/api/user", body)).ExpectCodes("[invalidJSON]");
    }

    [Fact]
    public async Task Bytes_that_are_not_utf_8_are_refused()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        byte[] body = [.. "{\"user\":{\"firstName\":\""u8, 0xC3, 0x28, .. "\"}}"u8];

        (await api.SendAsync("POST", "/api/user", body)).ExpectCodes("[invalidJSON]");
    }

    [Fact]
    public async Task A_nesting_bomb_is_refused()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var body = "{\"user\":{\"data\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_002);

        (await api.SendAsync("POST", "/api/user", body)).ExpectCodes("[invalidJSON]");
    }

    [Fact]
    public async Task A_body_beyond_the_bound_is_refused_without_being_read()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        var answer = await api.SendAsync("POST", "/api/user", new byte[2 * 1024 * 1024]);

        answer.ExpectEmpty(HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("""{"user":{"email":"nul\u0000@example.com"}}""", "[invalid]user.email")]
    [InlineData("""{"user":{"email":"nul@example.com","data":{"a":[{"b":"x\u0000"}]}}}""", "[invalid]user.data.a[0].b")]
    [InlineData("""{"user":{"email":"nul@example.com","data":{"a\u0000":1}}}""", "[invalid]user.data.a")]
    public async Task Text_that_a_database_can_not_hold_is_refused(string body, string code)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.SendAsync("POST", "/api/user", body)).ExpectCodes(code);
        (await api.GetAsync("/api/user?email=a%00b@example.com")).ExpectCodes("[invalid]email");
    }

    [Fact]
    public async Task A_member_of_the_wrong_type_is_told_at_its_path()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.SendAsync("POST", "/api/application", """
            {"application":{"name":7,"roles":[{"name":"a"},5],"oauthConfiguration":{"enabledGrants":"x","logoutURL":{},"relationship":"Friend"},
             "jwtConfiguration":{"timeToLiveInSeconds":1.5},"data":[]}}
            """)).ExpectCodes(
            "[invalidJSON]application.name",
            "[invalidJSON]application.roles[1]",
            "[invalidJSON]application.oauthConfiguration.enabledGrants",
            "[invalidJSON]application.oauthConfiguration.logoutURL",
            "[invalid]application.oauthConfiguration.relationship",
            "[invalidJSON]application.jwtConfiguration.timeToLiveInSeconds",
            "[invalidJSON]application.data");
    }

    [Fact]
    public async Task Another_tenant_is_not_there()
    {
        var server = await TestServer.SharedAsync();
        using var http = server.NewClient();
        http.DefaultRequestHeaders.Add("X-FusionAuth-TenantId", Guid.NewGuid().ToString());
        var created = await server.NewApiAsync();
        await created.NewApplicationAsync();
        var key = (await (await server.NewApiAsync(keyManager: true)).PostAsync("/api/api-key", ApiFixture.Json("""{"apiKey":{}}"""))).Expect("apiKey")["key"]!.GetValue<string>();

        (await new ApiClient(http, key).GetAsync("/api/application")).ExpectCodes("[invalid]tenantId");
    }
}
