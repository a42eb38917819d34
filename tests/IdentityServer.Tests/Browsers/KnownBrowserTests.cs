using System.Net;
using IdentityServer.Browsers;
using IdentityServer.Data;
using IdentityServer.Logins;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Browsers;

/// <summary>Browsers in which a person signed in before.</summary>
public sealed class KnownBrowserTests(MailServer mail) : IClassFixture<MailServer>
{
    private TestServer Server => mail.Server;

    [Fact]
    public async Task A_sign_in_from_another_browser_is_told_by_mail_once_and_the_very_first_is_not()
    {
        using var visit = await Visit.StartAsync(Server);
        using var other = visit with { Browser = Server.NewBrowser() };

        await visit.SignInAsync();
        await visit.SignInAsync(("prompt", "login"));
        await Server.SettledAsync();
        Assert.Empty(Server.SentTo(visit.User.Email!));

        await other.SignInAsync();
        await other.SignInAsync(("prompt", "login"));
        await Server.SettledAsync();
        Assert.Equal("New sign-in to your account", Assert.Single(Server.SentTo(visit.User.Email!)).Subject);
    }

    [Theory, OnEachDatabase]
    public async Task The_browser_is_known_by_the_hash_of_its_cookie_and_its_last_sign_in_is_noted(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        using var visit = await Visit.StartAsync(server);
        await visit.SignInAsync();
        await visit.SignInAsync(("prompt", "login"));

        var known = await server.ReadAsync(db => db.KnownBrowsers.SingleAsync(row => row.UserId == visit.User.Id));
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(visit.Browser.Cookie("browser")!)), known.SecretHash);
        Assert.Null(known.TrustedUntil);
    }

    [Theory, OnEachDatabase]
    public async Task Strangers_who_guess_lock_out_strangers_and_not_the_owner_s_browser(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        using var visit = await Visit.StartAsync(server);
        using var stranger = visit with { Browser = server.NewBrowser() };
        await visit.SignInAsync();
        await GuessAsync(stranger, 5);
        var locked = await server.Get<People>().GetAsync(visit.User.Id, CancellationToken.None);
        Assert.NotNull(locked.LockoutEnd);

        (await stranger.Browser.SubmitLoginAsync(await stranger.OpenAsync(), visit.User)).AssertStep("login");
        Assert.NotEmpty((await visit.SignInAsync(("prompt", "login"))).Code);

        // The lock goes on for everybody else.
        var after = await server.Get<People>().GetAsync(visit.User.Id, CancellationToken.None);
        Assert.Equal((locked.LockoutEnd, locked.LockoutCount), (after.LockoutEnd, after.LockoutCount));
        (await stranger.Browser.SubmitLoginAsync(await stranger.OpenAsync(), visit.User)).AssertStep("login");
    }

    [Fact]
    public async Task A_known_browser_has_ten_tries_an_hour_of_its_own_and_then_counts_like_any_other()
    {
        using var visit = await Visit.StartAsync(Server);
        await visit.SignInAsync(); // Not known yet: this takes none.
        await GuessAsync(visit, 10, ("prompt", "login"));
        Assert.Equal(0, (await Server.Get<People>().GetAsync(visit.User.Id, CancellationToken.None)).AccessFailedCount);

        await GuessAsync(visit, 5, ("prompt", "login"));
        Assert.NotNull((await Server.Get<People>().GetAsync(visit.User.Id, CancellationToken.None)).LockoutEnd);
        (await visit.Browser.SubmitAsync(await visit.OpenAsync(("prompt", "login")), ("password", TestServer.Password))).AssertStep("login");

        Server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.NotEmpty((await visit.SignInAsync()).Code);
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_tries_of_a_known_browser_at_once_ten_are_its_own(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();
        await RememberAsync(server, user, "secret");

        await Task.WhenAll(Enumerable.Range(0, 14).Select(_ => Task.Run(() => server.Get<PasswordLogin>().AttemptAsync(
            new(user.Email!, "wrong", null, IPAddress.Loopback, "secret"), CancellationToken.None))));

        Assert.Equal(4, (await server.Get<People>().GetAsync(user.Id, CancellationToken.None)).AccessFailedCount);
    }

    [Fact]
    public async Task A_browser_is_known_to_the_person_who_signed_in_there_and_nobody_else()
    {
        using var visit = await Visit.StartAsync(Server);
        await visit.SignInAsync();
        var other = await Server.AddUserAsync();

        Assert.False(await Server.Get<KnownBrowsers>().TryChargeAsync(other.Id, visit.Browser.Cookie("browser"), CancellationToken.None));
        Assert.False(await Server.Get<KnownBrowsers>().TryChargeAsync(visit.User.Id, "guess", CancellationToken.None));
        Assert.False(await Server.Get<KnownBrowsers>().TryChargeAsync(visit.User.Id, null, CancellationToken.None));
        Assert.True(await Server.Get<KnownBrowsers>().TryChargeAsync(visit.User.Id, visit.Browser.Cookie("browser"), CancellationToken.None));
    }

    [Theory, OnEachDatabase]
    public async Task The_latest_thirty_are_kept(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();
        for (var number = 0; number < 32; number++)
        {
            await RememberAsync(server, user, $"browser {number}", number);
        }

        Assert.Equal(30, await server.ReadAsync(db => db.KnownBrowsers.CountAsync(row => row.UserId == user.Id)));
        Assert.False(await server.Get<KnownBrowsers>().TryChargeAsync(user.Id, "browser 1", CancellationToken.None));
        Assert.True(await server.Get<KnownBrowsers>().TryChargeAsync(user.Id, "browser 2", CancellationToken.None));
    }

    private static Task RememberAsync(TestServer server, User user, string secret, int minutes = 0) => server.Get<Database>().WriteAsync(
        (db, token) => server.Get<KnownBrowsers>().RememberAsync(db, user, secret, null, null, server.Clock.GetUtcNow().AddMinutes(minutes), token), CancellationToken.None);

    private static async Task GuessAsync(Visit visit, int times, params (string Name, string? Value)[] changes)
    {
        for (var guess = 0; guess < times; guess++)
        {
            (await visit.Browser.SubmitAsync(await visit.OpenAsync(changes), ("loginId", visit.User.Email!), ("password", "guess"))).AssertStep("login");
        }
    }
}
