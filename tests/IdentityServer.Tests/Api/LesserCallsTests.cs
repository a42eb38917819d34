using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

/// <summary>Calls that the tests of their nouns have no use for.</summary>
public sealed class LesserCallsTests
{
    [Fact]
    public async Task A_consent_and_its_record_get_the_ids_that_the_caller_chose()
    {
        var server = await TestServer.SharedAsync();
        var (api, user, consent, record) = (await server.NewApiAsync(), await server.AddUserAsync(), Guid.NewGuid(), Guid.NewGuid());

        var created = (await api.PostAsync($"/api/consent/{consent}", ApiFixture.Json($$$"""{"consent":{"name":"{{{ApiFixture.NewName()}}}","values":["weekly","daily"]} }"""))).Expect("consent");
        var given = (await api.PostAsync($"/api/user/consent/{record}", ApiFixture.Json($$$"""{"userConsent":{"userId":"{{{user.Id}}}","consentId":"{{{consent}}}"} }"""))).Expect("userConsent");
        var patched = (await api.PatchAsync($"/api/user/consent/{record}", ApiFixture.Json("""{"userConsent":{"values":["daily"],"data":{"asked":"by phone"}}}"""))).Expect("userConsent");

        Assert.Equal((consent.ToString(), record.ToString()), (created["id"]!.GetValue<string>(), given["id"]!.GetValue<string>()));
        Assert.Equal(("""["daily"]""", """{"asked":"by phone"}""", "Active"), (patched["values"]!.ToJsonString(), patched["data"]!.ToJsonString(), patched["status"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_key_is_generated_under_the_id_that_the_caller_chose_and_found_by_its_name()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var (id, name) = (Guid.NewGuid().ToString(), ApiFixture.NewName());

        (await api.PostAsync($"/api/key/generate/{id}", ApiFixture.Json($$$"""{"key":{"name":"{{{name}}}","algorithm":"ES256"} }"""))).Expect("key");
        var found = await api.GetAsync("/api/key/search?algorithm=ES256&name=" + Uri.EscapeDataString(name));

        Assert.Equal((id, 1), (Assert.Single(found.Json["keys"]!.AsArray())!["id"]!.GetValue<string>(), found.Json["total"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_group_is_found_by_an_address_alone()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var name = ApiFixture.NewName();
        (await api.PostAsync("/api/group", ApiFixture.Json($$$"""{"group":{"name":"{{{name}}}"} }"""))).Expect("group");

        var found = await api.GetAsync($"/api/group/search?name={Uri.EscapeDataString(name.ToUpperInvariant()[..12])}*&orderBy=name%20DESC&numberOfResults=1000");

        Assert.Contains(found.Json["groups"]!.AsArray(), group => group!["name"]!.GetValue<string>() == name);
    }

    [Fact]
    public async Task Somebody_new_is_registered_under_an_id_of_the_servers_choice()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var application = await api.NewApplicationAsync();

        var answer = await api.PostAsync("/api/user/registration", ApiFixture.Json(
            $$$"""{"user":{"email":"{{{TestServer.NewEmail()}}}"},"registration":{"applicationId":"{{{application}}}"} }"""));

        (await api.GetAsync($"/api/user/registration/{answer.Expect("user")["id"]}/{application}")).Expect("registration");
    }

    [Fact]
    public async Task A_registration_is_replaced_with_the_application_in_the_path()
    {
        var server = await TestServer.SharedAsync();
        var (api, user) = (await server.NewApiAsync(), await server.AddUserAsync());
        var application = await api.NewApplicationAsync(roles: ["buyer", "agent"]);
        (await api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json(
            $$$"""{"registration":{"applicationId":"{{{application}}}","roles":["buyer"],"data":{"a":1,"b":2}} }"""))).Expect("registration");

        var replaced = (await api.PutAsync($"/api/user/registration/{user.Id}/{application}", ApiFixture.Json("""{"registration":{"roles":["agent"],"data":{"b":3}}}"""))).Expect("registration");

        Assert.Equal(("""["agent"]""", """{"b":3}"""), (replaced["roles"]!.ToJsonString(), replaced["data"]!.ToJsonString()));
    }

    [Fact]
    public async Task Flushing_the_search_has_nothing_to_do() =>
        (await (await (await TestServer.SharedAsync()).NewApiAsync()).PutAsync("/api/user/search", null)).ExpectEmpty(HttpStatusCode.OK);
}
