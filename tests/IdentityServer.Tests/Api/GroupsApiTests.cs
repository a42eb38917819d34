using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

public sealed class GroupsApiTests
{
    [Theory, OnEachDatabase]
    public async Task Roles_of_groups_reach_tokens_only_where_the_person_is_registered(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var party = await RelyingParty.AddAsync(
            server, oauth => oauth with { ScopeHandlingPolicy = ScopeHandlingPolicy.Compatibility });
        var role = (await api.PostAsync($"/api/application/{party.Application.Id}/role", ApiFixture.Json("""{"role":{"name":"editor"}}"""))).Expect("role");
        await api.PostAsync($"/api/application/{party.Application.Id}/role", ApiFixture.Json("""{"role":{"name":"buyer","isDefault":true}}"""));
        var (registered, stranger) = (await server.AddUserAsync(), await server.AddUserAsync());
        await api.PostAsync($"/api/user/registration/{registered.Id}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{party.Application.Id}}}}"}}"""));
        var group = await NewGroupAsync(api, role["id"]!.GetValue<string>());
        (await api.PostAsync("/api/group/member", ApiFixture.Json($$$$"""
            {"members":{"{{{{group}}}}":[{"userId":"{{{{registered.Id}}}}","data":{"since":"today"}},{"userId":"{{{{stranger.Id}}}}"}]}}
            """))).Expect("members");

        var tokens = await party.GetTokensAsync(registered);
        Assert.Equal(["buyer", "editor"], Roles(await party.VerifyAccessTokenAsync(tokens)));
        Assert.Equal(["buyer", "editor"], Roles((await party.GetUserInfoAsync(tokens.AccessToken)).Json));
        Assert.False((await party.VerifyAccessTokenAsync(await party.GetTokensAsync(stranger))).TryGetProperty("roles", out _));

        await api.PatchAsync($"/api/group/{group}", ApiFixture.Json("""{"group":{"name":null},"roleIds":[]}"""), ApiClient.MergePatch); // A group without a name is refused.
        Assert.Equal(["buyer", "editor"], Roles((await party.GetUserInfoAsync(tokens.AccessToken)).Json));
        (await api.DeleteAsync($"/api/group/{group}")).ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal(["buyer"], Roles((await party.GetUserInfoAsync(tokens.AccessToken)).Json));
        Assert.Empty((await api.GetAsync($"/api/user/{registered.Id}")).Expect("user")["memberships"]!.AsArray());
        Assert.Empty((await server.ReadAsync(db => db.Users.FindAsync(registered.Id).AsTask()))!.GroupIds);

        static string[] Roles(JsonElement claims) => [.. claims.GetProperty("roles").EnumerateArray().Select(role => role.GetString()!).Order()];
    }

    [Theory, OnEachDatabase]
    public async Task A_group_is_made_changed_found_and_deleted(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var application = await api.NewApplicationAsync(roles: ["a", "b"]);
        var roles = (await api.GetAsync($"/api/application/{application}")).Expect("application")["roles"]!.AsArray().Select(role => role!["id"]!.GetValue<string>()).ToArray();
        var (id, name) = (Guid.NewGuid(), ApiFixture.NewName());

        var created = (await api.PostAsync($"/api/group/{id}", ApiFixture.Json($$$$"""{"group":{"name":"{{{{name}}}}","data":{"x":[1]}},"roleIds":["{{{{roles[0]}}}}"]}"""))).Expect("group");
        Assert.Equal("a", created["roles"]![application]![0]!["name"]!.GetValue<string>());
        Assert.True(JsonNode.DeepEquals(created, (await api.GetAsync($"/api/group/{id}")).Expect("group")));
        Assert.Contains((await api.GetAsync("/api/group")).Json["groups"]!.AsArray(), group => group!["id"]!.GetValue<string>() == id.ToString());

        var united = (await api.PatchAsync($"/api/group/{id}", ApiFixture.Json($$$$"""{"roleIds":["{{{{roles[1]}}}}","{{{{roles[0]}}}}"],"group":{"data":{"y":2}}}"""))).Expect("group");
        Assert.Equal(2, united["roles"]![application]!.AsArray().Count);
        Assert.Equal("""{"x":[1],"y":2}""", united["data"]!.ToJsonString());

        var replaced = (await api.PutAsync($"/api/group/{id}", ApiFixture.Json($$$$"""{"group":{"name":"{{{{name}}}} 2"},"roleIds":["{{{{roles[1]}}}}"]}"""))).Expect("group");
        Assert.Equal("b", replaced["roles"]![application]![0]!["name"]!.GetValue<string>());
        Assert.Equal("{}", replaced["data"]!.ToJsonString());
        var found = await api.PostAsync("/api/group/search", ApiFixture.Json($$$$"""{"search":{"name":"{{{{name.ToUpperInvariant()}}}}","numberOfResults":1}}"""));
        Assert.Equal((1, id.ToString()), (found.Json["total"]!.GetValue<int>(), found.Json["groups"]![0]!["id"]!.GetValue<string>()));

        (await api.PostAsync($"/api/group/{id}", ApiFixture.Json($$$$"""{"group":{"name":"{{{{name}}}} 2"}}"""))).ExpectCodes("[duplicate]group.id", "[duplicate]group.name");
        (await api.PostAsync("/api/group", ApiFixture.Json($$$$"""{"group":{"name":" "},"roleIds":["{{{{Guid.NewGuid()}}}}"]}"""))).ExpectCodes("[blank]group.name", "[invalid]roleIds");
        (await api.PostAsync("/api/group", ApiFixture.Json("""{"roleIds":["x"]}"""))).ExpectCodes("[missing]group", "[couldNotConvert]roleIds[0]");
        await api.DeleteAsync($"/api/application/{application}/role/{roles[1]}");
        Assert.Empty((await api.GetAsync($"/api/group/{id}")).Expect("group")["roles"]!.AsObject());
        (await api.DeleteAsync($"/api/group/{id}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync($"/api/group/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/group/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Theory, OnEachDatabase]
    public async Task People_join_and_leave_groups(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var (ada, grace) = ((await server.AddUserAsync()).Id, (await server.AddUserAsync()).Id);
        var (one, other) = (await NewGroupAsync(api), await NewGroupAsync(api));

        var added = (await api.PostAsync("/api/group/member", Members(one, ada, grace))).Expect("members")[one]!.AsArray();
        await api.PostAsync("/api/group/member", Members(other, ada));
        Assert.Equal(2, (await api.GetAsync($"/api/group/member/search?groupId={one}")).Json["total"]!.GetValue<int>());
        Assert.Equal(2, (await api.PostAsync("/api/group/member/search", ApiFixture.Json($$$$"""{"search":{"userId":"{{{{ada}}}}"}}"""))).Json["members"]!.AsArray().Count);

        (await api.PostAsync("/api/group/member", Members(one, ada))).ExpectCodes($"[duplicate]members.{one}[0].userId");
        (await api.PostAsync("/api/group/member", Members(one, Guid.NewGuid()))).ExpectCodes($"[invalid]members.{one}[0].userId");
        (await api.PostAsync("/api/group/member", Members(Guid.Empty.ToString(), ada))).ExpectCodes($"[invalid]members.{Guid.Empty}[0].groupId");
        (await api.PostAsync("/api/group/member", ApiFixture.Json("""{"members":{"x":[{}]}}"""))).ExpectCodes("[couldNotConvert]members.x");

        (await api.PutAsync("/api/group/member", Members(one, grace))).Expect("members");
        Assert.Equal([other], await GroupsOfAsync(ada));
        Assert.Equal([one], await GroupsOfAsync(grace));
        var membership = (await api.GetAsync($"/api/group/member/search?groupId={one}")).Json["members"]![0]!["id"]!.GetValue<string>();
        Assert.NotEqual(added[1]!["id"]!.GetValue<string>(), membership);
        (await api.DeleteAsync($"/api/group/member/{membership}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.DeleteAsync($"/api/group/member/{membership}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync("/api/group/member", ApiFixture.Json($$$$"""{"members":{"{{{{other}}}}":["{{{{ada}}}}"]}}"""))).ExpectEmpty(HttpStatusCode.OK);
        Assert.Empty(await GroupsOfAsync(ada));
        await api.PostAsync("/api/group/member", Members(one, ada, grace));
        (await api.DeleteAsync($"/api/group/member?groupId={one}&userId={ada}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.DeleteAsync($"/api/group/member?groupId={one}&userId=undefined")).ExpectEmpty(HttpStatusCode.OK);
        Assert.Empty(await GroupsOfAsync(grace));
        (await api.DeleteAsync("/api/group/member")).ExpectCodes("[missing]memberIds");

        async Task<string[]> GroupsOfAsync(Guid user) =>
            [.. (await api.GetAsync($"/api/user/{user}")).Expect("user")["memberships"]!.AsArray().Select(row => row!["groupId"]!.GetValue<string>())];

        static JsonObject Members(string group, params Guid[] users) =>
            new() { ["members"] = new JsonObject { [group] = new JsonArray([.. users.Select(user => new JsonObject { ["userId"] = user })]) } };
    }

    [Fact]
    public async Task A_limited_key_makes_no_administrators_through_a_group()
    {
        var server = await TestServer.SharedAsync();
        var (full, limited) = (await server.NewApiAsync(), await server.NewApiAsync(permissions: [("/api/group", ["POST", "PUT", "PATCH"]), ("/api/group/member", ["POST"])]));
        var role = (await full.GetAsync($"/api/application/{AdminApplication.Id}")).Expect("application")["roles"]![0]!["id"]!.GetValue<string>();
        var (administrators, others) = (await NewGroupAsync(full, role), await NewGroupAsync(full));
        var user = await server.AddUserAsync();

        (await limited.PostAsync("/api/group", ApiFixture.Json($$$$"""{"group":{"name":"{{{{ApiFixture.NewName()}}}}"},"roleIds":["{{{{role}}}}"]}"""))).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.PatchAsync($"/api/group/{others}", ApiFixture.Json($$$$"""{"roleIds":["{{{{role}}}}"]}"""))).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.PutAsync($"/api/group/{administrators}", ApiFixture.Json($$$$"""{"group":{"name":"{{{{ApiFixture.NewName()}}}}"}}"""))).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.PostAsync("/api/group/member", ApiFixture.Json($$$$"""{"members":{"{{{{administrators}}}}":[{"userId":"{{{{user.Id}}}}"}]}}"""))).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.PostAsync("/api/group/member", ApiFixture.Json($$$$"""{"members":{"{{{{others}}}}":[{"userId":"{{{{user.Id}}}}"}]}}"""))).Expect("members");
    }

    private static async Task<string> NewGroupAsync(ApiClient api, params string[] roleIds) =>
        (await api.PostAsync("/api/group", new JsonObject
        {
            ["group"] = new JsonObject { ["name"] = ApiFixture.NewName() },
            ["roleIds"] = new JsonArray([.. roleIds.Select(id => JsonValue.Create(id))]),
        })).Expect("group")["id"]!.GetValue<string>();
}
