using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Data;
using IdentityServer.Registrations;
using IdentityServer.Tenants;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Api;

public sealed class UserSearchApiTests
{
    [Theory, OnEachDatabase]
    public async Task People_are_found_by_every_kind_of_query(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var tag = "q" + Guid.NewGuid().ToString("N");
        var application = await api.NewApplicationAsync(roles: "buyer");
        var ada = await AddAsync("ada", "Ada", "Lovelace", "Countess Ada");
        var grace = await AddAsync("grace", "Grace", "von Hopper", "100%_Grace");
        var umlaut = await AddAsync("uemlaut", "Ägidius", "Straße", null);
        (await api.PostAsync($"/api/user/registration/{ada}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{application}}}}","roles":["buyer"]}}"""))).Expect("registration");

        await Finds($"{tag}-ada@example.com", ada);
        await Finds($"{tag.ToUpperInvariant()}-ADA@EXAMPLE.com", ada);
        await Finds($"email:{tag}-a*", ada);
        await Finds($"email:{tag}*", ada, grace, umlaut);
        await Finds($"{tag}*", ada, grace, umlaut);
        await Finds($"email:{tag}-*a*", ada, grace, umlaut);
        await Finds($"username:{tag}-GRACE", grace);
        await Finds($"login:{tag}-grace", grace);
        await Finds($"email:{tag}* firstName:ada", ada);
        await Finds($"email:{tag}* AND lastName:\"von hopper\"", grace);
        await Finds($"email:{tag}* AND lastName:VON*", grace);
        await Finds($"email:{tag}* AND (firstName:ada OR firstName:grace)", ada, grace);
        await Finds($"email:{tag}* AND NOT firstName:ada", grace, umlaut);
        await Finds($"email:{tag}* AND firstName:äG*", umlaut);
        await Finds($"email:{tag}* AND fullName:100%_*", grace);
        await Finds($"email:{tag}* AND fullName:1*_*", grace);
        await Finds($"email:{tag}* AND fullName:countess\\ ada", ada);
        await Finds($"email:{tag}* AND registrations.applicationId:{application}", ada);
        await Finds($"email:{tag}* AND registrations.roles:buyer", ada);
        await Finds($"email:{tag}* AND active:true AND verified:false", ada, grace, umlaut);
        await Finds($"id:{grace}", grace);
        await Finds($"email:{tag}x*");
        Assert.True((await SearchAsync("*")).Json["total"]!.GetValue<int>() >= 3);

        async Task<string> AddAsync(string name, string first, string last, string? full) => (await server.AddUserAsync(
            $"{tag}-{name}@example.com", change: user => user with { Username = $"{tag}-{name}", FirstName = first, LastName = last, FullName = full })).Id.ToString();

        Task<ApiAnswer> SearchAsync(string query) =>
            api.PostAsync("/api/user/search", new JsonObject { ["search"] = new JsonObject { ["queryString"] = query, ["numberOfResults"] = 10 } });

        async Task Finds(string query, params string[] ids)
        {
            var answer = await SearchAsync(query);
            Assert.True(answer.Status == HttpStatusCode.OK, query + answer.Body);
            Assert.True(ids.Order().SequenceEqual(Ids(answer).Order()), $"{query} found {string.Join(", ", Ids(answer))}");
            Assert.Equal(ids.Length, answer.Json["total"]!.GetValue<int>());
        }
    }

    [Theory, OnEachDatabase]
    public async Task Pages_are_sorted_and_do_not_overlap(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var tag = "p" + Guid.NewGuid().ToString("N");
        List<User> users = [];
        for (var index = 0; index < 5; index++)
        {
            var born = index == 2 ? (DateOnly?)null : new DateOnly(2000 - index, 1, 1);
            users.Add(await server.AddUserAsync($"{tag}-{index}@example.com", change: user => user with { BirthDate = born }));
        }

        var first = await api.GetAsync($"/api/user/search?queryString={tag}*&numberOfResults=2&sortFields[0].name=email&sortFields[0].order=desc&ids=undefined");
        var second = await api.GetAsync($"/api/user/search?queryString={tag}*&numberOfResults=2&startRow=2&sortFields[0].name=email&sortFields[0].order=desc");
        var byBirth = await api.PostAsync("/api/user/search", ApiFixture.Json($$$$"""{"search":{"queryString":"{{{{tag}}}}*","sortFields":[{"name":"birthDate","missing":"_last"}],"accurateTotal":true}}"""));

        Assert.Equal([Id(4), Id(3)], Ids(first));
        Assert.Equal([Id(2), Id(1)], Ids(second));
        Assert.Equal(5, second.Json["total"]!.GetValue<int>());
        Assert.Equal([Id(4), Id(3), Id(1), Id(0), Id(2)], Ids(byBirth));
        Assert.Equal(5, byBirth.Json["total"]!.GetValue<int>());
        Assert.Equal(5, (await api.GetAsync($"/api/user/search?queryString={tag}*&startRow=9")).Json["total"]!.GetValue<int>());

        string Id(int index) => users[index].Id.ToString();
    }

    [Fact]
    public async Task Ids_find_those_that_there_are_and_nothing_found_is_no_error()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var (one, other) = ((await server.AddUserAsync()).Id.ToString(), (await server.AddUserAsync()).Id.ToString());

        var found = await api.GetAsync($"/api/user/search?ids={one}&ids={Guid.NewGuid()}&ids={other}");
        var nobody = await api.PostAsync("/api/user/search", ApiFixture.Json("""{"search":{"queryString":"nobody-has-this-name"}}"""));

        Assert.Equal(new[] { one, other }.Order(), Ids(found).Order());
        Assert.Equal(2, found.Json["total"]!.GetValue<int>());
        Assert.Equal("""{"users":[],"total":0}""", nobody.Body);
    }

    [Theory]
    [InlineData("nickname:ada", "[invalid]search.queryString")]
    [InlineData("(email:a", "[invalid]search.queryString")]
    [InlineData("email:a)", "[invalid]search.queryString")]
    [InlineData("email:\\\"a", "[invalid]search.queryString")]
    [InlineData("email:", "[invalid]search.queryString")]
    [InlineData("a AND", "[invalid]search.queryString")]
    [InlineData("id:ada", "[invalid]search.queryString")]
    [InlineData("((((((((((a))))))))))", "[invalid]search.queryString")]
    public async Task A_query_that_makes_no_sense_is_refused(string query, string code) =>
        (await (await (await TestServer.SharedAsync()).NewApiAsync())
            .PostAsync("/api/user/search", ApiFixture.Json($$$$"""{"search":{"queryString":"{{{{query}}}}"}}"""))).ExpectCodes(code);

    [Fact]
    public async Task Criteria_out_of_bounds_are_refused()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.GetAsync("/api/user/search?numberOfResults=10001&startRow=-1")).ExpectCodes("[invalid]search.numberOfResults", "[invalid]search.startRow");
        (await api.GetAsync("/api/user/search?ids=me")).ExpectCodes("[couldNotConvert]search.ids[0]");
        (await api.GetAsync("/api/user/search?sortFields[0].name=password")).ExpectCodes("[invalid]search.sortFields[0].name");
        (await api.PostAsync("/api/user/search", ApiFixture.Json("""{"search":{"query":"{}"}}"""))).ExpectCodes("[invalid]search.query");
        (await api.PostAsync("/api/user/search", ApiFixture.Json("""{"search":{"sortFields":[{"name":"email","order":"up"}]}}"""))).ExpectCodes("[invalid]search.sortFields[0].order");
    }

    [Theory, OnEachDatabase]
    public async Task A_prefix_is_looked_up_in_an_index(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        await server.AddUserAsync();
        await using var db = server.Get<Database>().Open();
        var explain = provider is DatabaseProvider.Sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ";
        var filter = new PeopleFilter(db);
        var plans = new List<string>();
        foreach (var query in new[] { "email:ann*", "username:ann*", "lastName:ann*" })
        {
            var condition = filter.Of(PeopleQueryParser.Parse(query, out _)!, out _)!;
            var tenant = server.Get<TenantCatalog>().Default.Id;
            await using var command = db.Users.Where(user => user.TenantId == tenant).Where(condition).CreateDbCommand();
            command.CommandText = explain + command.CommandText;
            await db.Database.OpenConnectionAsync();
            if (provider is DatabaseProvider.Postgres)
            {
                // Tables of tests are small enough for the planner to prefer reading all of them.
                await db.Database.ExecuteSqlRawAsync("SET enable_seqscan = off; ANALYZE \"Users\"");
            }

            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                plans.Add(reader.GetString(provider is DatabaseProvider.Sqlite ? 3 : 0));
            }
        }

        var plan = string.Join('\n', plans);
        if (provider is DatabaseProvider.Sqlite)
        {
            Assert.Contains("IX_Users_TenantId_EmailKey (TenantId=? AND EmailKey>? AND EmailKey<?)", plan, StringComparison.Ordinal);
            Assert.Contains("IX_Users_TenantId_UsernameKey (TenantId=? AND UsernameKey>? AND UsernameKey<?)", plan, StringComparison.Ordinal);
            Assert.Contains("IX_Users_TenantId_LastNameKey (TenantId=? AND LastNameKey>? AND LastNameKey<?)", plan, StringComparison.Ordinal);
        }
        else
        {
            Assert.True(plan.Contains("\"EmailKey\")::text >=", StringComparison.Ordinal), plan);
        }
    }

    [Theory, OnEachDatabase]
    public async Task Many_people_are_deactivated_or_deleted_at_once(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var tag = "d" + Guid.NewGuid().ToString("N");
        var (one, other) = ((await server.AddUserAsync($"{tag}-1@example.com")).Id, (await server.AddUserAsync($"{tag}-2@example.com")).Id);

        var dry = await api.DeleteAsync($"/api/user/bulk?queryString={tag}*&dryRun=true&hardDelete=true");
        Assert.Equal((2, true), (dry.Json["total"]!.GetValue<int>(), dry.Json["dryRun"]!.GetValue<bool>()));
        Assert.True((await api.GetAsync($"/api/user/{one}")).Expect("user")["active"]!.GetValue<bool>());

        Assert.Equal([one.ToString()], Deleted(await api.DeleteAsync($"/api/user/bulk?userId={one}&userId={Guid.NewGuid()}")));
        Assert.False((await api.GetAsync($"/api/user/{one}")).Expect("user")["active"]!.GetValue<bool>());

        var hard = await api.DeleteAsync("/api/user/bulk", ApiFixture.Json($$$$"""{"userIds":["{{{{one}}}}","{{{{other}}}}"],"hardDelete":true}"""));
        Assert.Equal(2, hard.Json["total"]!.GetValue<int>());
        (await api.GetAsync($"/api/user/{other}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync("/api/user/bulk")).ExpectCodes("[missing]userIds");

        static IEnumerable<string> Deleted(ApiAnswer answer) => answer.Json["userIds"]!.AsArray().Select(id => id!.GetValue<string>());
    }

    [Fact]
    public async Task A_limited_key_passes_over_administrators()
    {
        await using var server = await TestServer.StartAsync("RateLimits:Enabled=false");
        var admin = (await server.Get<Administrators>().CreateAsync("root@example.com", null, TestServer.Password, onlyFirst: true, CancellationToken.None)).Expect();
        var api = await server.NewApiAsync(permissions: ("/api/user/bulk", ["DELETE"]));

        var answer = await api.DeleteAsync("/api/user/bulk?queryString=*&hardDelete=true");

        Assert.Equal(0, answer.Json["total"]!.GetValue<int>());
        Assert.NotNull(await server.Get<People>().FindAsync(admin.Id, CancellationToken.None));
    }

    [Fact]
    public async Task Applications_are_found_by_name_and_state()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var id = await api.NewApplicationAsync(new JsonObject { ["name"] = "Ünique_100% " + Guid.NewGuid().ToString("N") });
        await api.DeleteAsync($"/api/application/{id}");

        Assert.Contains(id, Found(await api.PostAsync("/api/application/search", ApiFixture.Json("""{"search":{"name":"QUE_100%"}}"""))));
        Assert.Contains(id, Found(await api.GetAsync("/api/application/search?name=*nique_100%25*&state=Inactive&orderBy=insertInstant DESC")));
        Assert.DoesNotContain(id, Found(await api.GetAsync("/api/application/search?name=nique_100%25&state=Active")));
        (await api.GetAsync("/api/application/search?state=Gone&orderBy=secret")).ExpectCodes("[invalid]search.state", "[invalid]search.orderBy");

        static IEnumerable<string> Found(ApiAnswer answer)
        {
            Assert.Equal(answer.Json["applications"]!.AsArray().Count, answer.Json["total"]!.GetValue<int>());
            return answer.Json["applications"]!.AsArray().Select(application => application!["id"]!.GetValue<string>());
        }
    }

    private static List<string> Ids(ApiAnswer answer) => [.. answer.Json["users"]!.AsArray().Select(user => user!["id"]!.GetValue<string>())];
}
