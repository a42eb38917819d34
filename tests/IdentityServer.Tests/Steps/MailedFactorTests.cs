using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Factors;
using IdentityServer.Tests.Api;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Steps;

/// <summary>Codes by mail as a second factor.</summary>
public sealed class MailedFactorTests(MailServer mail) : IClassFixture<MailServer>
{
    private TestServer Server => mail.Server;

    [Fact]
    public async Task Codes_by_mail_are_turned_on_by_one_and_asked_for_at_the_next_sign_in()
    {
        using var visit = await StartAsync();
        await visit.SignInAsync();
        var page = await visit.Browser.OpenAsync("/account/two-factor/email");
        var sent = await visit.Browser.SubmitAsync(page, ("send", "true"));
        var code = Code(await Server.MailToAsync(visit.User.Email!));
        Assert.Contains("aria-invalid", (await visit.Browser.SubmitAsync(sent, ("code", Other(code)))).Body, StringComparison.Ordinal);
        var codes = await visit.Browser.SubmitAsync(sent, ("code", code));
        Assert.Equal(10, codes.Document.QuerySelectorAll(".recovery-codes code").Length);
        visit.Browser.Forget("session");

        var call = visit.Party.Call();
        var second = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(call.Url), visit.User);
        second.AssertStep("second_factor");
        Assert.Null(second.Document.GetElementById("code")); // Nothing is mailed before somebody asks for it.
        Assert.DoesNotContain(visit.User.Email!.Split('@')[0], second.Document.QuerySelector("button[name=choose]")!.TextContent, StringComparison.Ordinal);
        second = await visit.Browser.SubmitAsync(second, ("choose", "email"));
        code = Code(await Server.MailToAsync(visit.User.Email!, 3)); // The second told of the new factor.
        var answer = AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(second, ("code", code)));

        var claims = await visit.Party.VerifyIdTokenAsync(await visit.Party.RedeemAsync(call, answer), call);
        Assert.Equal(["pwd", "email", "mfa"], claims.GetProperty("amr").EnumerateArray().Select(word => word.GetString()));
    }

    [Fact]
    public async Task A_mailed_code_counts_once_in_the_browser_and_request_that_asked()
    {
        using var visit = await StartAsync();
        await AddAsync(visit.User);
        var (first, code) = await AskAsync(visit, visit.Browser, 1);
        using var another = Server.NewBrowser();
        var theirs = await another.SubmitLoginAsync(await another.OpenAsync(visit.Party.Call().Url), visit.User);
        (await another.SubmitAsync(theirs, ("code", code))).AssertStep("second_factor");
        var tab = await visit.Browser.SubmitLoginAsync(await visit.OpenAsync(), visit.User);
        (await visit.Browser.SubmitAsync(tab, ("code", code))).AssertStep("second_factor");

        AuthorizeAnswer.Read(await visit.Browser.SubmitAsync(first, ("code", code)));
        visit.Browser.Forget("session");
        var again = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(first.Url), visit.User);
        (await visit.Browser.SubmitAsync(again, ("code", code))).AssertStep("second_factor");
    }

    [Fact]
    public async Task A_newer_code_ends_the_older_and_ten_minutes_end_both()
    {
        using var visit = await StartAsync();
        await AddAsync(visit.User);
        var (page, old) = await AskAsync(visit, visit.Browser, 1);
        page = await visit.Browser.SubmitAsync(page, ("choose", "email"));
        var code = Code(await Server.MailToAsync(visit.User.Email!, 2));
        if (code != old)
        {
            page = await visit.Browser.SubmitAsync(page, ("code", old));
            page.AssertStep("second_factor");
        }

        Server.Clock.Advance(TimeSpan.FromMinutes(9));
        page = await visit.Browser.SubmitLoginAsync(await visit.Browser.OpenAsync(page.Url + "&again=1"), visit.User);
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        (await visit.Browser.SubmitAsync(page, ("code", code))).AssertStep("second_factor");
    }

    [Fact]
    public async Task Where_the_mailbox_was_the_first_factor_it_is_no_second()
    {
        using var visit = await Visit.StartAsync(Server, null, settings => settings with { PasswordlessConfiguration = new() { Enabled = true } });
        await VerifyAsync(visit.User);
        await AddAsync(visit.User);
        var waiting = await visit.Browser.AskAsync(await visit.OpenAsync(), visit.User.Email!);
        var second = await visit.Browser.SubmitAsync(waiting, ("code", (await Server.MailToAsync(visit.User.Email!)).Code()));

        second.AssertStep("second_factor");
        Assert.DoesNotContain(second.Document.QuerySelectorAll("button[name=choose]"), button => button.GetAttribute("value") == "email");
        await visit.Browser.SubmitAsync(second, ("choose", "email"));
        Assert.False(await Server.ReadAsync(db => db.Links.AnyAsync(row => row.UserId == visit.User.Id && row.CodeHash != null && row.EmailKey == visit.User.EmailKey && row.Purpose == IdentityServer.Links.LinkPurpose.SecondFactor)));
    }

    [Fact]
    public async Task Who_has_no_password_or_no_proven_address_is_not_offered_it()
    {
        using var visit = await Visit.StartAsync(Server);
        await visit.SignInAsync();

        Assert.Equal("/account/two-factor", (await visit.Browser.OpenAsync("/account/two-factor/email")).Location);
    }

    [Fact]
    public async Task The_api_mails_a_code_for_the_sign_in_that_waits()
    {
        var user = await Server.AddUserAsync();
        await VerifyAsync(user);
        await AddAsync(user);
        var api = await Server.NewApiAsync();
        var nobody = Server.ApiWith(null);
        var waiting = (await api.PostAsync("/api/login", new JsonObject { ["loginId"] = user.Email, ["password"] = TestServer.Password })).Json;
        var (id, method) = (waiting["twoFactorId"]!.GetValue<string>(), waiting["methods"]![0]!["id"]!.GetValue<string>());
        var path = "/api/two-factor/send/" + id;
        (await nobody.PostAsync(path, new JsonObject { ["methodId"] = "none" })).ExpectEmpty(HttpStatusCode.NotFound);
        (await nobody.PostAsync("/api/two-factor/send/unknown", new JsonObject { ["methodId"] = method })).ExpectEmpty(HttpStatusCode.NotFound);
        (await nobody.SendAsync("POST", path, "{}")).ExpectCodes("[missing]methodId");

        (await nobody.PostAsync(path, new JsonObject { ["methodId"] = method })).ExpectEmpty(HttpStatusCode.OK);

        var code = Code(await Server.MailToAsync(user.Email!));
        Assert.Equal(HttpStatusCode.OK, (await nobody.PostAsync("/api/two-factor/login", new JsonObject { ["twoFactorId"] = id, ["code"] = code })).Status);
    }

    [Fact]
    public async Task A_mailed_code_is_kept_as_a_hash()
    {
        using var visit = await StartAsync();
        await AddAsync(visit.User);
        var (_, code) = await AskAsync(visit, visit.Browser, 1);

        var row = await Server.ReadAsync(db => db.Links.SingleAsync(link => link.UserId == visit.User.Id && link.Purpose == IdentityServer.Links.LinkPurpose.SecondFactor));
        Assert.Equal(32, row.CodeHash!.Length);
        Assert.DoesNotContain(code, System.Text.Encoding.Latin1.GetString(row.CodeHash), StringComparison.Ordinal);
    }

    private async Task<Visit> StartAsync()
    {
        var visit = await Visit.StartAsync(Server);
        await VerifyAsync(visit.User);
        return visit;
    }

    private Task<int> VerifyAsync(User user) => Server.Get<IdentityServer.Data.Database>().WriteAsync(
        (db, token) => db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Verified, true), token), CancellationToken.None);

    // As the page does it, without the mails in between.
    private Task AddAsync(User user) => Server.Get<IdentityServer.Data.Database>().WriteAsync(
        async (db, token) =>
        {
            db.TwoFactorMethods.Add(new TwoFactorMethod
            {
                Id = Guid.CreateVersion7(),
                Code = "MAIL",
                UserId = user.Id,
                Kind = TwoFactorKind.Email,
                Email = user.Email,
                CreatedAt = Server.Clock.GetUtcNow(),
            });
            await db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.TwoFactorEnabled, true), token);
        },
        CancellationToken.None);

    private async Task<(BrowserPage Page, string Code)> AskAsync(Visit visit, Browser browser, int number)
    {
        var page = await browser.SubmitLoginAsync(await browser.OpenAsync(visit.Party.Call().Url), visit.User);
        page = await browser.SubmitAsync(page, ("choose", "email"));
        return (page, Code(await Server.MailToAsync(visit.User.Email!, number)));
    }

    private static string Code(IdentityServer.Email.MailContent mail) => System.Text.RegularExpressions.Regex.Match(mail.Text, @"\b\d{6}\b").Value;

    private static string Other(string code) => code == "000000" ? "111111" : "000000";
}
