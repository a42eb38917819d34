using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

public sealed class AuditLogApiTests
{
    [Theory, OnEachDatabase]
    public async Task What_was_done_is_found_by_who_and_what(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var name = "a" + Guid.NewGuid().ToString("N");
        await api.NewApplicationAsync();

        var added = (await api.PostAsync("/api/system/audit-log", ApiFixture.Json($$$$"""
            {"auditLog":{"insertUser":"ada@example.com","message":"Moved {{{{name}}}}","reason":"spring","oldValue":1,"newValue":{"a":[2]},"data":{"x":true}}}
            """))).Expect("auditLog");
        var read = (await api.GetAsync($"/api/system/audit-log/{added["id"]}")).Expect("auditLog");
        Assert.Equal(added.ToJsonString(), read.ToJsonString());
        Assert.EndsWith("(ada@example.com)", read["insertUser"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(("1", """{"a":[2]}""", """{"x":true}"""), (read["oldValue"]!.ToJsonString(), read["newValue"]!.ToJsonString(), read["data"]!.ToJsonString()));

        await FindsAsync($"message=*{name}", 1);
        await FindsAsync($"message={name.ToUpperInvariant()}&reason=spring&newValue=*2*&start=0", 1);
        await FindsAsync($"message={name}&reason=autumn", 0);
        await FindsAsync($"message={name}&end=1", 0);
        var key = read["insertUser"]!.GetValue<string>()[..36];
        var own = await api.PostAsync("/api/system/audit-log/search", ApiFixture.Json($$$$"""{"search":{"user":"{{{{key}}}}","message":"Created an application"}}"""));
        Assert.Equal(1, own.Json["total"]!.GetValue<int>());
        Assert.NotNull(own.Json["auditLogs"]![0]!["data"]!["id"]);

        async Task FindsAsync(string query, int count)
        {
            var answer = await api.GetAsync("/api/system/audit-log/search?" + query);
            Assert.Equal(count, answer.Json["total"]!.GetValue<int>());
            Assert.Equal(count, answer.Json["auditLogs"]!.AsArray().Count);
        }
    }

    [Fact]
    public async Task Entries_that_are_not_there_or_say_nothing_are_refused()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.GetAsync("/api/system/audit-log/9999999999")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.GetAsync("/api/system/audit-log/first")).ExpectCodes("[couldNotConvert]id");
        (await api.GetAsync("/api/system/audit-log/search?start=yesterday")).ExpectCodes("[couldNotConvert]start");
        (await api.PostAsync("/api/system/audit-log", ApiFixture.Json("""{"auditLog":{"message":" "}}"""))).ExpectCodes("[blank]auditLog.insertUser", "[blank]auditLog.message");
    }

    [Fact]
    public async Task The_version_is_told_to_who_has_a_key()
    {
        var server = await TestServer.SharedAsync();

        Assert.NotEmpty((await (await server.NewApiAsync()).GetAsync("/api/system/version")).Json["version"]!.GetValue<string>());
        (await server.ApiWith(null).GetAsync("/api/system/version")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }
}
