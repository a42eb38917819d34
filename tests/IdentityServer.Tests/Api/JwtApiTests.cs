using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Registrations;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Tokens;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Api;

/// <summary>Refresh, sign-out and the look at tokens by the management API (§10.2).</summary>
public sealed class JwtApiTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string Refresh = "/api/jwt/refresh";

    private static readonly Func<ApplicationSettings, ApplicationSettings> Refreshing = settings => settings with
    {
        LoginConfiguration = new() { GenerateRefreshTokens = true, AllowTokenRefresh = true },
        JwtConfiguration = new() { Enabled = true, RefreshTokenUsagePolicy = RefreshTokenUsagePolicy.OneTimeUse },
    };

    private TestServer Server => own.Server;

    [Theory, OnEachDatabase]
    public async Task A_refresh_gives_new_tokens_under_the_same_id(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (application, user, login) = await SignInAsync(server, Refreshing);
        var open = server.ApiWith(null);

        var answer = (await open.PostAsync(Refresh, Body(login))).Json;

        Assert.Equal(Text(login, "refreshTokenId"), Text(answer, "refreshTokenId"));
        Assert.NotEqual(Text(login, "refreshToken"), Text(answer, "refreshToken"));
        var claims = IndependentJwt.Read(Text(answer, "token")).Payload;
        Assert.Equal(
            (user.Id.ToString(), application.IdText, "REFRESH_TOKEN"),
            (claims.GetProperty("sub").GetString(), claims.GetProperty("applicationId").GetString(), claims.GetProperty("authenticationType").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await open.PostAsync(Refresh, Body(answer))).Status);
    }

    [Theory, OnEachDatabase]
    public async Task A_refresh_token_that_is_used_again_ends_its_family_as_at_the_token_endpoint(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (_, _, login) = await SignInAsync(server, Refreshing);
        var open = server.ApiWith(null);
        var second = (await open.PostAsync(Refresh, Body(login))).Json;
        var third = (await open.PostAsync(Refresh, Body(second))).Json;

        (await open.PostAsync(Refresh, Body(login))).ExpectCodes("[invalid]refreshToken");

        (await open.PostAsync(Refresh, Body(third))).ExpectCodes("[invalid]refreshToken");
        (await server.ApiOf(Text(third, "token")).GetAsync("/api/jwt/validate")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_refreshes_at_once_one_token_is_good_in_the_end(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (_, _, login) = await SignInAsync(server, Refreshing);
        var open = server.ApiWith(null);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => open.PostAsync(Refresh, Body(login))));

        Assert.Contains(answers, answer => answer.Status is HttpStatusCode.OK);
        var family = Guid.Parse(Text(login, "refreshTokenId"));
        Assert.True(await server.ReadAsync(db => db.Tokens.CountAsync(row => row.AuthorizationId == family && row.Status == TokenStatus.Valid)) <= 1);
    }

    [Fact]
    public async Task Where_the_application_keeps_its_token_it_stays()
    {
        var (_, _, login) = await SignInAsync(Server, settings => Refreshing(settings) with { JwtConfiguration = new() { Enabled = true, RefreshTokenUsagePolicy = RefreshTokenUsagePolicy.Reusable } });

        var answer = (await Server.ApiWith(null).PostAsync(Refresh, Body(login))).Json;

        Assert.Equal(Text(login, "refreshToken"), Text(answer, "refreshToken"));
    }

    [Fact]
    public async Task What_is_missing_or_worth_nothing_is_said()
    {
        var open = Server.ApiWith(null);
        var (_, user, login) = await SignInAsync(Server, Refreshing);
        var (_, _, switchedOff) = await SignInAsync(Server, settings => settings with { LoginConfiguration = new() { GenerateRefreshTokens = true } });

        (await open.SendAsync("POST", Refresh, "{}")).ExpectCodes("[blank]refreshToken");
        (await open.SendAsync("POST", Refresh, """{"refreshToken":"a","timeToLiveInSeconds":0}""")).ExpectCodes("[invalid]timeToLiveInSeconds");
        (await open.SendAsync("POST", Refresh, """{"refreshToken":"unknown"}""")).ExpectCodes("[invalid]refreshToken");
        (await open.PostAsync(Refresh, Body(switchedOff))).ExpectCodes("[invalid]refreshToken");
        (await Server.ApiWith("wrong").PostAsync(Refresh, Body(login))).ExpectEmpty(HttpStatusCode.Unauthorized);
        await Server.DeactivateAsync(user);
        (await open.PostAsync(Refresh, Body(login))).ExpectCodes("[invalid]refreshToken");
    }

    [Fact]
    public async Task A_shorter_life_is_taken_and_a_longer_one_is_not()
    {
        var (_, _, login) = await SignInAsync(Server, Refreshing);
        var body = Body(login);
        body["timeToLiveInSeconds"] = 60;

        var answer = (await Server.ApiWith(null).PostAsync(Refresh, body)).Json;

        Assert.Equal(60, LifeOf(answer));
        body = Body(answer);
        body["timeToLiveInSeconds"] = int.MaxValue;
        Assert.Equal(LifeOf(login), LifeOf((await Server.ApiWith(null).PostAsync(Refresh, body)).Json));
    }

    [Fact]
    public async Task A_token_that_an_application_got_with_its_secret_takes_a_key()
    {
        var party = await RelyingParty.AddAsync(Server, settings: Refreshing);
        var tokens = (await party.GetTokensAsync(await Server.AddUserAsync(), ("scope", "openid offline_access"))).Expect();
        var body = new JsonObject { ["refreshToken"] = tokens.RefreshToken };
        var other = await Server.NewApiAsync(permissions: ("/api/user", ["POST"]));
        var api = await Server.NewApiAsync(permissions: (Refresh, ["POST"]));

        (await Server.ApiWith(null).PostAsync(Refresh, body.DeepClone())).ExpectCodes("[invalid]refreshToken");
        (await other.PostAsync(Refresh, body.DeepClone())).ExpectCodes("[invalid]refreshToken");
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync(Refresh, body)).Status);
    }

    [Fact]
    public async Task A_sign_in_sets_cookies_unless_no_token_is_wanted_or_another_site_made_it()
    {
        var (application, user, login) = await SignInAsync(Server, Refreshing);
        var (access, refresh) = (login.Cookies["access_token"], login.Cookies["refresh_token"]);

        Assert.Equal((Text(login, "token"), Text(login, "refreshToken")), (login.CookieValue("access_token"), login.CookieValue("refresh_token")));
        Assert.All([access, refresh], cookie =>
        {
            Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("; samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        });
        Assert.DoesNotContain("expires=", access, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("expires=", refresh, StringComparison.OrdinalIgnoreCase);

        var key = await Server.NewKeyAsync();
        var body = Login(user, application);
        Assert.Empty((await new ApiClient(Server.NewClient(), key, ("Origin", "https://evil.example")).PostAsync("/api/login", body.DeepClone())).Cookies);
        Assert.Empty((await new ApiClient(Server.NewClient(), key, ("Sec-Fetch-Site", "same-site")).PostAsync("/api/login", body.DeepClone())).Cookies);
        body["noJWT"] = true;
        Assert.Empty((await Server.ApiWith(key).PostAsync("/api/login", body)).Cookies);
    }

    [Fact]
    public async Task Cookies_are_for_tls_only_where_the_server_is()
    {
        await using var server = await TestServer.StartAsync("PublicUrl=https://login.example.com");
        var (_, _, login) = await SignInAsync(server, Refreshing);

        Assert.All(login.Cookies.Values, cookie => Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_cookie_refreshes_for_pages_of_our_own_origin_and_beats_the_body()
    {
        var (_, _, login) = await SignInAsync(Server, Refreshing);
        var page = Server.ApiInBrowser(Server.Issuer, ("refresh_token", login.CookieValue("refresh_token")));

        var answer = await page.PostAsync(Refresh, new JsonObject { ["refreshToken"] = "another" });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((Text(answer, "token"), Text(answer, "refreshToken")), (answer.CookieValue("access_token"), answer.CookieValue("refresh_token")));
        var stale = await Server.ApiInBrowser(Server.Issuer, ("refresh_token", "stale")).PostAsync(Refresh, new JsonObject());
        stale.ExpectCodes("[invalid]refreshToken");
        Assert.Equal((string.Empty, string.Empty), (stale.CookieValue("access_token"), stale.CookieValue("refresh_token")));
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task From_elsewhere_the_cookie_does_nothing(string? origin)
    {
        var (_, user, login) = await SignInAsync(Server, Refreshing);
        var page = Server.ApiInBrowser(origin, ("refresh_token", login.CookieValue("refresh_token")), ("access_token", login.CookieValue("access_token")));

        (await page.PostAsync(Refresh, new JsonObject())).ExpectCodes("[blank]refreshToken");
        (await page.SendAsync("DELETE", $"{Refresh}/{Text(login, "refreshTokenId")}", (string?)null)).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await page.PostAsync("/api/user/two-factor", new JsonObject())).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await page.PostAsync("/api/user/change-password", new JsonObject { ["currentPassword"] = TestServer.Password, ["password"] = "a quite different password" }))
            .ExpectEmpty(HttpStatusCode.Unauthorized);
        Assert.Equal(origin is null ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await page.GetAsync("/api/jwt/validate")).Status);
        var logout = await page.PostAsync("/api/logout", new JsonObject { ["global"] = true });
        logout.ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal(origin is null, logout.Cookies.Count > 0);
        Assert.Equal(HttpStatusCode.OK, (await Server.ApiWith(null).PostAsync(Refresh, Body(login))).Status);
        Assert.False((await Server.Get<People>().GetAsync(user.Id, CancellationToken.None)).TwoFactorEnabled);
    }

    [Theory]
    [InlineData("query")]
    [InlineData("body")]
    [InlineData("cookie")]
    public async Task Sign_out_ends_the_tokens_and_takes_the_cookies(string place)
    {
        var (_, user, login) = await SignInAsync(Server, Refreshing);
        var value = Text(login, "refreshToken");
        var page = Server.ApiInBrowser(Server.Issuer, place == "cookie" ? [("refresh_token", value)] : []);

        var answer = await page.SendAsync(
            "POST", "/api/logout" + (place == "query" ? "?global=undefined&refreshToken=" + value : string.Empty), place == "body" ? Body(login).ToJsonString() : null, "text/plain");

        answer.ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal((string.Empty, string.Empty), (answer.CookieValue("access_token"), answer.CookieValue("refresh_token")));
        (await Server.ApiWith(null).PostAsync(Refresh, Body(login))).ExpectCodes("[invalid]refreshToken");
        (await Server.ApiOf(Text(login, "token")).GetAsync("/api/jwt/validate")).ExpectEmpty(HttpStatusCode.Unauthorized);
        Assert.Equal(1, await Server.ReadAsync(db => db.AuditEntries.CountAsync(row => row.Actor == user.Id.ToString() && row.Message == "signed out")));
    }

    [Fact]
    public async Task The_cookie_of_an_access_token_alone_signs_out_too()
    {
        var (_, _, login) = await SignInAsync(Server, settings => settings);

        (await Server.ApiInBrowser(Server.Issuer, ("access_token", login.CookieValue("access_token"))).PostAsync("/api/logout", null)).ExpectEmpty(HttpStatusCode.OK);

        (await Server.ApiOf(Text(login, "token")).GetAsync("/api/jwt/validate")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_global_sign_out_ends_all_refresh_tokens_of_the_person_by_a_live_one_alone()
    {
        var (application, user, first) = await SignInAsync(Server, Refreshing);
        var second = await SignInAsync(Server, application, user);
        var stranger = (await SignInAsync(Server, Refreshing)).Login;
        var open = Server.ApiWith(null);
        var global = Body(second);
        global["global"] = true;

        (await open.PostAsync("/api/logout", global.DeepClone())).ExpectEmpty(HttpStatusCode.OK);

        (await open.PostAsync(Refresh, Body(first))).ExpectCodes("[invalid]refreshToken");
        Assert.Equal(HttpStatusCode.OK, (await open.PostAsync(Refresh, Body(stranger))).Status);
        var third = await SignInAsync(Server, application, user);
        (await open.PostAsync("/api/logout", global)).ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await open.PostAsync(Refresh, Body(third))).Status);
    }

    [Fact]
    public async Task Signing_out_with_anything_at_all_is_fine()
    {
        var open = Server.ApiWith(null);

        (await open.SendAsync("POST", "/api/logout", (string?)null, "text/plain")).ExpectEmpty(HttpStatusCode.OK);
        (await open.SendAsync("POST", "/api/logout?refreshToken=unknown&global=maybe", """{"refreshToken":7,"global":"x"}""")).ExpectEmpty(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_good_token_is_shown_and_no_other()
    {
        var (_, user, login) = await SignInAsync(Server, Refreshing);
        var token = Text(login, "token");

        var claims = (await Server.ApiOf(token).GetAsync("/api/jwt/validate")).Json["jwt"]!;
        Assert.Equal(user.Id.ToString(), claims["sub"]!.GetValue<string>());
        Assert.True(claims["exp"]!.GetValue<long>() < 100_000_000_000);
        Assert.Equal(HttpStatusCode.OK, (await Server.ApiInBrowser(null, ("access_token", token)).GetAsync("/api/jwt/validate")).Status);

        (await Server.ApiWith(null).GetAsync("/api/jwt/validate")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await Server.ApiOf(token[..^4] + "AAAA").GetAsync("/api/jwt/validate")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await Server.ApiOf(Text(login, "refreshToken")).GetAsync("/api/jwt/validate")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await (await Server.NewApiAsync()).GetAsync("/api/jwt/validate")).ExpectEmpty(HttpStatusCode.Unauthorized);
        Server.Clock.Advance(TimeSpan.FromHours(2));
        (await Server.ApiOf(token).GetAsync("/api/jwt/validate")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Public_keys_come_as_pem_and_verify()
    {
        var (application, _, login) = await SignInAsync(Server, Refreshing);
        var open = Server.ApiWith(null);
        var jwt = IndependentJwt.Read(Text(login, "token"));
        var kid = jwt.Header.GetProperty("kid").GetString()!;

        var all = (await open.GetAsync("/api/jwt/public-key?kid=undefined")).Json["publicKeys"]!.AsObject();
        var one = (await open.GetAsync("/api/jwt/public-key?kid=" + kid)).Json["publicKey"]!.GetValue<string>();
        var current = (await open.GetAsync("/api/jwt/public-key?applicationId=" + application.Id)).Json["publicKey"]!.GetValue<string>();

        Assert.Equal((all[kid]!.GetValue<string>(), one), (one, current));
        using var key = ECDsa.Create();
        key.ImportFromPem(one);
        Assert.True(key.VerifyData(jwt.SigningInput, jwt.Signature, HashAlgorithmName.SHA256));
        (await open.GetAsync("/api/jwt/public-key?kid=none")).ExpectEmpty(HttpStatusCode.NotFound);
        (await open.GetAsync("/api/jwt/public-key?applicationId=" + Guid.NewGuid())).ExpectEmpty(HttpStatusCode.NotFound);
        (await open.GetAsync("/api/jwt/public-key?applicationId=x")).ExpectCodes("[couldNotConvert]applicationId");
    }

    [Fact]
    public async Task Refresh_tokens_are_listed_without_their_values()
    {
        var (application, user, login) = await SignInAsync(Server, Refreshing);
        var api = await Server.NewApiAsync();

        var listed = await api.GetAsync($"{Refresh}?userId={user.Id}");
        var token = Assert.Single(listed.Json["refreshTokens"]!.AsArray())!;
        var one = (await api.GetAsync($"{Refresh}/{Text(login, "refreshTokenId")}")).Expect("refreshToken");

        Assert.True(JsonNode.DeepEquals(token, one));
        Assert.Equal(
            (Text(login, "refreshTokenId"), application.IdText, user.Id.ToString()),
            (one["id"]!.GetValue<string>(), one["applicationId"]!.GetValue<string>(), one["userId"]!.GetValue<string>()));
        Assert.DoesNotContain(Text(login, "refreshToken"), listed.Body, StringComparison.Ordinal);
        (await api.GetAsync(Refresh)).ExpectCodes("[missing]userId");
        (await api.GetAsync($"{Refresh}/{Guid.NewGuid()}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await Server.ApiOf(Text(login, "token")).GetAsync($"{Refresh}?userId={user.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("token")]
    [InlineData("user")]
    [InlineData("both")]
    [InlineData("application")]
    public async Task A_key_ends_refresh_tokens(string by)
    {
        var (application, user, login) = await SignInAsync(Server, Refreshing);
        var other = (await SignInAsync(Server, Refreshing)).Login;
        var api = await Server.NewApiAsync();

        var answer = by switch
        {
            "id" => await api.DeleteAsync($"{Refresh}/{Text(login, "refreshTokenId")}"),
            "token" => await api.DeleteAsync($"{Refresh}?token={Text(login, "refreshToken")}"),
            "user" => await api.DeleteAsync($"{Refresh}?userId={user.Id}"),
            "both" => await api.DeleteAsync(Refresh, new JsonObject { ["userId"] = user.Id, ["applicationId"] = application.Id }),
            _ => await api.DeleteAsync($"{Refresh}?applicationId={application.Id}"),
        };

        answer.ExpectEmpty(HttpStatusCode.OK);
        var open = Server.ApiWith(null);
        (await open.PostAsync(Refresh, Body(login))).ExpectCodes("[invalid]refreshToken");
        Assert.Equal(HttpStatusCode.OK, (await open.PostAsync(Refresh, Body(other))).Status);
        var subject = by is "id" or "token" ? Text(login, "refreshTokenId") : by == "application" ? application.IdText : user.Id.ToString();
        Assert.True(await Server.ReadAsync(db => db.AuditEntries.AnyAsync(row => row.Message == "refresh tokens revoked" && row.Data!.Contains(subject))));
    }

    [Fact]
    public async Task What_is_not_there_can_not_be_ended_and_nothing_is_ended_unasked()
    {
        var api = await Server.NewApiAsync();

        (await api.DeleteAsync($"{Refresh}/{Guid.NewGuid()}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"{Refresh}?token=unknown")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync(Refresh)).ExpectCodes("[missing]token");
    }

    [Fact]
    public async Task People_end_their_own_and_no_others()
    {
        var (application, user, login) = await SignInAsync(Server, Refreshing);
        var second = await SignInAsync(Server, application, user);
        var other = (await SignInAsync(Server, Refreshing)).Login;
        var person = Server.ApiOf(Text(login, "token"));

        (await person.DeleteAsync($"{Refresh}/{Text(other, "refreshTokenId")}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await person.DeleteAsync($"{Refresh}?token={Text(other, "refreshToken")}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await person.DeleteAsync($"{Refresh}?userId={user.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await person.DeleteAsync($"{Refresh}?applicationId={application.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await person.DeleteAsync($"{Refresh}/{Text(second, "refreshTokenId")}")).ExpectEmpty(HttpStatusCode.OK);
        (await person.DeleteAsync($"{Refresh}?token={Text(login, "refreshToken")}")).ExpectEmpty(HttpStatusCode.OK);
        (await person.DeleteAsync($"{Refresh}?token={Text(login, "refreshToken")}")).ExpectEmpty(HttpStatusCode.Unauthorized);

        var open = Server.ApiWith(null);
        (await open.PostAsync(Refresh, Body(second))).ExpectCodes("[invalid]refreshToken");
        Assert.Equal(HttpStatusCode.OK, (await open.PostAsync(Refresh, Body(other))).Status);
    }

    [Fact]
    public async Task A_limited_key_leaves_administrators_signed_in()
    {
        var (application, user, login) = await SignInAsync(Server, Refreshing);
        await Server.Get<Registrar>().CreateAsync(user.Id, new NewRegistration { ApplicationId = AdminApplication.Id }, "test", CancellationToken.None);
        var limited = await Server.NewApiAsync(permissions: (Refresh, ["DELETE"]));

        (await limited.DeleteAsync($"{Refresh}?userId={user.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.DeleteAsync($"{Refresh}?applicationId={AdminApplication.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await limited.DeleteAsync($"{Refresh}/{Text(login, "refreshTokenId")}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await limited.DeleteAsync($"{Refresh}?applicationId={application.Id}")).ExpectEmpty(HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await Server.ApiWith(null).PostAsync(Refresh, Body(login))).Status);
    }

    private static async Task<(Application Application, User User, ApiAnswer Login)> SignInAsync(TestServer server, Func<ApplicationSettings, ApplicationSettings> settings)
    {
        var party = await RelyingParty.AddAsync(server, null, settings);
        var user = await server.AddUserAsync(application: party.Application);
        return (party.Application, user, await SignInAsync(server, party.Application, user));
    }

    private static async Task<ApiAnswer> SignInAsync(TestServer server, Application application, User user)
    {
        var answer = await (await server.NewApiAsync()).PostAsync("/api/login", Login(user, application));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer;
    }

    private static JsonObject Login(User user, Application application) =>
        new() { ["loginId"] = user.Email, ["password"] = TestServer.Password, ["applicationId"] = application.Id };

    private static JsonObject Body(ApiAnswer answer) => Body(answer.Json);

    private static JsonObject Body(JsonObject answer) => new() { ["refreshToken"] = Text(answer, "refreshToken") };

    private static string Text(ApiAnswer answer, string name) => Text(answer.Json, name);

    private static string Text(JsonObject answer, string name) => answer[name]!.GetValue<string>();

    private static long LifeOf(ApiAnswer answer) => LifeOf(answer.Json);

    private static long LifeOf(JsonObject answer)
    {
        var claims = IndependentJwt.Read(Text(answer, "token")).Payload;
        return claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64();
    }
}
