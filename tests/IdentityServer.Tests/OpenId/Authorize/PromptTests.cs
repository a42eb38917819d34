using System.Net;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId;

/// <summary>When somebody who is signed in is asked again, and for whom an answer is: OpenID Connect Core §3.1.2.1, §3.1.2.3.</summary>
public sealed class PromptTests(OwnServer own) : IClassFixture<OwnServer>
{
    private readonly TestServer server = own.Server;

    [Fact]
    public async Task A_silent_request_of_nobody_hears_that_a_sign_in_is_needed()
    {
        using var visit = await Visit.StartAsync(server);
        var call = visit.Party.Call(("prompt", "none"));

        AuthorizeAnswer.Read(await visit.Browser.OpenAsync(call.Url)).AssertRefused(server, call, "login_required", "authentication_required", "must sign in");
    }

    [Fact]
    public async Task A_silent_request_of_somebody_who_is_signed_in_gets_a_code_without_a_page()
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();

        var page = await visit.OpenAsync(("prompt", "none"));

        Assert.Equal((HttpStatusCode.Found, "query"), (page.Status, AuthorizeAnswer.Read(page).Mode));
        Assert.NotEmpty(AuthorizeAnswer.Read(page).Code);
    }

    [Fact]
    public async Task A_silent_request_shows_no_page_by_POST_or_at_registration_either()
    {
        using var visit = await Visit.StartOpenAsync(server);
        var call = visit.Party.Call(("prompt", "none"));

        AuthorizeAnswer.Read(await visit.Browser.OpenAsync(call.RegisterUrl)).AssertRefused(server, call, "login_required", "authentication_required", "must sign in");
        AuthorizeAnswer.Read(await visit.Browser.PostAsync(call.Url, [], [new("step", "consent"), new("decision", "allow")]))
            .AssertRefused(server, call, "login_required", "authentication_required", "must sign in");
    }

    [Fact]
    public async Task Prompt_login_asks_for_the_password_again_and_auth_time_tells()
    {
        using var visit = await Visit.StartAsync(server);
        var first = await AuthTimeAsync(visit);
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        var call = visit.Party.Call(("prompt", "login"));

        var page = await visit.Browser.OpenAsync(call.Url);
        page.AssertStep("login");
        var tokens = await visit.Party.RedeemAsync(call, AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(page, visit.User)));

        var second = (await visit.Party.VerifyIdTokenAsync(tokens, call)).GetProperty("auth_time").GetInt64();
        Assert.Equal((300, server.Clock.GetUtcNow().ToUnixTimeSeconds()), (second - first, second));
    }

    [Fact]
    public async Task Without_being_asked_again_auth_time_stays_what_it_was()
    {
        using var visit = await Visit.StartAsync(server);
        var first = await AuthTimeAsync(visit);
        server.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(first, await AuthTimeAsync(visit));
    }

    [Fact]
    public async Task Max_age_asks_again_only_when_the_sign_in_is_older()
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.OpenAsync(("max_age", "601"))).Code);
        (await visit.OpenAsync(("max_age", "599"))).AssertStep("login");
        (await visit.OpenAsync(("max_age", "0"))).AssertStep("login");
        Assert.Equal("login_required", AuthorizeAnswer.Read(await visit.OpenAsync(("max_age", "599"), ("prompt", "none")))["error"]);
    }

    [Fact]
    public async Task Max_age_zero_is_satisfied_by_signing_in_for_it()
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(("max_age", "0")), visit.User)).Code);
    }

    [Fact]
    public async Task An_application_s_own_max_age_counts_where_the_request_names_none()
    {
        using var visit = await Visit.StartAsync(server, null, settings => settings with { ClientMetadata = new() { DefaultMaxAge = 60 } });
        await visit.SignInAsync();
        server.Clock.Advance(TimeSpan.FromMinutes(2));

        (await visit.OpenAsync()).AssertStep("login");
    }

    [Fact]
    public async Task Whoever_has_to_sign_in_again_is_known_and_cannot_become_somebody_else_by_what_is_posted()
    {
        using var visit = await Visit.StartAsync(server);
        var other = await server.AddUserAsync();
        await visit.SignInAsync();
        var page = await visit.OpenAsync(("prompt", "login"));

        Assert.Equal(visit.User.Email, page.Field("loginId"));
        Assert.True(page.Form.QuerySelector("input[name=loginId]")!.HasAttribute("readonly"));
        await AssertUserAsync(visit, visit.User.Id, await visit.Browser.SubmitLoginAsync(page, other));
    }

    [Fact]
    public async Task From_there_somebody_else_can_sign_in_even_at_the_second_try()
    {
        using var visit = await Visit.StartAsync(server);
        var other = await server.AddUserAsync();
        await visit.SignInAsync();
        var locked = await visit.OpenAsync(("prompt", "login"));

        var page = await visit.Browser.OpenAsync(locked.Document.QuerySelector("p.aside a")!.GetAttribute("href")!);
        Assert.Equal("", page.Field("loginId"));
        page = await visit.Browser.SubmitAsync(page, ("loginId", other.Email!), ("password", "wrong"));
        page.AssertStep("login");

        await AssertUserAsync(visit, other.Id, await visit.Browser.SubmitLoginAsync(page, other));
    }

    [Fact]
    public async Task Select_account_asks_even_where_there_is_but_one()
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();

        var page = await visit.OpenAsync(("prompt", "select_account"));

        page.AssertStep("select_account");
        Assert.Contains(visit.User.Email!, page.Body, StringComparison.Ordinal);
        await AssertUserAsync(visit, visit.User.Id, await visit.Browser.SubmitAsync(page, ("decision", page.Form.QuerySelector("button.account")!.GetAttribute("value")!)));
    }

    [Fact]
    public async Task Select_account_lets_somebody_else_sign_in_even_at_the_second_try()
    {
        using var visit = await Visit.StartAsync(server);
        var other = await server.AddUserAsync();
        await visit.SignInAsync();

        var redirect = await visit.Browser.SubmitAsync(await visit.OpenAsync(("prompt", "select_account")), ("decision", "another"));
        Assert.Equal(HttpStatusCode.SeeOther, redirect.Status);
        var page = await visit.Browser.FollowAsync(redirect);
        page.AssertStep("login");
        page = await visit.Browser.SubmitAsync(page, ("loginId", other.Email!), ("password", "wrong"));
        page.AssertStep("login");

        await AssertUserAsync(visit, other.Id, await visit.Browser.SubmitLoginAsync(page, other));
    }

    [Theory]
    [InlineData("")]
    [InlineData("whatever")]
    public async Task Select_account_takes_no_other_answer(string decision)
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();

        (await visit.Browser.SubmitAsync(await visit.OpenAsync(("prompt", "select_account")), ("decision", decision))).AssertStep("select_account");
    }

    [Fact]
    public async Task A_login_hint_is_filled_in_and_nothing_more()
    {
        using var visit = await Visit.StartAsync(server);

        var page = await visit.OpenAsync(("login_hint", "ada@example.com\"><script>alert(1)</script>"));

        Assert.Equal("ada@example.com\"><script>alert(1)</script>", page.Field("loginId"));
        Assert.DoesNotContain("<script>alert", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hint_at_whoever_is_signed_in_gets_a_code_even_when_it_has_expired()
    {
        using var visit = await Visit.StartAsync(server);
        var hint = (await visit.Party.GetTokensAsync(visit.Browser, visit.User)).IdToken;
        server.Clock.Advance(TimeSpan.FromHours(2)); // The session is over, and so is the token.
        await visit.SignInAsync();

        await AssertUserAsync(visit, visit.User.Id, await visit.OpenAsync(("id_token_hint", hint), ("prompt", "none")));
    }

    [Fact]
    public async Task A_hint_at_somebody_else_lets_them_sign_in_and_nobody_else()
    {
        using var visit = await Visit.StartAsync(server);
        var other = await server.AddUserAsync();
        var hint = (await visit.Party.GetTokensAsync(other)).IdToken;
        await visit.SignInAsync();
        var silent = visit.Party.Call(("id_token_hint", hint), ("prompt", "none"));
        var call = visit.Party.Call(("id_token_hint", hint));

        AuthorizeAnswer.Read(await visit.Browser.OpenAsync(silent.Url)).AssertRefused(server, silent, "login_required", "authentication_required", "must sign in");
        AuthorizeAnswer.Read(await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User))
            .AssertRefused(server, call, "login_required", "authentication_required", "must sign in");
        await AssertUserAsync(visit, other.Id, await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), other));
    }

    [Fact]
    public async Task A_hint_that_another_client_got_is_refused()
    {
        using var visit = await Visit.StartAsync(server);
        var foreign = await (await RelyingParty.AddAsync(server)).GetTokensAsync(visit.User);
        var call = visit.Party.Call(("id_token_hint", foreign.IdToken));

        AuthorizeAnswer.Read(await visit.Browser.OpenAsync(call.Url)).AssertRefused(server, call, "invalid_request", "invalid_id_token_hint", "issued here to this client");
    }

    [Fact]
    public async Task An_access_token_is_no_hint()
    {
        using var visit = await Visit.StartAsync(server);
        var call = visit.Party.Call(("id_token_hint", (await visit.Party.GetTokensAsync(visit.User)).AccessToken));

        AuthorizeAnswer.Read(await visit.Browser.OpenAsync(call.Url)).AssertRefused(server, call, "invalid_request", "invalid_id_token_hint", "not an ID token");
    }

    [Fact]
    public async Task A_subject_asked_for_as_a_claim_is_answered_about_that_person_only()
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();

        await AssertUserAsync(visit, visit.User.Id, await visit.OpenAsync(("claims", Subject(visit.User.Id)), ("prompt", "none")));
        var call = visit.Party.Call(("claims", Subject(Guid.NewGuid())), ("prompt", "none"));
        AuthorizeAnswer.Read(await visit.Browser.OpenAsync(call.Url)).AssertRefused(server, call, "login_required", "authentication_required", "must sign in");
    }

    [Fact]
    public async Task An_essential_acr_that_cannot_be_reached_is_an_error_and_a_wish_is_not()
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();
        var essential = visit.Party.Call(("claims", """{"id_token":{"acr":{"essential":true,"values":["urn:gold"]}}}"""));
        var wish = visit.Party.Call(("acr_values", "urn:gold urn:silver"));

        AuthorizeAnswer.Read(await visit.Browser.OpenAsync(essential.Url))
            .AssertRefused(server, essential, "unmet_authentication_requirements", "authentication_required", "cannot be reached");
        var tokens = await visit.Party.RedeemAsync(wish, AuthorizeAnswer.Read(await visit.Browser.OpenAsync(wish.Url)));
        var idToken = await visit.Party.VerifyIdTokenAsync(tokens, wish);
        Assert.Equal(("1", "pwd"), (idToken.GetProperty("acr").GetString(), Assert.Single(idToken.GetProperty("amr").EnumerateArray()).GetString()));
    }

    [Fact]
    public async Task Claims_can_be_asked_for_one_by_one_in_the_id_token_and_at_userinfo()
    {
        using var visit = await Visit.StartAsync(server);

        var tokens = await visit.Party.GetTokensAsync(visit.Browser, visit.User, ("claims", """{"id_token":{"email":null},"userinfo":{"name":{"essential":true}}}"""));

        var idToken = await visit.Party.VerifyIdTokenAsync(tokens);
        var userInfo = (await visit.Party.GetUserInfoAsync(tokens.AccessToken)).Json;
        Assert.Equal((visit.User.Email, false), (idToken.GetProperty("email").GetString(), idToken.TryGetProperty("name", out _)));
        Assert.Equal((visit.User.FullName, false), (userInfo.GetProperty("name").GetString(), userInfo.TryGetProperty("email", out _)));
    }

    [Fact]
    public async Task A_code_lives_a_minute()
    {
        using var visit = await Visit.StartAsync(server);
        var (quick, late) = (visit.Party.Call(), visit.Party.Call());
        await visit.SignInAsync();
        var quickAnswer = AuthorizeAnswer.Read(await visit.Browser.OpenAsync(quick.Url));
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        var lateAnswer = AuthorizeAnswer.Read(await visit.Browser.OpenAsync(late.Url));

        server.Clock.Advance(TimeSpan.FromSeconds(58));
        Assert.Equal(HttpStatusCode.OK, (await visit.Party.RedeemAsync(quick, quickAnswer)).Status);
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), await StatusAsync(visit.Party.RedeemAsync(late, lateAnswer)));
    }

    [Fact]
    public async Task A_session_that_was_not_used_for_long_is_over()
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();

        server.Clock.Advance(TimeSpan.FromMinutes(61));

        (await visit.OpenAsync()).AssertStep("login");
    }

    [Fact]
    public async Task A_person_who_is_shut_out_is_not_signed_in_any_more()
    {
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();

        await server.DeactivateAsync(visit.User);

        (await visit.OpenAsync()).AssertStep("login");
    }

    private static string Subject(Guid id) => $$$$"""{"id_token":{"sub":{"value":"{{{{id}}}}"}}}""";

    private static async Task<long> AuthTimeAsync(Visit visit) =>
        (await visit.Party.VerifyIdTokenAsync(await visit.Party.GetTokensAsync(visit.Browser, visit.User))).GetProperty("auth_time").GetInt64();

    // Whoever the browser is signed in as now is whom the code was about: the next silent request asks the same session.
    private static async Task AssertUserAsync(Visit visit, Guid userId, BrowserPage page)
    {
        Assert.NotEmpty(AuthorizeAnswer.Read(page).Code);
        var call = visit.Party.Call(("prompt", "none"));
        var tokens = await visit.Party.RedeemAsync(call, AuthorizeAnswer.Read(await visit.Browser.OpenAsync(call.Url)));
        Assert.Equal(userId.ToString(), (await visit.Party.VerifyIdTokenAsync(tokens, call)).GetProperty("sub").GetString());
    }

    private static async Task<(HttpStatusCode, string?)> StatusAsync(Task<TokenAnswer> answer) => ((await answer).Status, (await answer).Error);
}
