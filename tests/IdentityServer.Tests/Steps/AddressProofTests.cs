using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Links;
using IdentityServer.Tests.Api;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Steps;

/// <summary>Registering where the address is proven before there is an account: nobody learns whose is taken.</summary>
public sealed class AddressProofTests(MailServer own) : IClassFixture<MailServer>
{
    private readonly TestServer server = own.Server;

    [Theory]
    [InlineData(UnverifiedBehavior.Gated)]
    [InlineData(UnverifiedBehavior.GatedTokens)]
    public async Task The_mailed_code_makes_an_account_that_is_proven_and_the_request_goes_on(UnverifiedBehavior behavior)
    {
        using var visit = await StartAsync(behavior);
        var (call, email) = (visit.Party.Call(("scope", "openid email"), ("state", "a b&c")), TestServer.NewEmail());
        var waiting = await AskAsync(visit, call, email);
        Assert.Contains("Step 2 of 2", waiting.Body, StringComparison.Ordinal);
        Assert.Contains(email, waiting.Document.QuerySelector("p.lead")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(TestServer.Password, waiting.Body, StringComparison.Ordinal);

        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(email)).Code())));

        Assert.Equal(("a b&c", "Authenticated"), (answer["state"], answer["userState"]));
        var tokens = await visit.Party.RedeemAsync(call, answer);
        Assert.True((await visit.Party.GetUserInfoAsync(tokens.AccessToken)).Json.GetProperty("email_verified").GetBoolean());
        using var again = server.NewBrowser();
        Assert.NotEmpty((await visit.Party.SignInAsync(again, await FindAsync(email))).Code); // The password is the one of the first page.
        await server.SettledAsync();
        Assert.Single(server.SentTo(email), mail => mail.Subject == "Confirm your e-mail address");
    }

    [Fact]
    public async Task Before_that_nothing_is_written_but_the_link()
    {
        using var visit = await StartAsync();
        var (email, before) = (TestServer.NewEmail(), await CountAsync());
        var waiting = await AskAsync(visit, visit.Party.Call(), email);
        await visit.Browser.SubmitAsync(waiting, ("code", "BCD-234"));

        Assert.Equal(before with { Links = before.Links + 1 }, await CountAsync());

        async Task<(int Users, int Registrations, int Sessions, int Links)> CountAsync() => await server.ReadAsync(
            async db => (await db.Users.CountAsync(), await db.Registrations.CountAsync(), await db.Sessions.CountAsync(), await db.Links.CountAsync()));
    }

    [Fact]
    public async Task A_free_address_and_a_taken_one_look_the_same_and_the_mailbox_gets_the_difference()
    {
        var (free, owner) = (TestServer.NewEmail(), await server.AddUserAsync());
        using var one = await StartAsync();
        using var other = one with { Browser = server.NewBrowser() };
        var call = one.Party.Call();
        var (fresh, taken) = (await AskAsync(one, call, free), await AskAsync(other, call, owner.Email!));
        AssertAlike(fresh, taken);
        AssertAlike(await one.Browser.SubmitAsync(fresh, ("code", "BCD-234")), await other.Browser.SubmitAsync(taken, ("code", "BCD-234")));
        AssertAlike(await one.Browser.SubmitAsync(fresh, ("go", "resend")), await other.Browser.SubmitAsync(taken, ("go", "resend")));
        AssertAlike(await one.Browser.SubmitAsync(fresh, ("go", "back")), await other.Browser.SubmitAsync(taken, ("go", "back")));
        AssertAlike(await one.Browser.OpenAsync(StateUrl(fresh)), await other.Browser.OpenAsync(StateUrl(taken)));

        Assert.Equal("Confirm your e-mail address", (await server.MailToAsync(free)).Subject);
        var told = await server.MailToAsync(owner.Email!);
        Assert.Equal("You already have an account", told.Subject);
        Assert.Contains(server.Issuer + "/password/forgot", told.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/link/", told.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(call["state"]!, told.Text, StringComparison.Ordinal);

        void AssertAlike(BrowserPage first, BrowserPage second) => Assert.Equal(
            (first.Status, first.Faceless(free), first.CookieNames(), first.Location),
            (second.Status, second.Faceless(owner.Email!), second.CookieNames(), second.Location));
    }

    [Fact]
    public async Task Who_is_shut_out_is_told_nothing()
    {
        var owner = await server.AddUserAsync();
        await server.Get<People>().DeactivateAsync(owner.Id, "test", default);
        using var visit = await StartAsync();
        Assert.NotNull((await AskAsync(visit, visit.Party.Call(), owner.Email!)).Document.GetElementById("code"));

        await server.SettledAsync();
        Assert.Empty(server.SentTo(owner.Email!));
    }

    [Fact]
    public async Task Opening_the_link_changes_nothing_and_confirming_it_in_another_tab_lets_the_form_go_on()
    {
        using var visit = await StartAsync();
        var email = TestServer.NewEmail();
        var waiting = await AskAsync(visit, visit.Party.Call(), email);
        var link = await visit.Browser.OpenAsync((await server.MailToAsync(email)).LinkPath());
        var still = await visit.Browser.SubmitAsync(waiting);
        Assert.Contains("Enter the code", still.Problems(), StringComparison.Ordinal);

        var confirmed = await visit.Browser.SubmitAsync(link);

        Assert.Equal("Confirmed", confirmed.Document.QuerySelector("h1")!.TextContent);
        Assert.Contains("confirmed", (await visit.Browser.OpenAsync(StateUrl(waiting))).Body, StringComparison.Ordinal);
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(still)).Code);
    }

    [Fact]
    public async Task On_another_device_the_link_takes_the_code_of_the_page_and_makes_no_account_there()
    {
        using var visit = await StartAsync();
        using var phone = server.NewBrowser();
        var email = TestServer.NewEmail();
        var waiting = await AskAsync(visit, visit.Party.Call(), email);
        var mail = await server.MailToAsync(email);
        var link = await phone.OpenAsync(mail.LinkPath());
        Assert.Contains("not the right code", (await phone.SubmitAsync(link, ("code", mail.Code()))).Problems(), StringComparison.Ordinal);

        Assert.Equal("Confirmed", (await phone.SubmitAsync(link, ("code", waiting.WaitingCode()))).Document.QuerySelector("h1")!.TextContent);

        Assert.False(await ExistsAsync(email));
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting)).Code);
    }

    [Fact]
    public async Task After_ten_wrong_codes_the_right_one_is_worth_nothing()
    {
        using var visit = await StartAsync();
        var email = TestServer.NewEmail();
        var waiting = await AskAsync(visit, visit.Party.Call(), email);
        for (var tries = 0; tries < 10; tries++)
        {
            Assert.Contains("not the right code", (await visit.Browser.SubmitAsync(waiting, ("code", "BCD-234"))).Problems(), StringComparison.Ordinal);
        }

        var refused = await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(email)).Code()));

        refused.AssertStep("register");
        Assert.Contains("Too many", refused.Problems(), StringComparison.OrdinalIgnoreCase);
        Assert.False(await ExistsAsync(email));
    }

    [Fact]
    public async Task Only_the_newest_mail_of_this_browser_counts()
    {
        using var visit = await StartAsync();
        var email = TestServer.NewEmail();
        var first = await AskAsync(visit, visit.Party.Call(), email);
        var second = await visit.Browser.SubmitAsync(first, ("go", "resend"));
        Assert.Contains("Another mail is on its way", second.Body, StringComparison.Ordinal);
        var mails = await server.MailsToAsync(email, 2);

        Assert.Contains("not the right code", (await visit.Browser.SubmitAsync(second, ("code", mails[0].Code()))).Problems(), StringComparison.Ordinal);
        var old = await visit.Browser.SubmitAsync(first, ("code", mails[0].Code()));
        Assert.Contains("doesn’t count any more", old.Body, StringComparison.Ordinal);
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(second, ("code", mails[1].Code()))).Code);
    }

    [Fact]
    public async Task A_mail_that_is_too_old_is_sent_again_and_nothing_typed_is_lost()
    {
        using var visit = await StartAsync();
        var (call, email) = (visit.Party.Call(), TestServer.NewEmail());
        var waiting = await AskAsync(visit, call, email);
        var code = (await server.MailToAsync(email)).Code();
        server.Clock.Advance(TimeSpan.FromMinutes(40));
        waiting = await visit.Browser.SubmitAsync(waiting, ("go", "refresh")); // The form is younger than its mail now.
        server.Clock.Advance(TimeSpan.FromMinutes(30));

        var gone = await visit.Browser.SubmitAsync(waiting, ("code", code));
        Assert.Contains("doesn’t count any more", gone.Body, StringComparison.Ordinal);
        waiting = await visit.Browser.SubmitAsync(gone, ("go", "resend"));

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(email, 2)).Code()))).Code);
    }

    [Fact]
    public async Task Somebody_else_who_types_the_same_address_ends_neither_what_waits_nor_what_is_proven()
    {
        using var visit = await StartFormAsync(server);
        using var stranger = visit with { Browser = server.NewBrowser() };
        var (call, email) = (visit.Party.Call(), TestServer.NewEmail());
        var waiting = await AskByFormAsync(visit, call, email);
        var code = (await server.MailToAsync(email)).Code();
        await AskByFormAsync(stranger, call, email);
        var last = await visit.Browser.SubmitAsync(waiting, ("code", code));
        await AskByFormAsync(stranger, call, email);

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(last, ("user.password", TestServer.Password))).Code);
    }

    [Fact]
    public async Task A_proof_is_of_one_address_and_stays_while_that_does()
    {
        using var visit = await StartFormAsync(server);
        var (call, email, other) = (visit.Party.Call(), TestServer.NewEmail(), TestServer.NewEmail());
        var last = await visit.Browser.SubmitAsync(await AskByFormAsync(visit, call, email), ("code", (await server.MailToAsync(email)).Code()));
        Assert.Contains("Step 3 of 3", last.Body, StringComparison.Ordinal);

        var first = await visit.Browser.SubmitAsync(last, ("go", "back"));
        Assert.Equal(email, first.Field("user.email"));
        Assert.NotNull((await visit.Browser.SubmitAsync(first, ("user.email", email.ToUpperInvariant()))).Document.GetElementById("user.password"));
        var waiting = await visit.Browser.SubmitAsync(first, ("user.email", other));

        Assert.NotNull(waiting.Document.GetElementById("code"));
        var done = await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(other)).Code()));
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(done, ("user.password", TestServer.Password))).Code);
        Assert.True((await FindAsync(other)).Verified);
    }

    [Fact]
    public async Task Nobody_gets_past_the_step_with_what_they_bring_from_elsewhere()
    {
        using var visit = await StartFormAsync(server);
        using var thief = visit with { Browser = server.NewBrowser() };
        var (call, email) = (visit.Party.Call(), TestServer.NewEmail());
        var last = await visit.Browser.SubmitAsync(await AskByFormAsync(visit, call, email), ("code", (await server.MailToAsync(email)).Code()));
        var waiting = await AskByFormAsync(thief, call, TestServer.NewEmail());

        // Another browser's form, another request's form, and one of another address, each with fields posted ahead of time.
        var stolen = await thief.Browser.SubmitAsync(waiting, ("answers", last.Field("answers")!), ("user.password", TestServer.Password));
        var moved = await visit.Browser.SubmitAsync(
            await visit.Browser.OpenAsync(visit.Party.Call(("state", "other")).RegisterUrl), ("answers", last.Field("answers")!), ("user.password", TestServer.Password));
        var ahead = await visit.Browser.SubmitAsync(
            await visit.Browser.OpenAsync(call.RegisterUrl), ("user.email", TestServer.NewEmail()), ("user.password", TestServer.Password), ("go", "next"));

        Assert.Contains("doesn’t count any more", stolen.Body, StringComparison.Ordinal);
        Assert.Contains("took too long", moved.Body, StringComparison.Ordinal);
        Assert.NotNull(ahead.Document.GetElementById("code"));
        Assert.False(await ExistsAsync(email));
    }

    [Fact]
    public async Task An_address_that_is_taken_meanwhile_is_told_to_who_has_proven_it()
    {
        using var visit = await StartFormAsync(server);
        var email = TestServer.NewEmail();
        var last = await visit.Browser.SubmitAsync(await AskByFormAsync(visit, visit.Party.Call(), email), ("code", (await server.MailToAsync(email)).Code()));
        await server.AddUserAsync(email);

        var told = await visit.Browser.SubmitAsync(last, ("user.password", TestServer.Password));

        told.AssertStep("register");
        Assert.Equal("There is already an account with this e-mail address.", told.Document.GetElementById("user.email-error")!.TextContent.Trim());
    }

    [Theory, OnEachDatabase]
    public async Task Two_who_prove_one_address_at_once_make_one_account(DatabaseProvider provider)
    {
        await using var other = await Mailbox.StartServerAsync(provider);
        using var one = await StartFormAsync(other);
        using var two = one with { Browser = other.NewBrowser() };
        var (call, email) = (one.Party.Call(), TestServer.NewEmail());
        var waiting = await AskByFormAsync(one, call, email);
        var code = (await other.MailToAsync(email)).Code();
        var first = await one.Browser.SubmitAsync(waiting, ("code", code));
        waiting = await AskByFormAsync(two, call, email);
        var second = await two.Browser.SubmitAsync(waiting, ("code", (await other.MailToAsync(email, 2)).Code()));

        var answers = await Task.WhenAll(
            one.Browser.SubmitAsync(first, ("user.password", TestServer.Password)), two.Browser.SubmitAsync(second, ("user.password", TestServer.Password)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.SeeOther);
        Assert.Contains("already an account", answers.Single(answer => answer.Status == HttpStatusCode.OK).Problems(), StringComparison.Ordinal);
    }

    [Theory, OnEachDatabase]
    public async Task Pressed_twice_at_once_it_makes_one_account_and_is_spent(DatabaseProvider provider)
    {
        await using var other = await Mailbox.StartServerAsync(provider);
        using var visit = await StartAsync(on: other);
        var email = TestServer.NewEmail();
        var waiting = await AskAsync(visit, visit.Party.Call(), email);
        var code = (await other.MailToAsync(email)).Code();

        var answers = await Task.WhenAll(visit.Browser.SubmitAsync(waiting, ("code", code)), visit.Browser.SubmitAsync(waiting, ("code", code)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.SeeOther);
        Assert.Contains("already an account", answers.Single(answer => answer.Status == HttpStatusCode.OK).Problems(), StringComparison.Ordinal);
        Assert.Equal(1, await other.ReadAsync(db => db.Users.CountAsync(row => row.Email == email)));
        Assert.NotNull((await other.ReadAsync(db => db.Links.SingleAsync(row => row.Purpose == LinkPurpose.Register))).SpentAt);
    }

    [Fact]
    public async Task The_language_is_changed_and_a_page_open_for_too_long_kept_without_another_mail()
    {
        using var visit = await StartFormAsync(server);
        var email = TestServer.NewEmail();
        var waiting = await AskByFormAsync(visit, visit.Party.Call(), email);
        var german = await visit.Browser.SubmitAsync(waiting, ("locale", "de"));
        Assert.Equal("de", german.Document.DocumentElement.GetAttribute("lang"));
        var stale = await visit.Browser.SubmitAsync(german, ("__csrf", "stale"));
        Assert.NotNull(stale.Document.GetElementById("code"));

        Assert.NotNull((await visit.Browser.SubmitAsync(stale, ("code", (await server.MailToAsync(email)).Code()))).Document.GetElementById("user.password"));
        await server.SettledAsync();
        Assert.Single(server.SentTo(email));
    }

    [Fact]
    public async Task An_address_gets_a_few_mails_an_hour_and_the_page_looks_as_ever()
    {
        await using var limited = await Mailbox.StartServerAsync();
        using var visit = await StartAsync(on: limited);
        var (call, email) = (visit.Party.Call(), TestServer.NewEmail());
        var waiting = await AskAsync(visit, call, email);
        for (var mails = 1; mails < 12; mails++)
        {
            waiting = await visit.Browser.SubmitAsync(waiting, ("go", "resend"));
            Assert.Contains("Another mail is on its way", waiting.Body, StringComparison.Ordinal);
        }

        await limited.SettledAsync();
        Assert.Equal(8, limited.SentTo(email).Count);
        using var late = visit with { Browser = limited.NewBrowser() };
        Assert.Equal((await AskAsync(late, call, TestServer.NewEmail())).Problems(), (await AskAsync(late, call, email)).Problems());
        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(waiting, ("code", limited.SentTo(email)[7].Code()))).Code); // The last one stays good.
    }

    [Fact]
    public async Task Asking_for_mails_in_bulk_is_slowed_down_and_keeps_what_was_typed()
    {
        await using var limited = await Mailbox.StartServerAsync();
        using var visit = await StartAsync(on: limited);
        var page = await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);
        for (var count = 0; count < 30; count++)
        {
            Assert.NotNull((await visit.Browser.SubmitAsync(page, Filled(TestServer.NewEmail()))).Document.GetElementById("code"));
        }

        var email = TestServer.NewEmail();
        var slowed = await visit.Browser.SubmitAsync(page, Filled(email));

        slowed.AssertStep("register", HttpStatusCode.TooManyRequests);
        Assert.Equal("20", slowed.Header("Retry-After"));
        Assert.Equal(email, slowed.Field("user.email"));
    }

    [Fact]
    public async Task Where_no_mail_can_be_sent_that_is_said_at_once_and_of_every_address()
    {
        var silent = await TestServer.SharedAsync();
        using var visit = await StartAsync(on: silent);
        var page = await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);
        Assert.Contains("Mail can’t be sent", page.Problems(), StringComparison.Ordinal);

        var (free, owner) = (TestServer.NewEmail(), await silent.AddUserAsync());
        var (fresh, taken) = (await visit.Browser.SubmitAsync(page, Filled(free)), await visit.Browser.SubmitAsync(page, Filled(owner.Email!)));

        Assert.Contains("Mail can’t be sent", fresh.Problems(), StringComparison.Ordinal);
        Assert.Equal(fresh.Faceless(free), taken.Faceless(owner.Email!));
        Assert.False(await silent.ReadAsync(db => db.Users.AnyAsync(row => row.Email == free)));
    }

    [Fact]
    public async Task Who_registers_without_an_address_has_none_to_prove()
    {
        using var visit = await StartAsync(change: registration => registration with { LoginIdType = LoginIdType.Username });
        var name = "user" + Guid.NewGuid().ToString("N")[..10];
        var page = await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(
            page, ("user.fullName", "Ada Lovelace"), ("user.username", name), ("user.password", TestServer.Password))).Code);
    }

    [Fact]
    public async Task An_address_that_may_be_left_out_is_not_asked_to_be_proven_then()
    {
        var api = await server.NewApiAsync();
        var email = await api.NewFieldAsync("user.email");
        var form = await NewFormAsync(api, $$"""[{"fields":["{{email}}","{{FormFixture.Shipped("user.username")}}"]},{"type":"verifyEmail"},{"fields":["{{FormFixture.Shipped("user.password")}}"]}]""");
        using var visit = await StartAsync(UnverifiedBehavior.Allow, change: registration => registration with { Type = RegistrationType.Advanced, FormId = form });
        var page = await visit.Browser.OpenAsync(visit.Party.Call().RegisterUrl);

        var last = await visit.Browser.SubmitAsync(page, ("user.username", "user" + Guid.NewGuid().ToString("N")[..10]));

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(last, ("user.password", TestServer.Password))).Code);
    }

    [Fact]
    public async Task A_form_without_the_step_has_it_after_the_address_where_the_application_wants_proof()
    {
        var api = await server.NewApiAsync();
        var form = await NewFormAsync(api, $$"""[{"fields":["{{FormFixture.Shipped("user.email")}}"]},{"fields":["{{FormFixture.Shipped("user.password")}}"]}]""");
        using var visit = await StartAsync(change: registration => registration with { Type = RegistrationType.Advanced, FormId = form });
        var email = TestServer.NewEmail();

        var waiting = await AskByFormAsync(visit, visit.Party.Call(), email);

        Assert.Contains("Step 2 of 3", waiting.Body, StringComparison.Ordinal);
        Assert.NotNull((await visit.Browser.SubmitAsync(waiting, ("code", (await server.MailToAsync(email)).Code()))).Document.GetElementById("user.password"));
    }

    [Fact]
    public async Task Somebody_without_an_address_who_is_asked_for_one_at_sign_in_proves_it_too()
    {
        using var visit = await StartAsync(change: registration => registration with { CompleteRegistration = true });
        var (user, owner, email) = (await AddNamelessAsync(server), await server.AddUserAsync(), TestServer.NewEmail());
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), user);
        page.AssertStep("complete");

        var taken = await visit.Browser.SubmitAsync(page, ("user.email", owner.Email!));
        var fresh = await visit.Browser.SubmitAsync(page, ("user.email", email));
        Assert.Equal(fresh.Faceless(email), taken.Faceless(owner.Email!));
        Assert.Null((await server.Get<People>().GetAsync(user.Id, default)).Email);

        Assert.NotEmpty(AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(fresh, ("code", (await server.MailToAsync(email)).Code()))).Code);
        var proven = await server.Get<People>().GetAsync(user.Id, default);
        Assert.Equal((email, true), (proven.Email, proven.Verified));
        Assert.Equal("You already have an account", (await server.MailToAsync(owner.Email!)).Subject);
    }

    [Fact]
    public async Task Trying_addresses_at_sign_in_is_slowed_down_where_a_taken_one_is_told()
    {
        await using var limited = await Mailbox.StartServerAsync();
        using var visit = await StartAsync(UnverifiedBehavior.Allow, registration => registration with { CompleteRegistration = true }, limited);
        var page = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), await AddNamelessAsync(limited));
        for (var count = 0; count < 60; count++)
        {
            var told = await visit.Browser.SubmitAsync(page, ("user.email", visit.User.Email!));
            Assert.Contains("already an account", told.Problems(), StringComparison.Ordinal);
        }

        (await visit.Browser.SubmitAsync(page, ("user.email", TestServer.NewEmail()))).AssertStep("complete", HttpStatusCode.TooManyRequests);
    }

    private static Task<User> AddNamelessAsync(TestServer on) =>
        on.AddUserAsync(change: user => user with { Email = null, Username = "user" + Guid.NewGuid().ToString("N")[..10] });

    private async Task<Visit> StartAsync(
        UnverifiedBehavior behavior = UnverifiedBehavior.Gated, Func<RegistrationConfiguration, RegistrationConfiguration>? change = null, TestServer? on = null) =>
        await Visit.StartAsync(on ?? server, null, settings => settings with
        {
            RegistrationConfiguration = (change ?? (same => same))(new() { Enabled = true }),
            Unverified = new() { Behavior = behavior },
        });

    // A form of three steps: the address, its proof, the password; of an application that lets everybody in.
    private async Task<Visit> StartFormAsync(TestServer on)
    {
        var form = await NewFormAsync(
            await on.NewApiAsync(),
            $$"""[{"fields":["{{FormFixture.Shipped("user.email")}}"]},{"type":"verifyEmail"},{"fields":["{{FormFixture.Shipped("user.password")}}"]}]""");
        return await StartAsync(UnverifiedBehavior.Allow, registration => registration with { Type = RegistrationType.Advanced, FormId = form }, on);
    }

    private static async Task<Guid> NewFormAsync(ApiClient api, string steps) => Guid.Parse((await api.PostAsync(
        "/api/form", new JsonObject { ["form"] = new JsonObject { ["name"] = ApiFixture.NewName(), ["type"] = "registration", ["steps"] = JsonNode.Parse(steps) } }))
        .Expect("form")["id"]!.GetValue<string>());

    private static (string, string)[] Filled(string email) =>
        [("user.fullName", "Ada Lovelace"), ("user.email", email), ("user.password", TestServer.Password)];

    private static async Task<BrowserPage> AskAsync(Visit visit, AuthorizeCall call, string email)
    {
        var waiting = await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(call.RegisterUrl), Filled(email));
        waiting.AssertStep("register");
        return waiting;
    }

    private static async Task<BrowserPage> AskByFormAsync(Visit visit, AuthorizeCall call, string email) =>
        await visit.Browser.SubmitAsync(await visit.Browser.OpenAsync(call.RegisterUrl), ("user.email", email));

    private static string StateUrl(BrowserPage waiting) => waiting.Form.GetAttribute("data-state")!;

    private async Task<User> FindAsync(string email) => (await server.Get<People>().FindByLoginIdAsync(email, default))!;

    private Task<bool> ExistsAsync(string email) => server.ReadAsync(db => db.Users.AnyAsync(row => row.Email == email));
}
