using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

public sealed class RolesAndScopesApiTests
{
    [Theory, OnEachDatabase]
    public async Task A_role_that_is_renamed_or_deleted_follows_into_the_registrations(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var id = await api.NewApplicationAsync(roles: ["buyer", "seller"]);
        var user = await server.AddUserAsync();
        await api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{id}}}}","roles":["buyer","seller"]}}"""));
        var role = (await api.GetAsync($"/api/application/{id}")).Expect("application")["roles"]![0]!["id"]!.GetValue<string>();
        async Task<string> Roles() => (await api.GetAsync($"/api/user/registration/{user.Id}/{id}")).Expect("registration")["roles"]!.ToJsonString();

        (await api.PutAsync($"/api/application/{id}/role/{role}", ApiFixture.Json("""{"role":{"name":"it's a buyer"}}"""))).Expect("role");
        Assert.Equal("""["it\u0027s a buyer","seller"]""", await Roles());

        (await api.DeleteAsync($"/api/application/{id}/role/{role}")).ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal("""["seller"]""", await Roles());

        (await api.DeleteAsync($"/api/application/{id}/role?name=seller")).ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal("[]", await Roles());
        Assert.Empty(server.Get<ApplicationCatalog>().Find(Guid.Parse(id))!.Roles);
    }

    [Fact]
    public async Task A_role_is_created_under_a_chosen_id_and_patched()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var (application, role) = (await api.NewApplicationAsync(), Guid.NewGuid());

        (await api.PostAsync($"/api/application/{application}/role/{role}", ApiFixture.Json("""{"role":{"name":"buyer","description":"Buys"}}"""))).Expect("role");
        var patched = (await api.PatchAsync($"/api/application/{application}/role/{role}", ApiFixture.Json("""{"role":{"isDefault":true,"description":null}}"""))).Expect("role");

        Assert.Equal("buyer", patched["name"]!.GetValue<string>());
        Assert.True(patched["isDefault"]!.GetValue<bool>());
        Assert.Null(patched["description"]);
        (await api.PostAsync($"/api/application/{application}/role/{role}", ApiFixture.Json("""{"role":{"name":"buyer"}}"""))).ExpectCodes("[duplicate]role.name", "[duplicate]role.id");
        (await api.PostAsync($"/api/application/{application}/role", ApiFixture.Json("""{"role":{"name":""}}"""))).ExpectCodes("[blank]role.name");
        (await api.PostAsync($"/api/application/{Guid.NewGuid()}/role", ApiFixture.Json("""{"role":{"name":"x"}}"""))).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PutAsync($"/api/application/{application}/role/{Guid.NewGuid()}", ApiFixture.Json("""{"role":{"name":"x"}}"""))).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/application/{application}/role")).ExpectCodes("[missing]roleId");
    }

    [Theory, OnEachDatabase]
    public async Task A_scope_comes_changes_and_goes(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var (application, scope) = (await api.NewApplicationAsync(), Guid.NewGuid());
        var path = $"/api/application/{application}/scope/{scope}";

        (await api.PostAsync(path, ApiFixture.Json("""{"scope":{"name":"orders:read","description":"Read orders","data":{"a":1}}}"""))).Expect("scope");
        Assert.Equal("orders:read", (await api.GetAsync(path)).Expect("scope")["name"]!.GetValue<string>());
        Assert.Equal("orders:read", Assert.Single(server.Get<ApplicationCatalog>().Find(Guid.Parse(application))!.Scopes).Name);

        (await api.PatchAsync(path, ApiFixture.Json("""{"scope":{"required":true,"defaultConsentMessage":"See your orders"}}"""))).Expect("scope");
        var replaced = (await api.PutAsync(path, ApiFixture.Json("""{"scope":{"name":"orders:write"}}"""))).Expect("scope");
        Assert.False(replaced["required"]!.GetValue<bool>());
        Assert.Equal("{}", replaced["data"]!.ToJsonString());

        (await api.DeleteAsync(path)).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync(path)).ExpectEmpty(HttpStatusCode.NotFound);
        Assert.Empty(server.Get<ApplicationCatalog>().Find(Guid.Parse(application))!.Scopes);
    }

    [Theory]
    [InlineData("openid", "[duplicate]scope.name")]
    [InlineData("two words", "[invalid]scope.name")]
    [InlineData("a\"b", "[invalid]scope.name")]
    [InlineData("", "[blank]scope.name")]
    public async Task A_scope_is_a_token_of_its_own(string name, string code)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var application = await api.NewApplicationAsync();

        (await api.PostAsync($"/api/application/{application}/scope", new JsonObject { ["scope"] = new JsonObject { ["name"] = name } })).ExpectCodes(code);
    }

    [Fact]
    public async Task A_scope_is_not_found_through_another_application()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var (one, other) = (await api.NewApplicationAsync(), await api.NewApplicationAsync());
        var scope = (await api.PostAsync($"/api/application/{one}/scope", ApiFixture.Json("""{"scope":{"name":"x"}}"""))).Expect("scope")["id"];

        (await api.GetAsync($"/api/application/{other}/scope/{scope}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/application/{other}/scope/{scope}")).ExpectEmpty(HttpStatusCode.NotFound);
    }
}
