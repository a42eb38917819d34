using System.Net;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Steps;

/// <summary>Signing in with two factors: nothing before the second, and the truth in the tokens.</summary>
public sealed class SecondFactorTests(OwnServer own) : IClassFixture<OwnServer>
{
    private TestServer Server => own.Server;

    [Fact]
    public async Task After_the_password_there_is_no_session_no_code_and_no_account_page()
    {
        using var visit = await Visit.StartAsync(Server);
        await Authenticator.AddAsync(Server, visit.User);

        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);

        page.AssertStep("second_factor");
        page.AssertPageHeaders();
        Assert.Null(visit.Browser.Cookie("session"));
        Assert.False(await Server.ReadAsync(db => db.Sessions.AnyAsync(row => row.UserId == visit.User.Id)));
        Assert.False(await Server.ReadAsync(db => db.Authorizations.AnyAsync(row => row.UserId == visit.User.Id)));
        (await visit.Browser.FollowAsync(await visit.Browser.OpenAsync("/account"))).AssertStep("login");
    }

    [Fact]
    public async Task With_the_code_the_person_is_in_and_the_tokens_tell_of_both()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        var call = visit.Party.Call();
        var page = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);
        var input = page.Document.GetElementById("code")!;
        Assert.Equal(("one-time-code", "numeric"), (input.GetAttribute("autocomplete"), input.GetAttribute("inputmode")));

        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, ("code", app.Code)));

        var tokens = await visit.Party.RedeemAsync(call, answer);
        var claims = await visit.Party.VerifyIdTokenAsync(tokens, call);
        Assert.Equal(["pwd", "otp", "mfa"], claims.GetProperty("amr").EnumerateArray().Select(word => word.GetString()));
        Assert.Equal("2", claims.GetProperty("acr").GetString());
        Assert.Equal("2", (await visit.Party.VerifyAccessTokenAsync(tokens)).GetProperty("acr").GetString());
        Assert.DoesNotContain(visit.Browser.Cookies.GetCookies(Server.Address), cookie => cookie.Name.StartsWith("half-", StringComparison.Ordinal));
        Assert.NotNull(AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none"))).Code);
    }

    [Fact]
    public async Task A_wrong_code_asks_again()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);

        var again = await visit.Browser.SubmitAsync(page, ("code", app.WrongCode));

        again.AssertStep("second_factor");
        Assert.Equal("true", again.Document.GetElementById("code")!.GetAttribute("aria-invalid"));
        Assert.Null(visit.Browser.Cookie("session"));
        AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(again, ("code", app.Code)));
    }

    [Fact]
    public async Task Another_person_s_code_is_wrong()
    {
        using var visit = await Visit.StartAsync(Server);
        await Authenticator.AddAsync(Server, visit.User);
        var other = await Authenticator.AddAsync(Server, await Server.AddUserAsync());
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);

        (await visit.Browser.SubmitAsync(page, ("code", other.Code))).AssertStep("second_factor");
    }

    [Fact]
    public async Task A_code_signs_in_once()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        await SignInAsync(visit, app.Code);
        using var another = Server.NewBrowser();
        var page = await another.SubmitLoginAsync(await another.OpenAsync(visit.Party.Call().Url), visit.User);

        var again = await another.SubmitAsync(page, ("code", app.Code));

        again.AssertStep("second_factor");
        Server.Clock.Advance(TimeSpan.FromSeconds(30));
        AuthorizeAnswer.Read(await another.SubmitAsync(again, ("code", app.Code)));
    }

    [Fact]
    public async Task A_recovery_code_signs_in_once()
    {
        using var visit = await Visit.StartAsync(Server);
        var (_, codes) = await Authenticator.AddWithCodesAsync(Server, visit.User);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        page = await visit.Browser.SubmitAsync(page, ("choose", "recovery"));
        Assert.Null(page.Document.GetElementById("code")!.GetAttribute("inputmode"));
        AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, ("code", codes[3].ToUpperInvariant().Replace('-', ' '))));

        using var another = Server.NewBrowser();
        page = await another.SubmitLoginAsync(await another.OpenAsync(visit.Party.Call().Url), visit.User);
        (await another.SubmitAsync(page, ("code", codes[3]))).AssertStep("second_factor");
        Assert.Equal(9, await Server.ReadAsync(db => db.RecoveryCodes.CountAsync(row => row.UserId == visit.User.Id)));
        Assert.Contains("recovery code used", await AuditAsync(visit.User));
    }

    [Fact]
    public async Task Guessing_is_slowed_down_over_all_sign_ins_of_the_person()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        for (var number = 0; number < 5; number++)
        {
            using var browser = Server.NewBrowser();
            var page = await browser.SubmitLoginAsync(await browser.OpenAsync(visit.Party.Call().Url), visit.User);
            Assert.Equal(HttpStatusCode.OK, (await browser.SubmitAsync(page, ("code", app.WrongCode))).Status);
        }

        var mine = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        var refused = await visit.Browser.SubmitAsync(mine, ("code", app.Code));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal(60, refused.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Contains("second factor locked after wrong codes", await AuditAsync(visit.User));

        Server.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.OK, (await visit.Browser.SubmitAsync(mine, ("code", app.WrongCode))).Status);
        Server.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await visit.Browser.SubmitAsync(mine, ("code", app.Code))).Status);
        Server.Clock.Advance(TimeSpan.FromSeconds(61));
        AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(mine, ("code", app.Code)));
    }

    [Fact]
    public async Task What_was_proved_for_one_request_is_worth_nothing_for_another()
    {
        using var visit = await Visit.StartAsync(Server);
        await Authenticator.AddAsync(Server, visit.User);
        await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);

        (await visit.OpenAsync()).AssertStep("login");
    }

    [Fact]
    public async Task Two_tabs_are_two_sign_ins()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        var first = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        var second = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);

        AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(second, ("code", app.Code)));
        var stale = await visit.Browser.SubmitAsync(first, ("code", app.CodeAt(1)));
        stale.AssertStep("second_factor"); // The session that the other tab began makes the post stale; its fresh page counts.
        AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(stale, ("code", app.CodeAt(1))));
    }

    [Fact]
    public async Task A_half_done_sign_in_ends_after_ten_minutes()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        Server.Clock.Advance(TimeSpan.FromMinutes(10));

        (await visit.Browser.SubmitAsync(page, ("code", app.Code))).AssertStep("login");
    }

    [Fact]
    public async Task A_changed_password_ends_a_half_done_sign_in()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        await ChangePasswordAsync(visit.User);

        (await visit.Browser.SubmitAsync(page, ("code", app.Code))).AssertStep("login");
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task A_half_done_sign_in_of_a_deactivated_person_ends()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        await Server.DeactivateAsync(visit.User);

        (await visit.Browser.SubmitAsync(page, ("code", app.Code))).AssertStep("login");
    }

    [Fact]
    public async Task Somebody_else_may_begin_anew()
    {
        using var visit = await Visit.StartAsync(Server);
        await Authenticator.AddAsync(Server, visit.User);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);

        var away = await visit.Browser.SubmitAsync(page, ("decision", "start_over"));

        (await visit.Browser.FollowAsync(away)).AssertStep("login");
    }

    [Fact]
    public async Task Whoever_has_no_half_done_sign_in_gets_the_sign_in_whatever_they_post()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        var login = await visit.OpenAsync();

        (await visit.Browser.SubmitAsync(login, ("step", "second_factor"), ("code", app.Code))).AssertStep("login");
        (await visit.Browser.SubmitAsync(login, ("step", "set_up_factor"), ("code", app.Code))).AssertStep("login");
    }

    [Fact]
    public async Task Where_the_application_s_policy_is_off_nobody_is_asked_until_another_application_wants_it()
    {
        using var visit = await StartAsync(MultiFactorLoginPolicy.Disabled);
        var app = await Authenticator.AddAsync(Server, visit.User);
        var single = await visit.SignInAsync();
        Assert.NotNull(single.Code);
        var before = await SessionAsync(visit.User);
        Assert.Equal("pwd", before.Amr);
        var secret = visit.Browser.Cookie("session");
        Server.Clock.Advance(TimeSpan.FromMinutes(1));

        var other = await RelyingParty.AddAsync(Server);
        Assert.Equal("login_required", AuthorizeAnswer.Read(await visit.Browser.OpenAsync(other.Call(("prompt", "none")).Url))["error"]);
        var call = other.Call();
        var page = await visit.Browser.OpenAsync(call.Url);
        page.AssertStep("second_factor");
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, ("code", app.Code)));

        var claims = await other.VerifyIdTokenAsync(await other.RedeemAsync(call, answer), call);
        Assert.Equal("2", claims.GetProperty("acr").GetString());
        Assert.Equal(before.AuthenticatedAt.ToUnixTimeSeconds(), claims.GetProperty("auth_time").GetInt64());
        var after = await SessionAsync(visit.User);
        Assert.NotEqual(before.Id, after.Id);
        Assert.Equal("pwd otp mfa", after.Amr);
        Assert.Equal(before.ExpiresAt, after.ExpiresAt);
        Assert.NotEqual(secret, visit.Browser.Cookie("session"));
        Assert.Null(await Server.Get<BrowserSessions>().FindAsync(secret, CancellationToken.None));
    }

    [Fact]
    public async Task A_session_that_was_ended_elsewhere_is_not_raised()
    {
        using var visit = await StartAsync(MultiFactorLoginPolicy.Disabled);
        var app = await Authenticator.AddAsync(Server, visit.User);
        await visit.SignInAsync();
        var other = await RelyingParty.AddAsync(Server);
        var page = await visit.Browser.OpenAsync(other.Call().Url);
        await Server.Get<BrowserSessions>().EndAsync((await SessionAsync(visit.User)).Id, CancellationToken.None);

        (await visit.Browser.SubmitAsync(page, ("code", app.Code))).AssertStep("login");
    }

    [Fact]
    public async Task Acr_values_step_up_who_can_and_let_the_others_pass()
    {
        using var visit = await StartAsync(MultiFactorLoginPolicy.Disabled);
        await visit.SignInAsync();
        Assert.NotNull(AuthorizeAnswer.Read(await visit.OpenAsync(("acr_values", "2"))).Code);

        await Authenticator.AddAsync(Server, visit.User);
        (await visit.OpenAsync(("acr_values", "2 1"))).AssertStep("second_factor");
        Assert.NotNull(AuthorizeAnswer.Read(await visit.OpenAsync(("acr_values", "1 2"))).Code);
    }

    [Fact]
    public async Task An_essential_acr_is_met_or_the_application_hears_that_it_is_not()
    {
        const string Two = """{"id_token":{"acr":{"essential":true,"value":"2"}}}""";
        using var visit = await StartAsync(MultiFactorLoginPolicy.Disabled);
        (await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(("claims", Two)), visit.User)).AssertStep("set_up_factor");

        var app = await Authenticator.AddAsync(Server, visit.User);
        var call = visit.Party.Call(("claims", Two));
        var page = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, ("code", app.Code)));
        var claims = await visit.Party.VerifyIdTokenAsync(await visit.Party.RedeemAsync(call, answer), call);
        Assert.Equal("2", claims.GetProperty("acr").GetString());

        const string Gold = """{"id_token":{"acr":{"essential":true,"value":"gold"}}}""";
        using var another = Server.NewBrowser();
        var refused = AuthorizeAnswer.Read(await another.SubmitLoginAsync(await another.OpenAsync(visit.Party.Call(("claims", Gold)).Url), visit.User));
        Assert.Equal("unmet_authentication_requirements", refused["error"]);
        Assert.Null(another.Cookie("session"));
    }

    [Fact]
    public async Task Whoever_proved_two_factors_proved_one()
    {
        const string One = """{"id_token":{"acr":{"essential":true,"value":"1"}}}""";
        using var visit = await Visit.StartAsync(Server);
        await SignInAsync(visit, (await Authenticator.AddAsync(Server, visit.User)).Code);
        var call = visit.Party.Call(("claims", One));

        var answer = AuthorizeAnswer.Read(await visit.Browser.OpenAsync(call.Url));

        Assert.Equal("1", (await visit.Party.VerifyIdTokenAsync(await visit.Party.RedeemAsync(call, answer), call)).GetProperty("acr").GetString());
    }

    [Fact]
    public async Task Where_two_factors_are_required_they_are_set_up_before_anything_is_issued()
    {
        using var visit = await StartAsync(MultiFactorLoginPolicy.Required);
        var call = visit.Party.Call();
        var page = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);
        page.AssertStep("set_up_factor");
        page.AssertPageHeaders();
        Assert.Null(visit.Browser.Cookie("session"));
        var app = Authenticator.Scan(Server, page);
        Assert.StartsWith("data:image/svg+xml;base64,", page.Document.QuerySelector("img.qr")!.GetAttribute("src"), StringComparison.Ordinal);

        var again = await visit.Browser.SubmitAsync(page, ("code", app.WrongCode));
        again.AssertStep("set_up_factor");
        Assert.Equal(page.Document.QuerySelector(".secret")!.TextContent, again.Document.QuerySelector(".secret")!.TextContent);
        Assert.False(await Server.ReadAsync(db => db.TwoFactorMethods.AnyAsync(row => row.UserId == visit.User.Id)));

        var shown = await visit.Browser.SubmitAsync(again, ("code", app.Code));
        var codes = shown.Document.QuerySelectorAll(".recovery-codes code").Select(code => code.TextContent).ToList();
        Assert.Equal(10, codes.Distinct().Count());
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(shown));
        var claims = await visit.Party.VerifyIdTokenAsync(await visit.Party.RedeemAsync(call, answer), call);
        Assert.Equal(["pwd", "otp", "mfa"], claims.GetProperty("amr").EnumerateArray().Select(word => word.GetString()));

        var method = await Server.ReadAsync(db => db.TwoFactorMethods.SingleAsync(row => row.UserId == visit.User.Id));
        Assert.DoesNotContain(Convert.ToHexString(method.Secret!), app.Code, StringComparison.Ordinal);
        Assert.Contains("second factor added", await AuditAsync(visit.User));

        // The code that confirmed it is spent.
        using var another = Server.NewBrowser();
        page = await another.SubmitLoginAsync(await another.OpenAsync(visit.Party.Call().Url), visit.User);
        (await another.SubmitAsync(page, ("code", app.Code))).AssertStep("second_factor");
    }

    [Fact]
    public async Task A_session_from_before_sets_up_only_after_proving_again_who_it_is()
    {
        using var visit = await StartAsync(MultiFactorLoginPolicy.Disabled);
        await visit.SignInAsync();
        var strict = await RelyingParty.AddAsync(Server, null, Policy(MultiFactorLoginPolicy.Required));
        Assert.Equal("interaction_required", AuthorizeAnswer.Read(await visit.Browser.OpenAsync(strict.Call(("prompt", "none")).Url))["error"]);
        (await visit.Browser.OpenAsync(strict.Call().Url)).AssertStep("set_up_factor");

        Server.Clock.Advance(TimeSpan.FromMinutes(11));

        (await visit.Browser.OpenAsync(strict.Call().Url)).AssertStep("login");
    }

    [Fact]
    public async Task Who_registers_where_two_factors_are_required_sets_them_up_first()
    {
        using var visit = await Visit.StartAsync(
            Server, null, settings => Policy(MultiFactorLoginPolicy.Required)(settings) with { RegistrationConfiguration = new() { Enabled = true } });
        var page = await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);

        var next = await visit.Browser.SubmitAsync(
            page, ("user.fullName", "Ada"), ("user.email", TestServer.NewEmail()), ("user.password", TestServer.Password));

        next.AssertStep("set_up_factor");
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task A_trusted_browser_is_not_asked_again_until_its_time_is_over()
    {
        using var visit = await Visit.StartAsync(Server);
        var app = await Authenticator.AddAsync(Server, visit.User);
        await SignInAsync(visit, app.Code, ("trust", "true"));
        visit.Browser.Forget("session");

        var call = visit.Party.Call();
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User));
        var claims = await visit.Party.VerifyIdTokenAsync(await visit.Party.RedeemAsync(call, answer), call);
        Assert.Equal("1", claims.GetProperty("acr").GetString());
        Assert.NotNull(AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none"))).Code);
        (await visit.OpenAsync(("acr_values", "2"))).AssertStep("second_factor");

        Server.Clock.Advance(TimeSpan.FromDays(30));
        visit.Browser.Forget("session");
        (await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User)).AssertStep("second_factor");
    }

    [Fact]
    public async Task Trust_is_one_person_s_in_one_browser()
    {
        using var visit = await Visit.StartAsync(Server);
        await SignInAsync(visit, (await Authenticator.AddAsync(Server, visit.User)).Code, ("trust", "true"));
        var other = await Server.AddUserAsync();
        await Authenticator.AddAsync(Server, other);
        visit.Browser.Forget("session");

        (await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), other)).AssertStep("second_factor");
        using var another = Server.NewBrowser();
        (await another.SubmitLoginAsync(await another.OpenAsync(visit.Party.Call().Url), visit.User)).AssertStep("second_factor");
    }

    [Fact]
    public async Task A_changed_password_ends_trust()
    {
        using var visit = await Visit.StartAsync(Server);
        await SignInAsync(visit, (await Authenticator.AddAsync(Server, visit.User)).Code, ("trust", "true"));
        await ChangePasswordAsync(visit.User);
        visit.Browser.Forget("session");

        (await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User)).AssertStep("second_factor");
    }

    [Fact]
    public async Task An_application_says_where_a_browser_must_have_become_trusted()
    {
        using var visit = await Visit.StartAsync(Server);
        await SignInAsync(visit, (await Authenticator.AddAsync(Server, visit.User)).Code, ("trust", "true"));
        var here = await RelyingParty.AddAsync(Server, null, Policy(null, MultiFactorTrustPolicy.This));
        var never = await RelyingParty.AddAsync(Server, null, Policy(null, MultiFactorTrustPolicy.None));

        foreach (var (party, offered) in new[] { (here, true), (never, false) })
        {
            visit.Browser.Forget("session");
            var page = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(party.Call().Url), visit.User);
            page.AssertStep("second_factor");
            Assert.Equal(offered, page.Document.QuerySelector("input[name=trust]") is not null);
        }
    }

    [Theory]
    [OnEachDatabase]
    public async Task Of_many_who_send_the_same_code_at_once_one_gets_in(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, party) = (await server.AddUserAsync(), await RelyingParty.AddAsync(server));
        var (app, codes) = await Authenticator.AddWithCodesAsync(server, user);
        foreach (var code in new[] { app.Code, codes[0] })
        {
            var tabs = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                var browser = server.NewBrowser();
                return (Browser: browser, Page: await browser.SubmitLoginAsync(await browser.OpenAsync(party.Call().Url), user));
            }));

            var answers = await Task.WhenAll(tabs.Select(tab => tab.Browser.SubmitAsync(tab.Page, ("code", code))));

            Assert.Single(answers, answer => answer.Location is not null);
            Assert.Equal(1, tabs.Count(tab => tab.Browser.Cookie("session") is not null));
            Assert.All(tabs, tab => tab.Browser.Dispose());
        }
    }

    private static async Task SignInAsync(Visit visit, string code, params (string Name, string Value)[] more)
    {
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(page, [("code", code), .. more]));
    }

    private Task<Visit> StartAsync(MultiFactorLoginPolicy policy) => Visit.StartAsync(Server, null, Policy(policy));

    private static Func<ApplicationSettings, ApplicationSettings> Policy(MultiFactorLoginPolicy? login, MultiFactorTrustPolicy? trust = null) =>
        settings => settings with { MultiFactorConfiguration = new() { LoginPolicy = login, TrustPolicy = trust } };

    private Task<Session> SessionAsync(User user) =>
        Server.ReadAsync(db => db.Sessions.SingleAsync(row => row.UserId == user.Id && row.EndedAt == null));

    private async Task<List<string>> AuditAsync(User user)
    {
        var id = user.Id.ToString();
        return await Server.ReadAsync(db => db.AuditEntries.Where(row => row.Actor == id || row.Data!.Contains(id)).Select(row => row.Message).ToListAsync());
    }

    // To the same password, so that tests can go on with it.
    private async Task ChangePasswordAsync(User user) => (await Server.Get<People>().UpdateAsync(
        user.Id, current => UserDetails.Of(current), TestServer.Password, "test", CancellationToken.None))!.Value.Expect();
}
