using System.Net;
using IdentityServer.Authorizations;
using IdentityServer.Protocol;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Tokens;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.OpenId;

/// <summary>Sign-out: OpenID Connect RP-Initiated Logout 1.0, and FusionAuth's habit (§3.6 and §19 g of the compatibility notes).</summary>
public sealed class LogoutTests
{
    private const string Afterwards = "https://app.example/signed-out";
    private const string LogoutUrl = "https://app.example/";

    [Fact]
    public async Task An_id_token_of_this_session_ends_it_at_once_and_leads_back_with_the_state()
    {
        using var visit = await StartAsync();
        var tokens = await SignInAsync(visit);

        var page = await LogoutAsync(visit, ("id_token_hint", tokens.IdToken), ("post_logout_redirect_uri", Afterwards), ("state", "a b&c"));

        Assert.Equal((HttpStatusCode.Found, "no-store", "no-referrer"), (page.Status, page.Header("Cache-Control"), page.Header("Referrer-Policy")));
        Assert.Equal(Afterwards + "?state=a%20b%26c", page.Location);
        Assert.Contains(page.Response.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("session=;", StringComparison.Ordinal));
        await AssertSignedOutAsync(visit);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), await RefreshAsync(visit, tokens));
    }

    [Fact]
    public async Task The_session_is_dead_on_the_server_too()
    {
        using var visit = await StartAsync();
        var tokens = await SignInAsync(visit);
        var cookie = visit.Browser.Cookie("session");

        await LogoutAsync(visit, ("id_token_hint", tokens.IdToken));
        visit.Browser.Cookies.Add(visit.Server.Address, new Cookie("session", cookie));

        (await visit.OpenAsync()).AssertStep("login");
    }

    [Fact]
    public async Task Without_an_address_the_person_ends_on_a_page_that_says_so()
    {
        using var visit = await Visit.StartAsync(settings: settings => settings with { ClientMetadata = new() { ClientUri = "https://app.example" } });

        var page = await LogoutAsync(visit, ("id_token_hint", (await SignInAsync(visit)).IdToken));

        Assert.Equal((HttpStatusCode.OK, null), (page.Status, page.Location));
        Assert.Contains("You are signed out", page.Body, StringComparison.Ordinal);
        Assert.Equal("https://app.example", Assert.Single(page.Document.QuerySelectorAll("a")).GetAttribute("href"));
        page.AssertPageHeaders();
    }

    [Fact]
    public async Task An_id_token_of_another_session_or_person_asks_first()
    {
        using var visit = await StartAsync();
        await SignInAsync(visit);
        var elsewhere = await visit.Party.GetTokensAsync(visit.User);
        var somebodyElse = await visit.Party.GetTokensAsync(await visit.Server.AddUserAsync());

        AssertAsks(await LogoutAsync(visit, ("id_token_hint", elsewhere.IdToken), ("post_logout_redirect_uri", Afterwards)));
        AssertAsks(await LogoutAsync(visit, ("id_token_hint", somebodyElse.IdToken), ("post_logout_redirect_uri", Afterwards)));
        await AssertSignedInAsync(visit);
    }

    [Fact]
    public async Task Who_is_asked_can_sign_out_and_then_goes_where_the_request_said()
    {
        using var visit = await StartAsync();
        await SignInAsync(visit);
        var page = await LogoutAsync(visit, ("client_id", visit.Party.ClientId), ("post_logout_redirect_uri", Afterwards), ("state", "s\"'<&"));
        AssertAsks(page);
        Assert.Contains(visit.User.Email!, page.Body, StringComparison.Ordinal);

        page = await visit.Browser.SubmitAsync(page, ("decision", "logout"));

        Assert.Equal((HttpStatusCode.SeeOther, Afterwards + "?state=s%22%27%3C%26"), (page.Status, page.Location));
        await AssertSignedOutAsync(visit);
    }

    [Theory]
    [InlineData("stay")]
    [InlineData("whatever")]
    public async Task Who_is_asked_can_stay(string decision)
    {
        using var visit = await StartAsync();
        await SignInAsync(visit);

        var page = await visit.Browser.SubmitAsync(await LogoutAsync(visit), ("decision", decision));

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (page.Status, page.Location));
        await AssertSignedInAsync(visit);
    }

    [Fact]
    public async Task With_neither_token_nor_client_the_person_is_asked_and_goes_nowhere()
    {
        using var visit = await StartAsync();
        await SignInAsync(visit);

        var page = await visit.Browser.SubmitAsync(await LogoutAsync(visit, ("state", "s")), ("decision", "logout"));

        Assert.Equal((HttpStatusCode.OK, null), (page.Status, page.Location));
        Assert.Contains("You are signed out", page.Body, StringComparison.Ordinal);
        await AssertSignedOutAsync(visit);
    }

    [Fact]
    public async Task The_name_alone_of_an_application_in_use_ends_the_session_and_leads_to_its_logout_address()
    {
        using var visit = await StartAsync();
        var tokens = await SignInAsync(visit);

        var page = await LogoutAsync(visit, ("client_id", visit.Party.ClientId));

        Assert.Equal((HttpStatusCode.Found, LogoutUrl), (page.Status, page.Location));
        await AssertSignedOutAsync(visit);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), await RefreshAsync(visit, tokens));
    }

    [Fact]
    public async Task The_name_alone_of_an_application_that_this_session_never_used_asks()
    {
        using var visit = await StartAsync();
        await SignInAsync(visit);
        var other = await RelyingParty.AddAsync(visit.Server, oauth => oauth with { LogoutUrl = LogoutUrl });
        await other.GetTokensAsync(visit.User); // In another browser.

        AssertAsks(await LogoutAsync(visit, ("client_id", other.ClientId)));
        await AssertSignedInAsync(visit);
    }

    [Fact]
    public async Task The_name_of_an_application_without_logout_address_asks()
    {
        using var visit = await Visit.StartAsync();
        await SignInAsync(visit);

        AssertAsks(await LogoutAsync(visit, ("client_id", visit.Party.ClientId)));
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("https://app.example/signed-out/")]
    [InlineData("https://app.example/signed-out?x=1")]
    [InlineData("javascript:alert(1)")]
    [InlineData("//evil.example")]
    public async Task An_address_that_is_not_registered_is_refused_on_our_page_and_nobody_is_signed_out(string address)
    {
        using var visit = await StartAsync();
        var tokens = await SignInAsync(visit);

        var page = await LogoutAsync(visit, ("id_token_hint", tokens.IdToken), ("post_logout_redirect_uri", address));

        page.AssertErrorPage("invalid_post_logout_redirect_uri", "not one of those registered");
        Assert.DoesNotContain(address, page.Body, StringComparison.Ordinal);
        await AssertSignedInAsync(visit);
    }

    [Fact]
    public async Task An_address_without_a_client_is_refused_even_if_some_application_registered_it()
    {
        using var visit = await StartAsync();

        (await LogoutAsync(visit, ("post_logout_redirect_uri", Afterwards))).AssertErrorPage("invalid_post_logout_redirect_uri", "not one of those registered");
    }

    [Fact]
    public async Task Another_application_s_address_is_refused()
    {
        using var visit = await StartAsync();
        var other = await RelyingParty.AddAsync(visit.Server, oauth => oauth with { AuthorizedRedirectUrls = ["https://other.example/cb"] });

        (await LogoutAsync(visit, ("client_id", other.ClientId), ("post_logout_redirect_uri", Afterwards)))
            .AssertErrorPage("invalid_post_logout_redirect_uri", "not one of those registered");
    }

    [Fact]
    public async Task A_token_that_is_none_of_ours_and_a_client_that_does_not_match_it_are_refused()
    {
        using var visit = await StartAsync();
        var tokens = await SignInAsync(visit);
        var other = await RelyingParty.AddAsync(visit.Server);

        (await LogoutAsync(visit, ("id_token_hint", "garbage"))).AssertErrorPage("invalid_id_token_hint", "not an ID token");
        (await LogoutAsync(visit, ("id_token_hint", tokens.AccessToken))).AssertErrorPage("invalid_id_token_hint", "not an ID token");
        (await LogoutAsync(visit, ("id_token_hint", tokens.IdToken), ("client_id", other.ClientId))).AssertErrorPage("invalid_id_token_hint", "not an ID token");
        (await LogoutAsync(visit, ("client_id", "unknown"))).AssertErrorPage("invalid_client_id", "not one of an active application");
        await AssertSignedInAsync(visit);
    }

    [Fact]
    public async Task Repeated_parameters_are_refused()
    {
        using var visit = await StartAsync();

        (await visit.Browser.OpenAsync("/oauth2/logout?state=a&state=b")).AssertErrorPage("repeated_parameter", "more than once");
    }

    [Fact]
    public async Task Who_is_not_signed_in_leaves_at_once_but_only_to_registered_addresses()
    {
        using var visit = await StartAsync();

        Assert.Equal(Afterwards + "?state=s", (await LogoutAsync(visit, ("client_id", visit.Party.ClientId), ("post_logout_redirect_uri", Afterwards), ("state", "s"))).Location);
        Assert.Equal(LogoutUrl, (await LogoutAsync(visit, ("client_id", visit.Party.ClientId))).Location);
        Assert.Equal((HttpStatusCode.OK, null), Outcome(await LogoutAsync(visit)));
        (await LogoutAsync(visit, ("client_id", visit.Party.ClientId), ("post_logout_redirect_uri", "https://evil.example"))).AssertErrorPage("invalid_post_logout_redirect_uri", "not one");
    }

    // RP-Initiated Logout §2: GET and POST alike. The cookie, which is SameSite=Lax, comes with the GET that follows.
    [Fact]
    public async Task A_posted_request_goes_on_as_a_GET()
    {
        using var visit = await StartAsync();
        var tokens = await SignInAsync(visit);

        var posted = await visit.Browser.PostAsync(
            "/oauth2/logout",
            [("Origin", "https://app.example"), ("Sec-Fetch-Site", "cross-site")],
            [new("id_token_hint", tokens.IdToken), new("post_logout_redirect_uri", Afterwards)]);
        Assert.Equal(HttpStatusCode.SeeOther, posted.Status);
        await AssertSignedInAsync(visit);

        Assert.Equal(Afterwards, (await visit.Browser.FollowAsync(posted)).Location);
        await AssertSignedOutAsync(visit);
    }

    [Theory]
    [InlineData("__csrf", null, null)]
    [InlineData(null, "Origin", "https://evil.example")]
    [InlineData(null, "Sec-Fetch-Site", "cross-site")]
    public async Task Another_site_cannot_decide_for_the_person(string? spoiled, string? header, string? value)
    {
        using var visit = await StartAsync();
        await SignInAsync(visit);
        var page = await LogoutAsync(visit);

        page = await visit.Browser.SubmitAsync(
            page, header is null ? [] : [(header, value!)], spoiled is null ? [("decision", "logout")] : [("decision", "logout"), (spoiled, "x")]);

        AssertAsks(page);
        await AssertSignedInAsync(visit);
    }

    [Fact]
    public async Task A_decision_in_the_address_is_none()
    {
        using var visit = await StartAsync();
        await SignInAsync(visit);

        AssertAsks(await LogoutAsync(visit, ("decision", "logout")));
        await AssertSignedInAsync(visit);
    }

    [Fact]
    public async Task Signing_in_again_keeps_what_the_session_gave_and_signing_out_then_ends_it()
    {
        using var visit = await StartAsync();
        var tokens = await SignInAsync(visit);
        await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(("prompt", "login")), visit.User);

        var page = await LogoutAsync(visit, ("client_id", visit.Party.ClientId));

        Assert.Equal(LogoutUrl, page.Location);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), await RefreshAsync(visit, tokens));
    }

    // Whichever comes first: the sign-out ends what the request gave, or the request finds the session ended.
    [Theory, OnEachDatabase]
    public async Task Nothing_that_is_issued_while_somebody_signs_out_outlives_the_session(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        using var visit = await Visit.StartAsync(server);
        var signedIn = (await server.Get<BrowserSessions>().FindAsync(await CookieAsync(visit), CancellationToken.None))!;
        Assert.NotNull(await IssueAsync(visit, signedIn));

        Assert.True(await server.Get<BrowserSessions>().EndAsync(signedIn.Session.Id, CancellationToken.None));
        Assert.Null(await IssueAsync(visit, signedIn));

        var statuses = await server.ReadAsync(db => db.Authorizations.Where(row => row.SessionId == signedIn.Session.Id).Select(row => row.Status).ToListAsync());
        Assert.Equal([AuthorizationStatus.Revoked, AuthorizationStatus.Revoked], statuses); // Of the sign-in, and of the code above.
    }

    private static async Task<string?> CookieAsync(Visit visit)
    {
        await visit.SignInAsync();
        return visit.Browser.Cookie("session");
    }

    private static Task<string?> IssueAsync(Visit visit, SignedIn signedIn)
    {
        Assert.False(RequestParameters.Parse(visit.Party.Call().Parameters).Failed(out _, out var parameters));
        var request = AuthorizeRequest.Parse(parameters!);
        var issue = new CodeIssue
        {
            Application = visit.Party.Application,
            User = signedIn.User,
            Session = signedIn.Session,
            Request = request,
            Scopes = request.Scope,
            Resources = [],
            Register = false,
            RememberConsent = false,
        };
        return visit.Server.Get<AuthorizationCodes>().IssueAsync(issue, CancellationToken.None);
    }

    private static Task<Visit> StartAsync() => Visit.StartAsync(
        null,
        oauth => oauth with { LogoutUrl = LogoutUrl },
        settings => settings with { ClientMetadata = new() { PostLogoutRedirectUris = [Afterwards] } });

    private static Task<TokenAnswer> SignInAsync(Visit visit) => visit.Party.GetTokensAsync(visit.Browser, visit.User, ("scope", "openid offline_access"));

    private static Task<BrowserPage> LogoutAsync(Visit visit, params (string Name, string Value)[] parameters) =>
        visit.Browser.OpenAsync("/oauth2/logout?" + string.Join('&', parameters.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}")));

    private static async Task<(HttpStatusCode, string?)> RefreshAsync(Visit visit, TokenAnswer tokens)
    {
        var answer = await visit.Party.RefreshAsync(tokens.RefreshToken);
        return (answer.Status, answer.Error);
    }

    private static void AssertAsks(BrowserPage page)
    {
        Assert.Equal((HttpStatusCode.OK, null), Outcome(page));
        Assert.NotNull(page.Form.QuerySelector("button[name=decision][value=logout]"));
        page.AssertPageHeaders();
    }

    private static (HttpStatusCode, string?) Outcome(BrowserPage page) => (page.Status, page.Location);

    private static async Task AssertSignedInAsync(Visit visit) => Assert.NotEmpty(AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none"))).Code);

    private static async Task AssertSignedOutAsync(Visit visit) => Assert.Equal("login_required", AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none")))["error"]);
}
