using System.Net;
using System.Text.Json;
using IdentityServer.Data;
using IdentityServer.Links;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Steps;

/// <summary>Signing in by a mailed link or code, on the pages of an authorize request.</summary>
public sealed class LinkSignInTests(MailServer own) : IClassFixture<MailServer>
{
    private readonly TestServer server = own.Server;

    [Fact]
    public async Task In_the_browser_that_asked_the_link_signs_in_with_one_press_and_the_request_comes_back_whole()
    {
        using var visit = await VisitAsync();
        var call = visit.Party.Call(("scope", "openid email"));
        await visit.Browser.AskAsync(await visit.Browser.OpenAsync(call.Url), visit.User.Email!);

        var link = await visit.Browser.OpenAsync((await server.MailToAsync(visit.User.Email!)).LinkPath());
        Assert.Empty(link.Document.QuerySelectorAll("input[name=code]"));
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(link));

        Assert.Equal(call["state"], answer["state"]);
        var claims = await visit.Party.VerifyIdTokenAsync(await visit.Party.RedeemAsync(call, answer), call);
        Assert.Equal(visit.User.Id.ToString(), claims.GetProperty("sub").GetString());
        Assert.Equal(["email"], claims.GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        Assert.Equal("PASSWORDLESS", claims.GetProperty("authenticationType").GetString());
    }

