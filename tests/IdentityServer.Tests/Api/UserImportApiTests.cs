using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Logins;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.Api;

public sealed class UserImportApiTests
{
    private const string Hash = """
        "encryptionScheme":"salted-pbkdf2-hmac-sha256","factor":24000,"salt":"MDEyMzQ1Njc4OWFiY2RlZg==","password":"K6YaLgRBKJpelUsGJ5mu2ksRTHw6gloH47MfpIIhjjE="
        """;

    [Theory, OnEachDatabase]
    public async Task People_come_with_their_past_and_their_hash_is_replaced_when_they_sign_in(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var application = await api.NewApplicationAsync(roles: "buyer");
        var group = (await api.PostAsync("/api/group", ApiFixture.Json($$$$"""{"group":{"name":"{{{{ApiFixture.NewName()}}}}"}}"""))).Expect("group")["id"]!.GetValue<string>();
        var (id, email) = (Guid.NewGuid(), TestServer.NewEmail());

        (await api.PostAsync("/api/user/import", ApiFixture.Json($$$$"""
            {"users":[
              {"id":"{{{{id}}}}","email":"{{{{email}}}}","active":true,"verified":true,"insertInstant":1000000000000,"passwordLastUpdateInstant":1100000000000,
               "firstName":"Ada","data":{"old":[1]},{{{{Hash}}}},
               "registrations":[{"applicationId":"{{{{application}}}}","roles":["buyer"],"data":{"minprice":1}}],
               "memberships":[{"groupId":"{{{{group}}}}"}]},
              {"username":"plain{{{{id:N}}}}","active":true,"password":"{{{{TestServer.Password}}}}"},
              {"email":"{{{{TestServer.NewEmail()}}}}"}]}
            """))).ExpectEmpty(HttpStatusCode.OK);

        var user = (await api.GetAsync($"/api/user/{id}")).Expect("user");
        Assert.Equal((true, true, 1000000000000, 1100000000000), (user["active"]!.GetValue<bool>(), user["verified"]!.GetValue<bool>(),
            user["insertInstant"]!.GetValue<long>(), user["passwordLastUpdateInstant"]!.GetValue<long>()));
        Assert.Equal("salted-pbkdf2-hmac-sha256", user["encryptionScheme"]!.GetValue<string>());
        Assert.Equal("buyer", user["registrations"]![0]!["roles"]![0]!.GetValue<string>());
        Assert.Equal(group, user["memberships"]![0]!["groupId"]!.GetValue<string>());
        Assert.False((await api.GetAsync($"/api/user/search?queryString=plain{id:N}")).Json["users"]![0]!.AsObject().ContainsKey("password"));
        Assert.IsType<LoginOutcome.WrongCredentials>(await SignInAsync(email, "wrong password"));
        Assert.IsType<LoginOutcome.SignedIn>(await SignInAsync(email, TestServer.Password));
        Assert.StartsWith("AQAAAA", (await server.Get<People>().GetAsync(id, CancellationToken.None)).PasswordHash, StringComparison.Ordinal);
        Assert.IsType<LoginOutcome.SignedIn>(await SignInAsync(email, TestServer.Password));
        Assert.IsType<LoginOutcome.SignedIn>(await SignInAsync($"plain{id:N}", TestServer.Password));

        Task<LoginOutcome> SignInAsync(string loginId, string password) =>
            server.Get<PasswordLogin>().AttemptAsync(new LoginAttempt(loginId, password, null, null), CancellationToken.None);
    }

    [Theory, OnEachDatabase]
    public async Task Everybody_or_nobody_is_taken_with_findings_at_each(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var there = await server.AddUserAsync();
        var (fresh, id) = (TestServer.NewEmail(), Guid.NewGuid());

        (await api.PostAsync("/api/user/import", ApiFixture.Json($$$$"""
            {"users":[{"email":"{{{{fresh}}}}"},{"email":"nonsense"},{"email":"{{{{fresh}}}}","encryptionScheme":"rot13","password":"x"},
              {"username":"a b","registrations":[{"applicationId":"{{{{Guid.NewGuid()}}}}"}],"password":""},{}]}
            """))).ExpectCodes("[notEmail]users[1].email", "[invalid]users[2].password", "[invalid]users[3].registrations[0].applicationId", "[blank]users[3].password", "[blank]users[4].email");
        (await api.PostAsync("/api/user/import", ApiFixture.Json($$$$"""
            {"users":[{"email":"{{{{fresh}}}}","id":"{{{{id}}}}"},{"email":"{{{{fresh.ToUpperInvariant()}}}}","id":"{{{{id}}}}"}]}
            """))).ExpectCodes("[duplicate]users[1].email", "[duplicate]users[1].id");
        (await api.PostAsync("/api/user/import", ApiFixture.Json($$$$"""
            {"users":[{"email":"{{{{fresh}}}}"},{"email":"{{{{there.Email}}}}"},{"username":"u{{{{id:N}}}}","id":"{{{{there.Id}}}}"}]}
            """))).ExpectCodes("[duplicate]users[1].email", "[duplicate]users[2].id");
        (await api.PostAsync("/api/user/import", ApiFixture.Json($$$$"""
            {"users":[{"email":"{{{{fresh}}}}","memberships":[{"groupId":"{{{{id}}}}"}]}]}
            """))).ExpectCodes("[invalid]users[0].memberships[0].groupId");
        (await api.PostAsync("/api/user/import", ApiFixture.Json("""{"users":[{"email":7}]}"""))).ExpectCodes("[invalidJSON]users[0].email");
        (await api.PostAsync("/api/user/import", null)).ExpectCodes("[missing]users");

        (await api.GetAsync($"/api/user?email={fresh}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Passwords_in_clear_and_people_are_bounded()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.PostAsync("/api/user/import", Users(101, _ => new JsonObject { ["email"] = TestServer.NewEmail(), ["password"] = TestServer.Password }))).ExpectCodes("[tooMany]users");
        (await api.PostAsync("/api/user/import", Users(10_001, _ => []))).ExpectCodes("[tooMany]users");

        static JsonObject Users(int count, Func<int, JsonObject> user) => new() { ["users"] = new JsonArray([.. Enumerable.Range(0, count).Select(user)]) };
    }

    [Theory, OnEachDatabase]
    public async Task Ten_thousand_people_come_in_one_call(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var tag = Guid.NewGuid().ToString("N");
        var users = Enumerable.Range(0, 10_000).Select(index => $$$$"""{"email":"{{{{tag}}}}-{{{{index}}}}@example.com","active":true,{{{{Hash}}}}}""");
        var body = $$"""{"users":[{{string.Join(',', users)}}]}""";

        (await api.SendAsync("POST", "/api/user/import", body)).ExpectEmpty(HttpStatusCode.OK);

        Assert.Equal(10_000, (await api.GetAsync($"/api/user/search?queryString=email:{tag}*&numberOfResults=1&accurateTotal=true")).Json["total"]!.GetValue<int>());
        (await api.SendAsync("POST", "/api/user/import", $$"""{"users":[{"email":"{{tag}}-7@example.com"}]}""")).ExpectCodes("[duplicate]users[0].email");
    }

    [Fact]
    public async Task A_limited_key_imports_no_administrators()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync(permissions: ("/api/user/import", ["POST"]));

        (await api.PostAsync("/api/user/import", ApiFixture.Json($$$$"""
            {"users":[{"email":"{{{{TestServer.NewEmail()}}}}","registrations":[{"applicationId":"{{{{IdentityServer.Applications.AdminApplication.Id}}}}"}]}]}
            """))).ExpectEmpty(HttpStatusCode.Unauthorized);
    }
}
