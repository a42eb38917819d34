using System.Text.Json.Nodes;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

/// <summary>Who signed in, when, to what and from where.</summary>
public sealed class LoginRecordsApiTests
{
    [Theory, OnEachDatabase]
    public async Task A_sign_in_is_recorded_and_a_failed_one_is_not(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        using var visit = await Visit.StartAsync(server);
        await visit.Browser.SubmitAsync(await visit.OpenAsync(), ("loginId", visit.User.Email!), ("password", "not the password"));
        Assert.Empty(await RecentAsync(api, visit.User.Id));

        await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        var record = Assert.Single(await RecentAsync(api, visit.User.Id))!;

        Assert.Equal(
            (visit.Party.Application.Id.ToString(), visit.Party.Application.Name, visit.User.Id.ToString(), visit.User.Email, "email"),
            (Text("applicationId"), Text("applicationName"), Text("userId"), Text("loginId"), Text("loginIdType")));
        Assert.True(System.Net.IPAddress.IsLoopback(System.Net.IPAddress.Parse(Text("ipAddress")!)));
        Assert.Equal(server.Clock.GetUtcNow().ToUnixTimeMilliseconds(), record["instant"]!.GetValue<long>(), tolerance: 60_000);

        string? Text(string name) => record[name]?.GetValue<string>();
    }

    [Fact]
    public async Task Who_registers_has_signed_in_and_a_session_that_goes_on_is_no_second_time()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        using var visit = await Visit.StartAsync(server);
        await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        AuthorizeAnswer.Read(await visit.OpenAsync());

        Assert.Single(await RecentAsync(api, visit.User.Id));
    }

    [Theory, OnEachDatabase]
    public async Task Sign_ins_are_found_by_whom_into_what_and_when_newest_first(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider, null, "RateLimits:Enabled=false");
        var api = await server.NewApiAsync();
        using var first = await Visit.StartAsync(server);
        await first.Browser.SubmitLoginAsync(await first.OpenAsync(), first.User);
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        var between = server.Clock.GetUtcNow().AddMinutes(-1).ToUnixTimeMilliseconds();
        using var second = await Visit.StartAsync(server);
        await second.Browser.SubmitLoginAsync(await second.OpenAsync(), second.User);

        await FindsAsync("{}", second, first);
        await FindsAsync($$"""{"userId":"{{first.User.Id}}"}""", first);
        await FindsAsync($$"""{"applicationId":"{{second.Party.Application.Id}}"}""", second);
        await FindsAsync($$"""{"start":{{between}}}""", second);
        await FindsAsync($$"""{"end":{{between}}}""", first);
        await FindsAsync("""{"startRow":1,"numberOfResults":1}""", first);
        Assert.Null((await api.PostAsync("/api/system/login-record/search", null)).Json["total"]);
        Assert.Equal(2, (await api.PostAsync("/api/system/login-record/search", ApiFixture.Json("""{"search":{"numberOfResults":1},"retrieveTotal":true}"""))).Json["total"]!.GetValue<int>());
        Assert.Equal(2, (await api.GetAsync("/api/system/login-record/search?retrieveTotal=true&userId=undefined")).Json["total"]!.GetValue<int>());
        Assert.Equal([second.User.Id.ToString()], Users(await api.GetAsync("/api/user/recent-login?limit=1")));
        Assert.Equal([first.User.Id.ToString()], Users(await api.GetAsync("/api/user/recent-login?offset=1")));

        async Task FindsAsync(string search, params Visit[] visits) => Assert.Equal(
            visits.Select(visit => visit.User.Id.ToString()),
            Users(await api.PostAsync("/api/system/login-record/search", new JsonObject { ["search"] = ApiFixture.Json(search) })));
    }

    [Fact]
    public async Task Criteria_that_make_no_sense_are_refused()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.GetAsync("/api/user/recent-login?userId=nobody")).ExpectCodes("[couldNotConvert]userId");
        (await api.GetAsync("/api/user/recent-login?limit=1001")).ExpectCodes("[invalid]limit");
        (await api.GetAsync("/api/user/recent-login?offset=-1")).ExpectCodes("[invalid]offset");
        (await api.GetAsync("/api/system/login-record/search?start=yesterday")).ExpectCodes("[couldNotConvert]start");
        (await api.GetAsync("/api/system/login-record/search?numberOfResults=1001")).ExpectCodes("[invalid]search.numberOfResults");
    }

    private static async Task<JsonArray> RecentAsync(ApiClient api, Guid user) =>
        (await api.GetAsync($"/api/user/recent-login?userId={user}")).Json["logins"]!.AsArray();

    private static IEnumerable<string> Users(ApiAnswer answer) => answer.Json["logins"]!.AsArray().Select(record => record!["userId"]!.GetValue<string>());
}
