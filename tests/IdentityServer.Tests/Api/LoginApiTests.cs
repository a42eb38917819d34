using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Factors;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Api;

/// <summary>Sign-in by the management API (§10.1, §11): every documented status, and no token before its time.</summary>
public sealed class LoginApiTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const HttpStatusCode SecondFactorDue = (HttpStatusCode)242;
    private const HttpStatusCode WrongCode = HttpStatusCode.MisdirectedRequest;

    private TestServer Server => own.Server;

    [Theory]
    [OnEachDatabase]
    public async Task Who_is_registered_gets_tokens_and_the_refresh_token_works(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var party = await RelyingParty.AddAsync(server, null, settings => settings with { LoginConfiguration = new() { GenerateRefreshTokens = true } });
        var user = await server.AddUserAsync(application: party.Application);
        var api = await server.NewApiAsync();

        var answer = await api.PostAsync("/api/login", Login(user, party.Application));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(user.Id.ToString(), answer.Json["user"]!["id"]!.GetValue<string>());
        var claims = IndependentJwt.Read(answer.Json["token"]!.GetValue<string>()).Payload;
        Assert.Equal(party.Application.IdText, claims.GetProperty("applicationId").GetString());
        Assert.Equal(("PASSWORD", "1"), (claims.GetProperty("authenticationType").GetString(), claims.GetProperty("acr").GetString()));
        Assert.Equal(claims.GetProperty("exp").GetInt64(), answer.Json["tokenExpirationInstant"]!.GetValue<long>() / 1000);
        var refreshed = await party.RefreshAsync(answer.Json["refreshToken"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_refresh_token_and_with_noJWT_no_token()
    {
        var (application, user) = await NewAsync();
        var api = await Server.NewApiAsync();
        Assert.Null((await api.PostAsync("/api/login", Login(user, application))).Json["refreshToken"]);

        var body = Login(user, application);
        body["noJWT"] = true;
        body["state"] = new JsonObject { ["back"] = "/cart" };
        var answer = await api.PostAsync("/api/login", body);

        Assert.Null(answer.Json["token"]);
        Assert.Equal("/cart", answer.Json["state"]!["back"]!.GetValue<string>());
    }

    [Fact]
    public async Task Who_is_not_registered_is_told_apart_and_gets_a_token_without_roles()
    {
        var (application, _) = await NewAsync();
        var stranger = await Server.AddUserAsync();
        var strict = await Server.AddApplicationAsync(settings => settings with { OauthConfiguration = new() { RequireRegistration = true } });
        var api = await Server.NewApiAsync();

        var answer = await api.PostAsync("/api/login", Login(stranger, application));
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.False(IndependentJwt.Read(answer.Json["token"]!.GetValue<string>()).Payload.TryGetProperty("applicationId", out _));

        answer = await api.PostAsync("/api/login", Login(stranger, strict));
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Null(answer.Json["token"]);
    }

    [Fact]
    public async Task Without_an_application_there_is_an_answer_and_no_token()
    {
        var answer = await (await Server.NewApiAsync()).PostAsync("/api/login", Login(await Server.AddUserAsync(), null));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(answer.Json["token"]);
    }

    [Fact]
    public async Task Nobody_of_that_name_and_a_wrong_password_look_alike()
    {
        var (application, user) = await NewAsync();
        var api = await Server.NewApiAsync();
        var wrong = Login(user, application);
        wrong["password"] = "another password altogether";

        (await api.PostAsync("/api/login", wrong)).ExpectEmpty(HttpStatusCode.NotFound);
        wrong["loginId"] = TestServer.NewEmail();
        (await api.PostAsync("/api/login", wrong)).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_is_missing_is_said()
    {
        var api = await Server.NewApiAsync();

        (await api.SendAsync("POST", "/api/login", "{}")).ExpectCodes("[blank]loginId", "[blank]password");
        (await api.SendAsync("POST", "/api/login", $$"""{"loginId":"a","password":"b","applicationId":"{{Guid.NewGuid()}}"}""")).ExpectCodes("[invalid]applicationId");
    }

    [Fact]
    public async Task Without_a_key_only_applications_answer_that_say_so()
    {
        var (application, user) = await NewAsync();
        var open = await Server.AddApplicationAsync(settings => settings with { LoginConfiguration = new() { RequireAuthentication = false } });
        var nobody = Server.ApiWith(null);

        (await nobody.PostAsync("/api/login", Login(user, application))).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await nobody.PostAsync("/api/login", Login(user, null))).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await Server.ApiWith("wrong").PostAsync("/api/login", Login(user, open))).ExpectEmpty(HttpStatusCode.Unauthorized);
        var other = await Server.NewApiAsync(permissions: ("/api/user", ["POST"]));
        (await other.PostAsync("/api/login", Login(user, application))).ExpectEmpty(HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Accepted, (await nobody.PostAsync("/api/login", Login(user, open))).Status);
    }

    [Fact]
    public async Task Who_may_not_sign_in_is_told_why_if_the_password_is_right()
    {
        var api = await Server.NewApiAsync();
        var expired = await Server.AddUserAsync(change: wanted => wanted with { ExpiresAt = Server.Clock.GetUtcNow() });
        var changing = await Server.AddUserAsync(change: wanted => wanted with { PasswordChangeRequired = true });
        var gone = await Server.AddUserAsync();
        await Server.DeactivateAsync(gone);

        (await api.PostAsync("/api/login", Login(expired, null))).ExpectEmpty(HttpStatusCode.Gone);
        (await api.PostAsync("/api/login", Login(gone, null))).ExpectEmpty(HttpStatusCode.Locked);
        var answer = await api.PostAsync("/api/login", Login(changing, null));
        Assert.Equal(HttpStatusCode.NonAuthoritativeInformation, answer.Status);
        Assert.Equal("Administrative", answer.Json["changePasswordReason"]!.GetValue<string>());
        Assert.NotNull(answer.Json["changePasswordId"]);
    }

    [Fact]
    public async Task With_a_second_factor_there_is_no_token_before_its_code()
    {
        var (application, user) = await NewAsync();
        var app = await Authenticator.AddAsync(Server, user);
        var api = await Server.NewApiAsync();
        var body = Login(user, application);
        body["state"] = new JsonObject { ["back"] = "/cart" };

        var waiting = await api.PostAsync("/api/login", body);

        Assert.Equal(SecondFactorDue, waiting.Status);
        Assert.Equal("authenticator", Assert.Single(waiting.Json["methods"]!.AsArray())!["method"]!.GetValue<string>());
        Assert.DoesNotContain("token\"", waiting.Body, StringComparison.Ordinal);
        var nobody = Server.ApiWith(null);
        (await nobody.PostAsync("/api/two-factor/login", Second(waiting, app.WrongCode))).ExpectEmpty(WrongCode);

        var answer = await nobody.PostAsync("/api/two-factor/login", Second(waiting, app.Code));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("/cart", answer.Json["state"]!["back"]!.GetValue<string>());
        var claims = IndependentJwt.Read(answer.Json["token"]!.GetValue<string>()).Payload;
        Assert.Equal("2", claims.GetProperty("acr").GetString());
        Assert.Equal(["pwd", "otp", "mfa"], claims.GetProperty("amr").EnumerateArray().Select(word => word.GetString()));

        (await nobody.PostAsync("/api/two-factor/login", Second(waiting, app.CodeAt(1)))).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_sign_in_that_waits_is_for_its_application_and_five_minutes()
    {
        var (application, user) = await NewAsync();
        var app = await Authenticator.AddAsync(Server, user);
        var api = await Server.NewApiAsync();
        var waiting = await api.PostAsync("/api/login", Login(user, application));
        var other = Second(waiting, app.Code);
        other["applicationId"] = (await Server.AddApplicationAsync()).IdText;

        (await api.PostAsync("/api/two-factor/login", other)).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync("/api/two-factor/login", Second("no such id", app.Code))).ExpectEmpty(HttpStatusCode.NotFound);
        Server.Clock.Advance(TimeSpan.FromMinutes(5));
        (await api.PostAsync("/api/two-factor/login", Second(waiting, app.Code))).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_changed_password_ends_a_sign_in_that_waits()
    {
        var (application, user) = await NewAsync();
        var app = await Authenticator.AddAsync(Server, user);
        var api = await Server.NewApiAsync();
        var waiting = await api.PostAsync("/api/login", Login(user, application));
        (await Server.Get<People>().UpdateAsync(user.Id, current => UserDetails.Of(current), TestServer.Password, "test", CancellationToken.None))!.Value.Expect();

        (await api.PostAsync("/api/two-factor/login", Second(waiting, app.Code))).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Guesses_by_the_api_and_by_pages_count_together()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        var api = await Server.NewApiAsync();
        var waiting = await api.PostAsync("/api/login", Login(visit.User, null));
        for (var number = 0; number < 5; number++)
        {
            (await api.PostAsync("/api/two-factor/login", Second(waiting, app.WrongCode))).ExpectEmpty(WrongCode);
        }

        (await api.PostAsync("/api/two-factor/login", Second(waiting, app.Code))).ExpectEmpty(HttpStatusCode.ServiceUnavailable);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await visit.Browser.SubmitAsync(page, ("code", app.Code))).Status);
    }

    [Fact]
    public async Task A_trusted_device_is_not_asked_until_a_factor_changes()
    {
        var (application, user) = await NewAsync();
        var app = await Authenticator.AddAsync(Server, user);
        var api = await Server.NewApiAsync();
        var second = Second(await api.PostAsync("/api/login", Login(user, application)), app.Code);
        second["trustComputer"] = true;
        var trust = (await api.PostAsync("/api/two-factor/login", second)).Json["twoFactorTrustId"]!.GetValue<string>();
        var body = Login(user, application);
        body["twoFactorTrustId"] = trust;

        var answer = await api.PostAsync("/api/login", body);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("1", IndependentJwt.Read(answer.Json["token"]!.GetValue<string>()).Payload.GetProperty("acr").GetString());
        var status = $"/api/two-factor/status?userId={user.Id}&applicationId={application.Id}";
        Assert.Equal(SecondFactorDue, (await api.GetAsync(status)).Status);
        var known = await api.GetAsync(status + "&twoFactorTrustId=" + trust);
        Assert.Equal(HttpStatusCode.OK, known.Status);
        Assert.Single(known.Json["trusts"]!.AsArray());

        await Authenticator.AddAnotherAsync(Server, user);
        Assert.Equal(SecondFactorDue, (await api.PostAsync("/api/login", body)).Status);
    }

    [Fact]
    public async Task Where_two_factors_are_required_the_sign_in_goes_on_after_they_are_set_up()
    {
        var application = await Server.AddApplicationAsync(settings => settings with { MultiFactorConfiguration = new() { LoginPolicy = MultiFactorLoginPolicy.Required } });
        var user = await Server.AddUserAsync(application: application);
        var api = await Server.NewApiAsync();
        var waiting = await api.PostAsync("/api/login", Login(user, application));
        Assert.Equal(SecondFactorDue, waiting.Status);
        Assert.Empty(waiting.Json["methods"]!.AsArray());
        Assert.Equal("authenticator", waiting.Json["configurableMethods"]![0]!.GetValue<string>());

        var secret = (await api.GetAsync("/api/two-factor/secret")).Json;
        var app = new Authenticator(Server.Clock, Convert.FromBase64String(secret["secret"]!.GetValue<string>()));
        var enable = new JsonObject
        {
            ["method"] = "authenticator",
            ["secretBase32Encoded"] = secret["secretBase32Encoded"]!.GetValue<string>(),
            ["code"] = app.WrongCode,
            ["name"] = "Phone",
            ["twoFactorId"] = waiting.Json["twoFactorId"]!.GetValue<string>(),
        };
        (await api.PostAsync($"/api/user/two-factor/{user.Id}", enable)).ExpectEmpty(WrongCode);
        enable["code"] = app.Code;
        var enabled = await api.PostAsync($"/api/user/two-factor/{user.Id}", enable);
        Assert.Equal(10, enabled.Json["recoveryCodes"]!.AsArray().Count);

        (await api.PostAsync("/api/two-factor/login", Second(waiting, app.Code))).ExpectEmpty(WrongCode);
        var answer = await api.PostAsync("/api/two-factor/login", Second(waiting, app.CodeAt(1)));
        Assert.Equal("2", IndependentJwt.Read(answer.Json["token"]!.GetValue<string>()).Payload.GetProperty("acr").GetString());
    }

    [Fact]
    public async Task What_an_authenticator_needs_is_said()
    {
        var user = await Server.AddUserAsync();
        var api = await Server.NewApiAsync();
        var path = $"/api/user/two-factor/{user.Id}";

        (await api.SendAsync("POST", path, "{}")).ExpectCodes("[missing]method", "[missing]secret", "[blank]code");
        (await api.SendAsync("POST", path, """{"method":"sms","secret":"AAAA","code":"123456"}""")).ExpectCodes("[invalid]method", "[invalid]secret");
        (await api.SendAsync("POST", path, """{"method":"authenticator","secretBase32Encoded":"1","code":"123456"}""")).ExpectCodes("[invalid]secretBase32Encoded");
        (await api.SendAsync("POST", $"/api/user/two-factor/{Guid.NewGuid()}", "{}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Factors_are_renamed_and_removed()
    {
        var user = await Server.AddUserAsync();
        var (app, codes) = await Authenticator.AddWithCodesAsync(Server, user);
        await Authenticator.AddAnotherAsync(Server, user);
        var api = await Server.NewApiAsync();
        var path = $"/api/user/two-factor/{user.Id}";
        var ids = await Server.ReadAsync(db => db.TwoFactorMethods.Where(row => row.UserId == user.Id).OrderBy(row => row.Id).Select(row => row.Code).ToListAsync());

        (await api.PutAsync(path, new JsonObject { ["methodId"] = ids[0], ["name"] = "Tablet" })).ExpectEmpty(HttpStatusCode.OK);
        (await api.PutAsync(path, new JsonObject { ["methodId"] = "none", ["name"] = "Tablet" })).ExpectEmpty(HttpStatusCode.NotFound);
        Assert.Equal("Tablet", await Server.ReadAsync(db => db.TwoFactorMethods.Where(row => row.Code == ids[0]).Select(row => row.Name).SingleAsync()));

        (await api.DeleteAsync($"{path}?methodId={ids[0]}&code={app.WrongCode}")).ExpectEmpty(WrongCode);
        (await api.DeleteAsync($"{path}?methodId=none&code={app.Code}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync(path, new JsonObject { ["methodId"] = ids[0], ["code"] = app.Code })).ExpectEmpty(HttpStatusCode.OK);
        Assert.True((await Server.Get<People>().GetAsync(user.Id, CancellationToken.None)).TwoFactorEnabled);

        (await api.DeleteAsync(path, new JsonObject { ["methodId"] = ids[1], ["code"] = codes[0] })).ExpectEmpty(HttpStatusCode.OK);
        Assert.False((await Server.Get<People>().GetAsync(user.Id, CancellationToken.None)).TwoFactorEnabled);
        Assert.False(await Server.ReadAsync(db => db.RecoveryCodes.AnyAsync(row => row.UserId == user.Id)));
        (await api.PostAsync($"/api/user/two-factor/recovery-code/{user.Id}", null)).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_recovery_code_removes_all_factors()
    {
        var user = await Server.AddUserAsync();
        var (_, codes) = await Authenticator.AddWithCodesAsync(Server, user);
        await Authenticator.AddAnotherAsync(Server, user);
        var id = await Server.ReadAsync(db => db.TwoFactorMethods.Where(row => row.UserId == user.Id).Select(row => row.Code).FirstAsync());

        (await (await Server.NewApiAsync()).DeleteAsync($"/api/user/two-factor/{user.Id}?methodId={id}&code={codes[9]}")).ExpectEmpty(HttpStatusCode.OK);

        Assert.False(await Server.ReadAsync(db => db.TwoFactorMethods.AnyAsync(row => row.UserId == user.Id)));
    }

    [Fact]
    public async Task New_recovery_codes_take_the_place_of_the_old()
    {
        var user = await Server.AddUserAsync();
        var (_, old) = await Authenticator.AddWithCodesAsync(Server, user);
        var api = await Server.NewApiAsync();

        var codes = (await api.PostAsync($"/api/user/two-factor/recovery-code/{user.Id}", null)).Json["recoveryCodes"]!.AsArray();

        Assert.Equal(10, codes.Count);
        var waiting = await api.PostAsync("/api/login", Login(user, null));
        (await api.PostAsync("/api/two-factor/login", Second(waiting, old[0]))).ExpectEmpty(WrongCode);
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync("/api/two-factor/login", Second(waiting, codes[0]!.GetValue<string>()))).Status);
    }

    [Fact]
    public async Task A_limited_key_leaves_administrators_alone()
    {
        var admin = await Server.AddUserAsync(application: Server.Get<ApplicationCatalog>().Find(AdminApplication.Id));
        await Authenticator.AddAsync(Server, admin);
        var api = await Server.NewApiAsync(permissions: [("/api/user/two-factor", ["POST", "PUT", "DELETE"]), ("/api/user/two-factor/recovery-code", ["POST"])]);

        foreach (var (method, path) in new[] { ("POST", "/api/user/two-factor/"), ("PUT", "/api/user/two-factor/"), ("DELETE", "/api/user/two-factor/"), ("POST", "/api/user/two-factor/recovery-code/") })
        {
            (await api.SendAsync(method, path + admin.Id, "{}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task A_caller_that_knows_the_person_starts_at_the_second_factor_and_gets_no_token()
    {
        var (application, user) = await NewAsync();
        var app = await Authenticator.AddAsync(Server, user);
        var api = await Server.NewApiAsync();
        (await api.PostAsync("/api/two-factor/start", new JsonObject { ["loginId"] = TestServer.NewEmail() })).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.SendAsync("POST", "/api/two-factor/start", "{}")).ExpectCodes("[blank]loginId");
        (await Server.ApiWith(null).SendAsync("POST", "/api/two-factor/start", "{}")).ExpectEmpty(HttpStatusCode.Unauthorized);

        var waiting = await api.PostAsync("/api/two-factor/start", new JsonObject { ["userId"] = user.Id, ["applicationId"] = application.Id });
        var answer = await api.PostAsync("/api/two-factor/login", Second(waiting, app.Code));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(user.Id.ToString(), answer.Json["user"]!["id"]!.GetValue<string>());
        Assert.Null(answer.Json["token"]);
    }

    [Fact]
    public async Task A_sign_in_elsewhere_is_recorded()
    {
        var (application, user) = await NewAsync();
        var stranger = await Server.AddUserAsync();
        var expired = await Server.AddUserAsync(change: wanted => wanted with { ExpiresAt = Server.Clock.GetUtcNow() });
        var gone = await Server.AddUserAsync();
        await Server.DeactivateAsync(gone);
        var api = await Server.NewApiAsync();

        var answer = await api.PutAsync($"/api/login/{user.Id}/{application.Id}?ipAddress=192.0.2.7", null);
        Assert.Equal((HttpStatusCode.OK, user.Id.ToString()), (answer.Status, answer.Json["user"]!["id"]!.GetValue<string>()));
        Assert.Null(answer.Json["token"]);
        Assert.Equal(HttpStatusCode.Accepted, (await api.PutAsync($"/api/login/{stranger.Id}/{application.Id}", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.PutAsync($"/api/login/{stranger.Id}?ipAddress=undefined", null)).Status);

        var record = await Server.ReadAsync(db => db.LoginRecords.SingleAsync(row => row.UserId == user.Id));
        Assert.Equal((application.Id, "192.0.2.7"), (record.ApplicationId, record.Address));
        Assert.Equal(Server.Clock.GetUtcNow(), (await Server.Get<People>().GetAsync(user.Id, CancellationToken.None)).LastLoginAt);
        Assert.NotNull(await Server.ReadAsync(db => db.Registrations.Where(row => row.UserId == user.Id).Select(row => row.LastLoginAt).SingleAsync()));
        Assert.Equal(1, await Server.ReadAsync(db => db.AuditEntries.CountAsync(row => row.Message == "sign-in reported" && row.Data!.Contains(user.Id.ToString()))));
        (await api.PutAsync($"/api/login/{expired.Id}", null)).ExpectEmpty(HttpStatusCode.Gone);
        (await api.PutAsync($"/api/login/{gone.Id}", null)).ExpectEmpty(HttpStatusCode.Locked);
        (await api.PutAsync($"/api/login/{Guid.NewGuid()}", null)).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PutAsync($"/api/login/{user.Id}/{Guid.NewGuid()}", null)).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PutAsync($"/api/login/{user.Id}?ipAddress=here", null)).ExpectCodes("[couldNotConvert]ipAddress");
        (await Server.ApiWith(null).PutAsync($"/api/login/{user.Id}", null)).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    private async Task<(Application Application, User User)> NewAsync()
    {
        var application = await Server.AddApplicationAsync();
        return (application, await Server.AddUserAsync(application: application));
    }

    private static JsonObject Login(User user, Application? application)
    {
        var body = new JsonObject { ["loginId"] = user.Email, ["password"] = TestServer.Password };
        if (application is not null)
        {
            body["applicationId"] = application.Id;
        }

        return body;
    }

    private static JsonObject Second(ApiAnswer waiting, string code) => Second(waiting.Json["twoFactorId"]!.GetValue<string>(), code);

    private static JsonObject Second(string id, string code) => new() { ["twoFactorId"] = id, ["code"] = code };
}
