using System.Net;
using IdentityServer.Account;
using IdentityServer.Applications;
using IdentityServer.Registrations;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Account;

public sealed class SetupTests
{
    private const string Email = "root@example.com";

    [Theory, OnEachDatabase]
    public async Task The_holder_of_the_token_becomes_the_administrator_and_the_door_closes(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        using var browser = server.NewBrowser();
        var page = await browser.OpenAsync("/setup?token=" + server.Get<SetupToken>().Issue());

        var done = await SubmitAsync(browser, page);

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (done.Status, done.Location));
        Assert.Contains(Email, (await browser.FollowAsync(done)).Body, StringComparison.Ordinal);
        var user = await server.Get<People>().FindByLoginIdAsync(Email, CancellationToken.None);
        var registration = await server.Get<Registrar>().FindAsync(user!.Id, AdminApplication.Id, CancellationToken.None);
        Assert.Equal([AdminApplication.Role], registration!.Roles);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.OpenAsync("/setup?token=" + server.Get<SetupToken>().Issue())).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync("/setup", [], [])).Status);
    }

    [Fact]
    public async Task A_key_of_the_management_api_is_made_if_wished_and_shown_once()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.NewBrowser();
        var page = await browser.OpenAsync("/setup?token=" + server.Get<SetupToken>().Issue());

        var shown = await SubmitAsync(browser, page, ("makeKey", "true"));

        using var client = server.NewClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", shown.Document.QuerySelector(".secret code")!.TextContent);
        using var answer = await client.GetAsync(new Uri("/api/application", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-store", shown.Header("Cache-Control"));
        Assert.Contains("API key created", await server.ReadAsync(db => db.AuditEntries.Select(row => row.Message).ToListAsync()));
    }

    [Theory, OnEachDatabase]
    public async Task Of_two_who_set_up_at_once_one_wins(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);

        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Task.Run(() =>
            server.Get<Administrators>().CreateAsync($"root{number}@example.com", null, TestServer.Password, onlyFirst: true, CancellationToken.None))));

        Assert.Single(results, result => !result.Failed(out _, out _));
        Assert.All(results.Where(result => result.Failed(out _, out _)), result => Assert.True(Administrators.IsRefusedAsSecond(result.ExpectErrors())));
        Assert.Equal(1, await server.ReadAsync(db => db.Users.CountAsync()));
    }

    [Fact]
    public async Task Without_the_token_nobody_is_created_and_what_was_typed_stays()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.NewBrowser();
        var token = server.Get<SetupToken>().Issue();
        var tampered = token[..^3] + (token[^3] == 'A' ? 'B' : 'A') + token[^2..];

        foreach (var wrong in new[] { "", "guess", tampered })
        {
            var refused = await SubmitAsync(browser, await browser.OpenAsync("/setup"), ("token", wrong));

            Assert.Equal(HttpStatusCode.OK, refused.Status);
            Assert.NotNull(refused.Document.QuerySelector("[name=token][aria-invalid=true]"));
            Assert.Equal(Email, refused.Document.QuerySelector("[name='user.email']")!.GetAttribute("value"));
        }

        Assert.Equal(0, await server.ReadAsync(db => db.Users.CountAsync()));
    }

    [Fact]
    public async Task When_too_many_sign_in_at_once_the_page_asks_to_come_back()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.NewBrowser();
        var page = await browser.OpenAsync("/setup?token=" + server.Get<SetupToken>().Issue());
        var crowd = await Crowd.GatherAsync(server.Get<PasswordGate>());

        page = await SubmitAsync(browser, page);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "2"), (page.Status, page.Header("Retry-After")));
        await crowd.LeaveAsync();
        Assert.Equal(HttpStatusCode.SeeOther, (await SubmitAsync(browser, page)).Status);
    }

    [Fact]
    public async Task An_administrator_needs_a_long_password()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.NewBrowser();
        var page = await browser.OpenAsync("/setup?token=" + server.Get<SetupToken>().Issue());

        var refused = await SubmitAsync(browser, page, ("user.password", "kz9Q#m2vkz9Q#m"));

        Assert.NotNull(refused.Document.QuerySelector("[name='user.password'][aria-invalid=true]"));
        Assert.Equal(HttpStatusCode.SeeOther, (await SubmitAsync(browser, refused)).Status);
    }

    [Fact]
    public async Task A_post_that_another_site_sent_creates_nobody()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.NewBrowser();
        var page = await browser.OpenAsync("/setup?token=" + server.Get<SetupToken>().Issue());

        Assert.Equal(HttpStatusCode.OK, (await SubmitAsync(browser, page, ("__csrf", "forged"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.SubmitAsync(page, [("Origin", "https://evil.example")], Filled)).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.SubmitAsync(page, [("Sec-Fetch-Site", "same-site")], Filled)).Status);
        Assert.Equal(0, await server.ReadAsync(db => db.Users.CountAsync()));
        Assert.Equal(
            HttpStatusCode.SeeOther,
            (await browser.SubmitAsync(page, [("Origin", server.Address.GetLeftPart(UriPartial.Authority)), ("Sec-Fetch-Site", "same-origin")], Filled)).Status);
    }

    [Fact]
    public async Task A_page_that_was_open_for_too_long_keeps_what_was_typed_but_no_password_and_nothing_of_another_site()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = server.NewBrowser();
        var token = server.Get<SetupToken>().Issue();
        var page = await browser.OpenAsync("/setup?token=" + token);

        var stale = await SubmitAsync(browser, page, ("__csrf", "of another day"));
        Assert.Equal((token, Email), (stale.Field("token"), stale.Field("user.email")));
        Assert.True(string.IsNullOrEmpty(stale.Field("user.password")));
        Assert.Equal(HttpStatusCode.SeeOther, (await SubmitAsync(browser, stale, ("user.email", stale.Field("user.email")!))).Status);

        await using var another = await TestServer.StartAsync();
        using var victim = another.NewBrowser();
        var foreign = await victim.SubmitAsync(await victim.OpenAsync("/setup"), [("Sec-Fetch-Site", "cross-site")], Filled);
        Assert.Equal(HttpStatusCode.OK, foreign.Status);
        Assert.True(string.IsNullOrEmpty(foreign.Field("user.email")));
    }

    [Fact]
    public async Task A_body_that_is_no_form_gets_the_page()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.NewClient();
        using var json = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var broken = new StringContent("--x", System.Text.Encoding.UTF8, "multipart/form-data");

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(new Uri("/setup", UriKind.Relative), json)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(new Uri("/setup", UriKind.Relative), broken)).StatusCode);
    }

    [Fact]
    public async Task The_administrator_can_come_from_configuration()
    {
        await using var server = await TestServer.StartAsync($"Administrator:Email={Email}", $"Administrator:Password={TestServer.Password}");
        using var browser = server.NewBrowser();

        Assert.True(await server.Get<Administrators>().ExistAsync(CancellationToken.None));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.OpenAsync("/setup")).Status);
    }

    [Fact]
    public async Task A_configured_administrator_with_a_common_password_stops_the_start()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TestServer.StartAsync($"Administrator:Email={Email}", "Administrator:Password=passwordpassword"));

        Assert.Contains("guessed first", refused.Message, StringComparison.Ordinal);
    }

    private static (string, string)[] Filled => [("user.email", Email), ("user.fullName", "Root"), ("user.password", TestServer.Password)];

    private static Task<BrowserPage> SubmitAsync(Browser browser, BrowserPage page, params (string Name, string Value)[] other) =>
        browser.SubmitAsync(page, [.. Filled.Where(pair => !other.Any(changed => changed.Name == pair.Item1)), .. other]);
}