    [Fact]
    public async Task The_mails_code_typed_into_the_waiting_page_signs_in()
    {
        using var visit = await VisitAsync();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);

        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(visit.User.Email!)).Code().ToLowerInvariant())));

        Assert.NotEmpty(answer.Code);
    }

    [Fact]
    public async Task In_another_browser_the_link_asks_for_the_code_of_the_waiting_page_and_only_the_browser_that_asked_gets_in()
    {
        using var visit = await VisitAsync();
        using var phone = server.NewBrowser();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);

        var link = await phone.OpenAsync((await server.MailToAsync(visit.User.Email!)).LinkPath());
        Assert.NotNull(link.Document.QuerySelector("input[name=code]"));
        var confirmed = await phone.SubmitAsync(link, ("code", waiting.WaitingCode()));

        Assert.Equal("Confirmed", confirmed.Document.QuerySelector("h1")!.TextContent);
        Assert.Null(phone.Cookie("session"));
        Assert.Null(confirmed.Location);
        var again = await visit.Browser.OpenAsync(waiting.Url);
        Assert.Equal("Confirmed", again.Document.QuerySelector("h1")!.TextContent);
        Assert.Null(visit.Browser.Cookie("session")); // Looking again signs nobody in; the press does.
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(again)).Code);
    }

    [Fact]
    public async Task The_waiting_page_is_told_when_the_link_is_confirmed_and_nobody_else_is()
    {
        using var visit = await VisitAsync();
        using var phone = server.NewBrowser();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var state = waiting.Form.GetAttribute("data-state")!;

        Assert.Equal("waiting", State(await visit.Browser.OpenAsync(state)));
        await phone.SubmitAsync(await phone.OpenAsync((await server.MailToAsync(visit.User.Email!)).LinkPath()), ("code", waiting.WaitingCode()));

        Assert.Equal("confirmed", State(await visit.Browser.OpenAsync(state)));
        Assert.Equal("gone", State(await phone.OpenAsync(state)));

        static string State(BrowserPage page) => JsonDocument.Parse(page.Body).RootElement.GetProperty("state").GetString()!;
    }

    [Fact]
    public async Task Whoever_opens_and_submits_all_that_is_in_the_mail_never_gets_in_and_spoils_nothing()
    {
        using var visit = await VisitAsync();
        using var scanner = server.NewBrowser();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var mail = await server.MailToAsync(visit.User.Email!);
        for (var round = 0; round < 15; round++)
        {
            var page = await scanner.OpenAsync(mail.LinkPath());
            await scanner.SubmitAsync(page);
            await scanner.SubmitAsync(page, ("code", round % 2 == 0 ? mail.Code() : "BBB-BBB"));
        }

        Assert.Null(scanner.Cookie("session"));
        Assert.Equal(0, await server.ReadAsync(db => db.Sessions.CountAsync(session => session.UserId == visit.User.Id)));
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting, ("code", mail.Code()))).Code);
    }

    [Fact]
    public async Task Opening_the_link_changes_nothing_in_the_database()
    {
        using var visit = await VisitAsync();
        await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var path = (await server.MailToAsync(visit.User.Email!)).LinkPath();
        var before = await LinksAsync();

        await visit.Browser.OpenAsync(path);
        using var other = server.NewBrowser();
        var page = await other.OpenAsync(path);

        Assert.Equal(before, await LinksAsync());
        Assert.Equal("no-referrer", page.Response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("no-store", page.Response.Headers.CacheControl!.ToString());

        Task<string> LinksAsync() => server.ReadAsync(async db => JsonSerializer.Serialize(await db.Links.ToListAsync()));
    }

    [Fact]
    public async Task A_link_signs_in_once()
    {
        using var visit = await VisitAsync();
        await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var link = await visit.Browser.OpenAsync((await server.MailToAsync(visit.User.Email!)).LinkPath());
        await visit.Browser.SubmitAsync(link);
        visit.Browser.Cookies.GetCookies(server.Address)["session"]!.Expired = true;

        var again = await visit.Browser.OpenAsync(link.Url);

        Assert.Equal("This link was used", again.Document.QuerySelector("h1")!.TextContent);
        Assert.Null((await visit.Browser.PostAsync(link.Form.GetAttribute("action")!, [], Fields(link))).Location);
        Assert.Equal(1, await server.ReadAsync(db => db.Sessions.CountAsync(session => session.UserId == visit.User.Id)));
    }

    [Fact]
    public async Task Another_browser_with_the_waiting_pages_address_cannot_wait_there()
    {
        using var visit = await VisitAsync();
        using var other = server.NewBrowser();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);

        (await other.OpenAsync(waiting.Url)).AssertStep("login");
    }

    [Fact]
    public async Task A_link_is_worth_nothing_in_a_request_that_it_was_not_made_for()
    {
        using var visit = await VisitAsync();
        var other = await RelyingParty.AddAsync(server, null, MailedLinks.ByLink());
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var id = waiting.Url[waiting.Url.IndexOf("&link=", StringComparison.Ordinal)..];

        (await visit.Browser.OpenAsync(other.Call().Url + id)).AssertStep("login");
        (await visit.Browser.OpenAsync(visit.Party.Call().Url + id)).AssertStep("login");
    }

    [Fact]
    public async Task Two_tabs_with_two_requests_each_go_on_with_their_own()
    {
        using var visit = await VisitAsync();
        var other = await RelyingParty.AddAsync(server, null, MailedLinks.ByLink());
        var (first, second) = (visit.Party.Call(), other.Call());
        await visit.Browser.AskAsync(await visit.Browser.OpenAsync(first.Url), visit.User.Email!);
        var waiting = await visit.Browser.AskAsync(await visit.Browser.OpenAsync(second.Url), visit.User.Email!);
        var mails = await server.MailsToAsync(visit.User.Email!, 2);

        var one = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(mails[0].LinkPath())));
        var two = await visit.Browser.OpenAsync(waiting.Url); // Signed in already: the request goes through.

        Assert.Equal(first["state"], one["state"]);
        Assert.Equal(second["state"], AuthorizeAnswer.Read(two)["state"]);
    }

    [Fact]
    public async Task Sending_again_makes_the_older_mail_worthless()
    {
        using var visit = await VisitAsync();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!, ("keepSignedIn", "true"));
        var again = await visit.Browser.FollowAsync(await visit.Browser.SubmitAsync(waiting, ("decision", "resend")));
        var mails = await server.MailsToAsync(visit.User.Email!, 2);

        Assert.Contains("Another mail is on its way", again.Body, StringComparison.Ordinal);
        Assert.Equal("This link doesn’t work any more", (await visit.Browser.OpenAsync(mails[0].LinkPath())).Document.QuerySelector("h1")!.TextContent);
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(again, ("code", mails[1].Code()))).Code);
        Assert.True(await server.ReadAsync(db => db.Sessions.AnyAsync(session => session.UserId == visit.User.Id && session.Persistent)));
    }

    [Fact]
    public async Task After_ten_minutes_link_and_code_are_worth_nothing()
    {
        using var visit = await VisitAsync();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var mail = await server.MailToAsync(visit.User.Email!);
        server.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("The mail doesn’t count any more", (await visit.Browser.SubmitAsync(waiting, ("code", mail.Code()))).Document.QuerySelector("h1")!.TextContent);
        Assert.Equal("This link doesn’t work any more", (await visit.Browser.OpenAsync(mail.LinkPath())).Document.QuerySelector("h1")!.TextContent);
    }

    [Fact]
    public async Task Wrong_codes_are_told_and_counted()
    {
        using var visit = await VisitAsync();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        for (var round = 0; round < 10; round++)
        {
            Assert.Contains("This is not the right code", (await visit.Browser.SubmitAsync(waiting, ("code", "BBB-BBB"))).Problems(), StringComparison.Ordinal);
        }

        Assert.Contains("Too many wrong codes", (await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(visit.User.Email!)).Code()))).Problems(), StringComparison.Ordinal);
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task An_address_that_nobody_has_looks_the_same_and_gets_no_mail()
    {
        using var visit = await VisitAsync();
        var (known, unknown) = (visit.User.Email!, TestServer.NewEmail());
        string Shape(BrowserPage page, string email) => page.Body.Replace(email, "…", StringComparison.Ordinal).Length.ToString(System.Globalization.CultureInfo.InvariantCulture) + page.Status;

        var one = await visit.Browser.AskAsync(await visit.OpenAsync(("state", "s"), ("nonce", "n"), ("code_challenge", Challenge)), known);
        var two = await visit.Browser.AskAsync(await visit.OpenAsync(("state", "s"), ("nonce", "n"), ("code_challenge", Challenge)), unknown);

        Assert.Equal(Shape(one, known), Shape(two, unknown));
        Assert.Equal(one.Response.Headers.Select(header => header.Key), two.Response.Headers.Select(header => header.Key));
        Assert.Contains("This is not the right code", (await visit.Browser.SubmitAsync(two, ("code", "BBB-BBB"))).Problems(), StringComparison.Ordinal);
        await server.MailToAsync(known);
        await server.SettledAsync();
        Assert.Empty(server.SentTo(unknown));
    }

    [Fact]
    public async Task Who_typed_a_user_name_is_mailed_at_the_stored_address_which_the_page_does_not_tell()
    {
        using var visit = await VisitAsync();
        var user = await server.AddUserAsync(change: wanted => wanted with { Username = "ada-" + Guid.NewGuid().ToString("N")[..8] });

        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), user.Username!);

        Assert.DoesNotContain(user.Email!, waiting.Body, StringComparison.Ordinal);
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(user.Email!)).Code()))).Code);
    }

    [Theory]
    [InlineData("", "Enter your e-mail or user name.")]
    [InlineData("ada@@example.com", "This is neither an e-mail address nor a user name.")]
    public async Task What_can_be_no_name_is_told_beside_the_field(string loginId, string message)
    {
        using var visit = await VisitAsync();

        var page = await visit.Browser.SubmitAsync(await visit.OpenAsync(), ("loginId", loginId), ("by", "link"));

        page.AssertStep("login");
        Assert.Equal(message, page.Document.QuerySelector(".field .error")!.TextContent.Trim());
    }

    [Fact]
    public async Task A_deactivated_or_expired_person_gets_no_mail()
    {
        using var visit = await VisitAsync();
        var expired = await server.AddUserAsync(change: wanted => wanted with { ExpiresAt = server.Clock.GetUtcNow().AddMinutes(-1) });
        await server.DeactivateAsync(visit.User);

        await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        await visit.Browser.AskAsync(await visit.OpenAsync(), expired.Email!);

        await server.SettledAsync();
        Assert.Empty(server.SentTo(visit.User.Email!));
        Assert.Empty(server.SentTo(expired.Email!));
    }

    [Fact]
    public async Task Who_was_deactivated_after_asking_gets_no_session()
    {
        using var visit = await VisitAsync();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var mail = await server.MailToAsync(visit.User.Email!);
        await server.DeactivateAsync(visit.User);

        var page = await visit.Browser.SubmitAsync(waiting, ("code", mail.Code()));

        Assert.Equal("The mail doesn’t count any more", page.Document.QuerySelector("h1")!.TextContent);
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task Who_expired_after_asking_is_told_so_and_gets_no_session()
    {
        using var visit = await VisitAsync();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var mail = await server.MailToAsync(visit.User.Email!);
        await ExpireAsync(visit.User);

        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting, ("code", mail.Code())));

        Assert.Equal(("access_denied", "user_expired"), (answer["error"], answer["error_reason"]));
        Assert.Null(visit.Browser.Cookie("session"));

        Task ExpireAsync(User user) => server.Get<People>().UpdateAsync(
            user.Id, stored => UserDetails.Of(stored) with { ExpiresAt = server.Clock.GetUtcNow().AddSeconds(-1) }, null, "test", CancellationToken.None);
    }

    [Fact]
    public async Task A_link_is_worth_nothing_once_the_account_has_another_address()
    {
        using var visit = await VisitAsync();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var mail = await server.MailToAsync(visit.User.Email!);
        await server.Get<People>().UpdateAsync(visit.User.Id, user => UserDetails.Of(user) with { Email = TestServer.NewEmail() }, null, "test", CancellationToken.None);

        var page = await visit.Browser.SubmitAsync(waiting, ("code", mail.Code()));

        Assert.Null(page.Location);
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task Who_is_locked_after_strangers_guesses_comes_in_by_mail_and_the_lock_ends()
    {
        using var visit = await VisitAsync();
        await server.Get<Database>().WriteAsync((db, token) => db.Users.Where(user => user.Id == visit.User.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.LockoutEnd, server.Clock.GetUtcNow().AddHours(1)), token), CancellationToken.None);

        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(visit.User.Email!)).Code())));

        Assert.NotEmpty(answer.Code);
        Assert.Null((await server.Get<People>().GetAsync(visit.User.Id, CancellationToken.None)).LockoutEnd);
    }

    [Fact]
    public async Task A_link_proves_the_address_and_removes_what_somebody_set_who_had_not_proven_it()
    {
        using var visit = await VisitAsync();
        using var stranger = server.NewBrowser();
        await visit.Party.SignInAsync(stranger, visit.User); // Who made the account with this address and a password of theirs.

        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(visit.User.Email!)).Code()));

        var user = await server.Get<People>().GetAsync(visit.User.Id, CancellationToken.None);
        Assert.True(user.Verified);
        Assert.Null(user.PasswordHash);
        (await stranger.OpenAsync(visit.Party.Call().Url)).AssertStep("login");
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.OpenAsync(("prompt", "none"))).Code);
    }

    [Fact]
    public async Task Where_the_address_was_proven_before_the_password_stays()
    {
        using var visit = await VisitAsync();
        var user = await server.AddUserAsync(change: wanted => wanted with { Verified = true });

        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), user.Email!);
        await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(user.Email!)).Code()));

        Assert.NotNull((await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).PasswordHash);
    }

    [Fact]
    public async Task Who_is_signed_in_and_proves_the_address_keeps_the_password()
    {
        using var visit = await VisitAsync();
        await visit.SignInAsync();

        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(("prompt", "login")), visit.User.Email!);
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(visit.User.Email!)).Code())));

        Assert.NotEmpty(answer.Code);
        var user = await server.Get<People>().GetAsync(visit.User.Id, CancellationToken.None);
        Assert.True(user.Verified);
        Assert.NotNull(user.PasswordHash);
    }

    [Fact]
    public async Task Where_it_is_not_switched_on_a_link_is_neither_offered_nor_sent()
    {
        using var visit = await Visit.StartAsync(server);
        var login = await visit.OpenAsync();

        Assert.Empty(login.Document.QuerySelectorAll("button[name=by]"));
        (await visit.Browser.SubmitAsync(login, ("loginId", visit.User.Email!), ("by", "link"))).AssertStep("login");
        Assert.Equal(0, await server.ReadAsync(db => db.Links.CountAsync(link => link.UserId == visit.User.Id)));
    }

    [Fact]
    public async Task Where_no_mail_can_be_sent_a_link_is_not_offered()
    {
        var silent = await TestServer.SharedAsync();
        using var visit = await Visit.StartAsync(silent, null, MailedLinks.ByLink());

        Assert.Empty((await visit.OpenAsync()).Document.QuerySelectorAll("button[name=by]"));
    }

    [Fact]
    public async Task Where_only_links_are_taken_there_is_no_password_anywhere_and_none_is_right()
    {
        using var visit = await VisitAsync(MailedLinks.ByLink(allowPassword: false, register: true));
        var call = visit.Party.Call();
        foreach (var url in new[] { call.Url, call.RegisterUrl, call.Url + "&prompt=login" })
        {
            var page = await visit.Browser.OpenAsync(url);
            page.AssertStep("login");
            Assert.Empty(page.Document.QuerySelectorAll("input[type=password], a[href*='/oauth2/register']"));
        }

        var posted = await visit.Browser.SubmitAsync(await visit.OpenAsync(), ("loginId", visit.User.Email!), ("password", TestServer.Password));

        Assert.Contains("link=", posted.Location, StringComparison.Ordinal);
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Fact]
    public async Task Somebody_new_gets_an_account_by_the_link_where_registration_is_open_and_is_asked_what_the_form_asks()
    {
        using var visit = await VisitAsync(MailedLinks.ByLink(register: true));
        var (call, email) = (visit.Party.Call(("scope", "openid email profile")), TestServer.NewEmail());
        var waiting = await visit.Browser.AskAsync(await visit.Browser.OpenAsync(call.Url), email.ToUpperInvariant());
        Assert.False(await server.ReadAsync(db => db.Users.AnyAsync(user => user.Email == email)));

        var link = await visit.Browser.OpenAsync((await server.MailToAsync(email)).LinkPath());
        Assert.Equal("Create an account?", link.Document.QuerySelector("h1")!.TextContent);
        var complete = await visit.Browser.SubmitAsync(link);
        complete.AssertStep("complete");
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(complete, ("user.fullName", "Ada Lovelace")));

        Assert.Equal((call["state"], "Authenticated"), (answer["state"], answer["userState"]));
        var userInfo = (await visit.Party.GetUserInfoAsync((await visit.Party.RedeemAsync(call, answer)).AccessToken)).Json;
        Assert.Equal((email, true, "Ada Lovelace"), (userInfo.GetProperty("email").GetString(), userInfo.GetProperty("email_verified").GetBoolean(), userInfo.GetProperty("name").GetString()));
        Assert.Contains("Look into your mail", waiting.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_registration_is_closed_nobody_new_gets_a_mail()
    {
        using var visit = await VisitAsync();
        var email = TestServer.NewEmail();

        await visit.Browser.AskAsync(await visit.OpenAsync(), email);

        await server.SettledAsync();
        Assert.Empty(server.SentTo(email));
    }

    [Fact]
    public async Task Where_registration_was_closed_meanwhile_the_link_creates_nobody()
    {
        using var visit = await VisitAsync(MailedLinks.ByLink(register: true));
        var email = TestServer.NewEmail();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), email);
        var mail = await server.MailToAsync(email);
        await server.ChangeAsync(
            visit.Party.Application,
            (_, stored) => stored.Settings = JsonSerializer.Serialize(MailedLinks.ByLink()(visit.Party.Application.Settings), Applications.ApplicationSettings.Json));

        await visit.Browser.SubmitAsync(waiting, ("code", mail.Code()));

        Assert.False(await server.ReadAsync(db => db.Users.AnyAsync(user => user.Email == email)));
    }

    [Fact]
    public async Task Another_sites_post_neither_asks_nor_signs_in()
    {
        using var visit = await VisitAsync();
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var mail = await server.MailToAsync(visit.User.Email!);

        var page = await visit.Browser.SubmitAsync(waiting, [("Sec-Fetch-Site", "cross-site")], [("code", mail.Code())]);

        Assert.Null(page.Location);
        Assert.Null(visit.Browser.Cookie("session"));
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_presses_at_once_one_signs_in(DatabaseProvider provider)
    {
        await using var own = await Mailbox.StartServerAsync(provider, "RateLimits:Enabled=false");
        using var visit = await Visit.StartAsync(own, null, MailedLinks.ByLink(register: true));
        var email = TestServer.NewEmail();
        await visit.Browser.AskAsync(await visit.OpenAsync(), email);
        var link = await visit.Browser.OpenAsync((await own.MailToAsync(email)).LinkPath());

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => visit.Browser.PostAsync(link.Form.GetAttribute("action")!, [], Fields(link))));

        var user = await own.ReadAsync(db => db.Users.SingleAsync(row => row.Email == email));
        Assert.Equal(1, await own.ReadAsync(db => db.Sessions.CountAsync(session => session.UserId == user.Id)));
    }

    [Fact]
    public async Task The_cookie_of_the_browser_that_asked_is_for_this_host_over_tls_alone_where_the_public_address_is()
    {
        await using var secure = await Mailbox.StartServerAsync(DatabaseProvider.Sqlite, "PublicUrl=https://login.example");
        using var visit = await Visit.StartAsync(secure, null, MailedLinks.ByLink());
        var login = await visit.OpenAsync();

        // A cookie for TLS does not come back over the plain connection of this test, and with it no token does: so it is sent by hand.
        var cookie = login.Response.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("__Host-csrf", StringComparison.Ordinal)).Split(';')[0];
        var asked = await visit.Browser.SubmitAsync(login, [("Cookie", cookie)], [("loginId", visit.User.Email!), ("by", "link")]);

        var set = asked.Response.Headers.GetValues("Set-Cookie").Single(value => value.StartsWith("__Host-link=", StringComparison.Ordinal));
        foreach (var attribute in new[] { "secure", "httponly", "samesite=lax", "path=/" })
        {
            Assert.Contains(attribute, set, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Who_asks_too_often_gets_no_more_mails_and_sees_no_difference_and_the_last_mail_stays_good()
    {
        await using var limited = await Mailbox.StartServerAsync();
        using var visit = await Visit.StartAsync(limited, null, MailedLinks.ByLink());
        for (var round = 0; round < 12; round++)
        {
            var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
            Assert.Equal("Look into your mail", waiting.Document.QuerySelector("h1")!.TextContent);
        }

        await limited.SettledAsync();
        var mails = limited.SentTo(visit.User.Email!);
        Assert.Equal(8, mails.Count);
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(mails[^1].LinkPath()))).Code);
    }

    [Fact]
    public async Task Who_asks_for_many_addresses_is_slowed_down()
    {
        await using var limited = await Mailbox.StartServerAsync();
        using var visit = await Visit.StartAsync(limited, null, MailedLinks.ByLink());
        var login = await visit.OpenAsync();
        for (var round = 0; round < 30; round++)
        {
            Assert.Equal(HttpStatusCode.SeeOther, (await visit.Browser.SubmitAsync(login, ("loginId", TestServer.NewEmail()), ("by", "link"))).Status);
        }

        var refused = await visit.Browser.SubmitAsync(login, ("loginId", TestServer.NewEmail()), ("by", "link"));

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.NotNull(refused.Response.Headers.RetryAfter);
    }

    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private Task<Visit> VisitAsync(Func<Applications.ApplicationSettings, Applications.ApplicationSettings>? settings = null) =>
        Visit.StartAsync(server, null, settings ?? MailedLinks.ByLink());

    private static List<KeyValuePair<string, string>> Fields(BrowserPage page) =>
        [.. page.Form.QuerySelectorAll("input[name]").Select(input => KeyValuePair.Create(input.GetAttribute("name")!, input.GetAttribute("value") ?? string.Empty))];
}
