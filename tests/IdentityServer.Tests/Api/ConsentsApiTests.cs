using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

public sealed class ConsentsApiTests
{
    [Theory]
    [OnEachDatabase]
    public async Task A_consent_is_created_read_changed_and_deleted(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var name = ApiFixture.NewName();

        var created = (await api.PostAsync("/api/consent", Body(
            $$"""{"name":"{{name}}","defaultMinimumAgeForSelfConsent":13,"values":["weekly"],"countryMinimumAgeForSelfConsent":{"de":16} }"""))).Expect("consent");
        var url = $"/api/consent/{created["id"]}";
        Assert.Equal(16, (await api.GetAsync(url)).Expect("consent")["countryMinimumAgeForSelfConsent"]!["de"]!.GetValue<int>());
        Assert.Contains((await api.GetAsync("/api/consent")).Json["consents"]!.AsArray(), consent => consent!["name"]!.GetValue<string>() == name);

        Assert.Equal(13, (await api.PatchAsync(url, Body("""{"values":["daily"]}"""))).Expect("consent")["defaultMinimumAgeForSelfConsent"]!.GetValue<int>());
        Assert.Equal(2, (await api.GetAsync(url)).Expect("consent")["values"]!.AsArray().Count);
        Assert.Empty((await api.PutAsync(url, Body($$"""{"name":"{{name}}"}"""))).Expect("consent")["values"]!.AsArray());

        (await api.PostAsync("/api/consent", Body($$"""{"name":"{{name}}"}"""))).ExpectCodes("[duplicate]consent.name");
        (await api.PostAsync("/api/consent", Body("""{"defaultMinimumAgeForSelfConsent":-1}"""))).ExpectCodes("[blank]consent.name", "[invalid]consent.defaultMinimumAgeForSelfConsent");
        (await api.PostAsync(url, Body($$"""{"name":"{{name}} 2"}"""))).ExpectCodes("[duplicate]consent.id");

        var field = await api.NewFieldAsync("user.data.news", $$"""{"control":"consent","consentId":"{{created["id"]}}"}""");
        (await api.DeleteAsync(url)).ExpectCodes("[inUse]consent");
        (await api.DeleteAsync($"/api/form/field/{field}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.DeleteAsync(url)).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync(url)).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync(url)).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Theory]
    [OnEachDatabase]
    public async Task What_a_person_agreed_to_is_recorded_changed_and_withdrawn(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var user = (await server.AddUserAsync()).Id;
        var consent = (await api.PostAsync("/api/consent", Body($$"""{"name":"{{ApiFixture.NewName()}}","values":["a","b"]}"""))).Expect("consent")["id"]!.GetValue<string>();

        var given = (await api.PostAsync("/api/user/consent", User($$"""{"userId":"{{user}}","consentId":"{{consent}}","values":["a"]}"""))).Expect("userConsent");
        var url = $"/api/user/consent/{given["id"]}";
        Assert.Equal($"Active {user}", $"{given["status"]} {given["giverUserId"]}");
        Assert.Single((await api.GetAsync($"/api/user/consent?userId={user}")).Json["userConsents"]!.AsArray());

        (await api.PostAsync("/api/user/consent", User($$"""{"userId":"{{user}}","consentId":"{{consent}}"}"""))).ExpectCodes("[duplicate]userConsent.consentId");
        (await api.PostAsync("/api/user/consent", User("{}"))).ExpectCodes("[missing]userConsent.userId");
        (await api.PostAsync("/api/user/consent", User($$"""{"userId":"{{Guid.NewGuid()}}","consentId":"{{consent}}"}"""))).ExpectCodes("[invalid]userConsent.userId", "[invalid]userConsent.giverUserId");
        (await api.PatchAsync(url, User("""{"values":["b"]}"""))).ExpectCodes("[invalid]userConsent.values");
        (await api.GetAsync("/api/user/consent")).ExpectCodes("[missing]userId");

        Assert.Equal("b", (await api.PutAsync(url, User("""{"values":["b"]}"""))).Expect("userConsent")["values"]![0]!.GetValue<string>());
        (await api.DeleteAsync(url)).ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal("Revoked", (await api.GetAsync(url)).Expect("userConsent")["status"]!.GetValue<string>());
        (await api.GetAsync($"/api/user/consent/{Guid.NewGuid()}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    private static JsonObject Body(string consent) => new() { ["consent"] = ApiFixture.Json(consent) };

    private static JsonObject User(string consent) => new() { ["userConsent"] = ApiFixture.Json(consent) };
}
