using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Api;

public sealed class UsersApiTests
{
    [Theory, OnEachDatabase]
    public async Task A_person_is_created_with_everything_and_read_back(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var (id, email) = (Guid.NewGuid(), TestServer.NewEmail());

        var created = (await api.PostAsync($"/api/user/{id}", ApiFixture.Json($$$$"""
            {"user":{"email":"{{{{email.ToUpperInvariant()}}}}","username":"Ada{{{{id:N}}}}","password":"{{{{TestServer.Password}}}}","firstName":"Ada","middleName":"K","lastName":"Lovelace",
             "fullName":"Ada Lovelace","imageUrl":"https://example.com/a.png","mobilePhone":"+44 20","timezone":"Europe/London","birthDate":"1815-12-10",
             "preferredLanguages":["en-US","de_DE"],"expiry":4102444800000,"data":{"n":1.50,"list":[1,"a",null],"gone":null}},"skipVerification":true}
            """))).Expect("user");
        var read = (await api.GetAsync($"/api/user/{id}")).Expect("user");

        Assert.True(JsonNode.DeepEquals(created, read), read.ToJsonString());
        Assert.Equal(email, read["email"]!.GetValue<string>());
        Assert.Equal($"Ada{id:N}", read["username"]!.GetValue<string>());
        Assert.Equal("1815-12-10", read["birthDate"]!.GetValue<string>());
        Assert.Equal("""["en_US","de_DE"]""", read["preferredLanguages"]!.ToJsonString());
        Assert.Equal("""{"n":1.50,"list":[1,"a",null]}""", read["data"]!.ToJsonString());
        Assert.Equal(4102444800000, read["expiry"]!.GetValue<long>());
        Assert.True(read["verified"]!.GetValue<bool>());
        Assert.Equal(["email", "username"], read["identities"]!.AsArray().Select(identity => identity!["type"]!.GetValue<string>()));
        Assert.Null(read["password"]);
        Assert.Null(read["salt"]);
        Assert.DoesNotContain(TestServer.Password, read.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory, OnEachDatabase]
    public async Task A_person_is_found_by_what_they_sign_in_with(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var name = "Grace" + Guid.NewGuid().ToString("N");
        var user = await server.AddUserAsync(change: wanted => wanted with { Username = name });

        foreach (var query in new[] { $"email={user.Email!.ToUpperInvariant()}", $"username={name}", $"loginId={user.Email}", $"loginId={name}", $"loginId={name}&loginIdTypes=email&loginIdTypes=username" })
        {
            Assert.Equal(user.Id.ToString(), (await api.GetAsync("/api/user?" + query)).Expect("user")["id"]!.GetValue<string>());
        }

        (await api.GetAsync($"/api/user?loginId={name}&loginIdTypes=email")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.GetAsync($"/api/user?email={name}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.GetAsync("/api/user")).ExpectCodes("[missing]userId");
    }

    [Fact]
    public async Task What_is_wrong_with_a_person_is_told_by_code()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var user = await server.AddUserAsync();
        Task<ApiAnswer> Post(string json) => api.PostAsync("/api/user", ApiFixture.Json(json));

        (await Post("""{"user":{}}""")).ExpectCodes("[blank]user.email");
        (await Post("""{"user":{"email":"nobody"}}""")).ExpectCodes("[notEmail]user.email");
        (await Post($$$$"""{"user":{"email":"{{{{user.Email}}}}"}}""")).ExpectCodes("[duplicate]user.email");
        (await Post("""{"user":{"email":"a@example.com","birthDate":"10.12.1815"}}""")).ExpectCodes("[couldNotConvert]user.birthDate");
        (await Post("""{"user":{"email":"a@example.com","password":"short"}}""")).ExpectCodes("[tooShort]user.password");
        (await api.PostAsync("/api/user/8ffee38d", ApiFixture.Json("""{"user":{"email":"a@example.com"}}"""))).ExpectCodes("[couldNotConvert]userId");
        (await api.PostAsync($"/api/user/{user.Id}", ApiFixture.Json($$$$"""{"user":{"email":"{{{{TestServer.NewEmail()}}}}"}}"""))).ExpectCodes("[duplicate]user.id");
    }

    [Theory, OnEachDatabase]
    public async Task Put_replaces_a_person_but_not_the_password(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var user = await server.AddUserAsync(change: wanted => wanted with { FirstName = "Ada", Data = """{"a":1}""" });
        var before = (await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).PasswordHash;

        var replaced = (await api.PutAsync($"/api/user/{user.Id}", ApiFixture.Json($$$$"""{"user":{"email":"{{{{user.Email}}}}","lastName":"L"}}"""))).Expect("user");

        Assert.Null(replaced["firstName"]);
        Assert.Equal("{}", replaced["data"]!.ToJsonString());
        Assert.Equal("L", replaced["lastName"]!.GetValue<string>());
        Assert.Equal(before, (await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).PasswordHash);
        (await api.PutAsync($"/api/user/{Guid.NewGuid()}", ApiFixture.Json("""{"user":{"email":"a@example.com"}}"""))).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Theory, OnEachDatabase]
    public async Task A_person_is_patched_in_each_dialect(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var user = await server.AddUserAsync(change: wanted => wanted with { FirstName = "Ada", Data = """{"tags":["a"]}""" });
        async Task<string> Data(Task<ApiAnswer> answer) => (await answer).Expect("user")["data"]!.ToJsonString();
        var path = $"/api/user/{user.Id}";

        Assert.Equal("""{"tags":["a","b"]}""", await Data(api.PatchAsync(path, ApiFixture.Json("""{"user":{"data":{"tags":["b"]}}}"""))));
        Assert.Equal("""{"tags":["c"]}""", await Data(api.PatchAsync(path, ApiFixture.Json("""{"user":{"data":{"tags":["c"]}}}"""), ApiClient.MergePatch)));
        Assert.Equal("""{"tags":["c"],"x":[7]}""", await Data(api.PatchAsync(path, ApiFixture.Json("""[{"op":"test","path":"/user/firstName","value":"Ada"},{"op":"add","path":"/user/data/x","value":[7]}]"""), ApiClient.JsonPatch)));
        Assert.Equal("""{"x":[7]}""", await Data(api.PatchAsync(path, ApiFixture.Json("""{"user":{"data":{"tags":null}}}"""))));
        (await api.PatchAsync(path, ApiFixture.Json("""[{"op":"test","path":"/user/firstName","value":"Eve"},{"op":"remove","path":"/user/data/x"}]"""), ApiClient.JsonPatch)).ExpectCodes("[invalid]");
        (await api.PatchAsync(path, ApiFixture.Json("""{"user":{"email":null}}"""))).ExpectCodes("[blank]user.email");
        (await api.PatchAsync(path, ApiFixture.Json("""{"user":null}"""))).ExpectCodes("[missing]user");
        (await api.PatchAsync(path, ApiFixture.Json("""{"user":{}}"""), ApiClient.JsonPatch)).ExpectCodes("[invalidJSON]");

        var read = (await api.GetAsync(path)).Expect("user");
        Assert.Equal("Ada", read["firstName"]!.GetValue<string>());
        Assert.Equal("""{"x":[7]}""", read["data"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"user":{"password":"another fine password"}}""", "application/json")]
    [InlineData("""{"user":{"password":"another fine password"}}""", ApiClient.MergePatch)]
    [InlineData("""[{"op":"add","path":"/user/password","value":"another fine password"}]""", ApiClient.JsonPatch)]
    public async Task A_password_can_be_set_by_a_patch_and_not_be_read_by_one(string patch, string mediaType)
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var user = await server.AddUserAsync();
        var before = (await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).PasswordHash;

        (await api.PatchAsync($"/api/user/{user.Id}", ApiFixture.Json(patch), mediaType)).Expect("user");

        Assert.NotEqual(before, (await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).PasswordHash);
        (await api.PatchAsync($"/api/user/{user.Id}", ApiFixture.Json("""[{"op":"copy","from":"/user/password","path":"/user/data/x"}]"""), ApiClient.JsonPatch)).ExpectCodes("[invalid]");
    }

    [Theory, OnEachDatabase]
    public async Task Patches_at_the_same_time_do_not_lose_each_other(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var user = await server.AddUserAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(async number =>
            (await api.PatchAsync($"/api/user/{user.Id}", ApiFixture.Json($$$$"""{"user":{"data":{"n{{{{number}}}}":{{{{number}}}}}}}"""))).Expect("user")));

        Assert.Equal(10, (await api.GetAsync($"/api/user/{user.Id}")).Expect("user")["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task Who_was_deactivated_holds_the_address_and_can_be_brought_back()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var user = await server.AddUserAsync();

        (await api.DeleteAsync($"/api/user/{user.Id}")).ExpectEmpty(HttpStatusCode.OK);

        (await api.PostAsync("/api/user", ApiFixture.Json($$$$"""{"user":{"email":"{{{{user.Email}}}}"}}"""))).ExpectCodes("[inactive]user.email");
        Assert.True((await api.PutAsync($"/api/user/{user.Id}?reactivate=true", null)).Expect("user")["active"]!.GetValue<bool>());
        (await api.DeleteAsync($"/api/user/{user.Id}?hardDelete=true")).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync($"/api/user/{user.Id}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/user/{user.Id}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PutAsync($"/api/user/{user.Id}?reactivate=true", null)).ExpectEmpty(HttpStatusCode.NotFound);
    }
}
