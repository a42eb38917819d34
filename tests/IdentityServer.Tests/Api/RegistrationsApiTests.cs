using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

public sealed class RegistrationsApiTests
{
    private const string Roles = """["buyer"]""";

    [Theory, OnEachDatabase]
    public async Task A_person_and_their_registration_are_created_together_or_not_at_all(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var application = await api.NewApplicationAsync(roles: "buyer");
        var (id, email) = (Guid.NewGuid(), TestServer.NewEmail());
        JsonNode Body(string role) => ApiFixture.Json($$$$"""{"user":{"email":"{{{{email}}}}"},"registration":{"applicationId":"{{{{application}}}}","roles":["{{{{role}}}}"],"data":{"minprice":1}}}""");

        (await api.PostAsync($"/api/user/registration/{id}", Body("nobody"))).ExpectCodes("[invalid]registration.roles");
        (await api.GetAsync($"/api/user/{id}")).ExpectEmpty(HttpStatusCode.NotFound);

        var created = await api.PostAsync($"/api/user/registration/{id}", Body("buyer"));
        Assert.Equal(id.ToString(), created.Expect("user")["id"]!.GetValue<string>());
        Assert.Equal(Roles, created.Expect("registration")["roles"]!.ToJsonString());
        Assert.Equal("{}", created.Expect("registration")["tokens"]!.ToJsonString());
        Assert.Single(created.Expect("user")["registrations"]!.AsArray());
    }

    [Fact]
    public async Task Somebody_who_is_there_is_registered_once()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var (application, user) = (await api.NewApplicationAsync(), await server.AddUserAsync());
        var body = ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{application}}}}"}}""");

        (await api.PostAsync($"/api/user/registration/{user.Id}", body)).Expect("registration");
        (await api.PostAsync($"/api/user/registration/{user.Id}", body)).ExpectCodes("[duplicate]registration");
        (await api.PostAsync($"/api/user/registration/{Guid.NewGuid()}", body)).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync("/api/user/registration", body)).ExpectCodes("[missing]user");
        (await api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json("""{"registration":{}}"""))).ExpectCodes("[missing]registration.applicationId");
        (await api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json("""{"registration":{"applicationId":"x"}}"""))).ExpectCodes("[couldNotConvert]registration.applicationId");
        (await api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{Guid.NewGuid()}}}}"}}"""))).ExpectCodes("[invalid]registration.applicationId");
    }

    [Theory, OnEachDatabase]
    public async Task A_patch_that_names_the_application_in_the_body_merges(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var (application, user) = (await api.NewApplicationAsync(roles: ["buyer", "seller"]), await server.AddUserAsync());
        await api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{application}}}}","roles":["buyer"],"username":"Ana","data":{"minprice":1,"area":"Denver"}}}"""));
        Task<ApiAnswer> Patch(string members) => api.PatchAsync($"/api/user/registration/{user.Id}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{application}}}}",{{{{members}}}}}}"""));

        var first = (await Patch("""
            "data":{"minprice":200000,"area":null,"maxprice":4}
            """)).Expect("registration");
        var second = (await Patch("""
            "roles":["buyer","seller"]
            """)).Expect("registration");

        Assert.Equal("""{"minprice":200000,"maxprice":4}""", first["data"]!.ToJsonString());
        Assert.Equal(Roles, first["roles"]!.ToJsonString());
        Assert.Equal("Ana", first["username"]!.GetValue<string>());
        Assert.Equal("""["buyer","seller"]""", second["roles"]!.ToJsonString());
        (await api.PatchAsync($"/api/user/registration/{user.Id}", ApiFixture.Json("""{"registration":{}}"""))).ExpectCodes("[missing]registration.applicationId");
        (await api.PatchAsync($"/api/user/registration/{user.Id}/{Guid.NewGuid()}", ApiFixture.Json("""{"registration":{}}"""))).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_patch_with_the_application_in_the_path_speaks_all_dialects()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var (application, user) = (await api.NewApplicationAsync(roles: "buyer"), await server.AddUserAsync());
        await api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{application}}}}","roles":["buyer"]}}"""));
        var path = $"/api/user/registration/{user.Id}/{application}";

        (await api.PatchAsync(path, ApiFixture.Json("""[{"op":"add","path":"/registration/data/a","value":[1]}]"""), ApiClient.JsonPatch)).Expect("registration");
        var merged = (await api.PatchAsync(path, ApiFixture.Json("""{"registration":{"data":{"a":[2]},"roles":[]}}"""), ApiClient.MergePatch)).Expect("registration");

        Assert.Equal("""{"a":[2]}""", merged["data"]!.ToJsonString());
        Assert.Equal("[]", merged["roles"]!.ToJsonString());
    }

    [Fact]
    public async Task Put_replaces_and_delete_removes_a_registration()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var (application, user) = (await api.NewApplicationAsync(roles: "buyer"), await server.AddUserAsync());
        await api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{application}}}}","roles":["buyer"],"data":{"a":1}}}"""));

        var replaced = (await api.PutAsync($"/api/user/registration/{user.Id}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{application}}}}","timezone":"Europe/Berlin"}}"""))).Expect("registration");

        Assert.Equal("{}", replaced["data"]!.ToJsonString());
        Assert.Equal("[]", replaced["roles"]!.ToJsonString());
        Assert.Equal("Europe/Berlin", replaced["timezone"]!.GetValue<string>());
        (await api.DeleteAsync($"/api/user/registration/{user.Id}/{application}", ApiFixture.Json("""{"eventInfo":{}}"""))).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync($"/api/user/registration/{user.Id}/{application}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/user/registration/{user.Id}/{application}")).ExpectEmpty(HttpStatusCode.NotFound);
    }
}
