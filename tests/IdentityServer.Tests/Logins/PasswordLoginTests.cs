using System.Net;
using IdentityServer.Data;
using IdentityServer.Logins;
using IdentityServer.Registrations;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace IdentityServer.Tests.Logins;

public sealed class PasswordLoginTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnEachDatabase]
    public async Task The_right_password_signs_in_and_is_noted(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        var application = await server.AddApplicationAsync();
        var user = await server.AddUserAsync(application: application);
        await AttemptAsync(server, user, "wrong");
        server.Clock.Advance(TimeSpan.FromMinutes(3));

        var outcome = await server.Get<PasswordLogin>().AttemptAsync(new(user.Email!, TestServer.Password, application, IPAddress.Loopback), None);

        Assert.Equal(user.Id, Assert.IsType<LoginOutcome.SignedIn>(outcome).User.Id);
        var stored = await server.Get<People>().GetAsync(user.Id, None);
        Assert.Equal(server.Clock.GetUtcNow(), stored.LastLoginAt);
        Assert.Equal(0, stored.AccessFailedCount);
        Assert.Equal(server.Clock.GetUtcNow(), (await server.Get<Registrar>().FindAsync(user.Id, application.Id, None))!.LastLoginAt);
        Assert.Equal(1, await server.ReadAsync(db => db.AuditEntries.CountAsync(entry => entry.Actor == user.Id.ToString() && entry.Message == "signed in")));
    }

    [Fact]
    public async Task Nobody_and_a_wrong_password_look_alike()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync();
        var withoutPassword = await server.AddUserAsync(change: wanted => wanted with { Password = null });
        var login = server.Get<PasswordLogin>();

        var wrong = await AttemptAsync(server, user, "wrong");

        Assert.IsType<LoginOutcome.WrongCredentials>(wrong);
        Assert.Equal(wrong, await AttemptAsync(server, withoutPassword, ""));
        Assert.Equal(wrong, await AttemptAsync(server, user, new string('x', 300)));
        foreach (var nobody in new[] { "nobody@example.com", "nobody", "no\u0000body", "\ud800", "", "@", new string('x', 5000) })
        {
            Assert.Equal(wrong, await login.AttemptAsync(new(nobody, TestServer.Password, null, null), None));
        }
    }

    [Fact]
    public async Task A_hash_is_computed_and_a_row_written_whether_or_not_the_person_exists()
    {
        var hasher = new CountingHasher();
        await using var server = await TestServer.StartAsync(DatabaseProvider.Sqlite, services => services.AddSingleton<IPasswordHasher<User>>(hasher));
        var user = await server.AddUserAsync();
        await server.Get<PasswordLogin>().AttemptAsync(new("warm@example.com", "x", null, null), None); // Makes the decoy's hash.

        var (hashes, writes) = (hasher.Verified, await FailuresElsewhereAsync(server));
        await AttemptAsync(server, user, "wrong");
        Assert.Equal(hashes + 1, hasher.Verified);
        await server.Get<PasswordLogin>().AttemptAsync(new("nobody@example.com", "wrong", null, null), None);
        Assert.Equal(hashes + 2, hasher.Verified);
        Assert.Equal(writes + 1, await FailuresElsewhereAsync(server));
    }

    [Theory, OnEachDatabase]
    public async Task Wrong_passwords_at_once_are_all_counted(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => AttemptAsync(server, user, "wrong"))));

        Assert.Equal(4, (await server.Get<People>().GetAsync(user.Id, None)).AccessFailedCount);
    }

    [Theory, OnEachDatabase]
    public async Task A_flood_of_guesses_locks_the_account_once(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => AttemptAsync(server, user, "wrong"))));

        var stored = await server.Get<People>().GetAsync(user.Id, None);
        Assert.Equal((1, 0), (stored.LockoutCount, stored.AccessFailedCount));
        Assert.Equal(server.Clock.GetUtcNow().AddMinutes(1), stored.LockoutEnd);
    }

    [Theory, OnEachDatabase]
    public async Task A_locked_account_answers_like_a_wrong_password_and_keeps_its_sessions(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        var user = await server.AddUserAsync();
        var session = await server.Get<BrowserSessions>().StartAsync(new NewSession { Proof = new(user, AuthenticationType.Password, Amr.Password), Persistent = false }, None);
        var wrong = await LockAsync(server, user);

        Assert.Equal(wrong, await AttemptAsync(server, user, TestServer.Password));
        Assert.NotNull(await server.Get<BrowserSessions>().FindAsync(session!.Secret, None));

        server.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.IsType<LoginOutcome.SignedIn>(await AttemptAsync(server, user, TestServer.Password));
    }

    [Fact]
    public async Task Failures_during_a_lock_do_not_prolong_it()
    {
        await using var server = await TestServer.StartAsync("RateLimits:Enabled=false");
        var user = await server.AddUserAsync();
        await LockAsync(server, user);
        var end = (await server.Get<People>().GetAsync(user.Id, None)).LockoutEnd;

        server.Clock.Advance(TimeSpan.FromSeconds(30));
        await LockAsync(server, user);

        Assert.Equal(end, (await server.Get<People>().GetAsync(user.Id, None)).LockoutEnd);
    }

    [Fact]
    public async Task Each_lock_is_twice_as_long_up_to_an_hour_and_a_right_password_begins_anew()
    {
        await using var server = await TestServer.StartAsync("RateLimits:Enabled=false");
        var user = await server.AddUserAsync();

        foreach (var minutes in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            await LockAsync(server, user);
            Assert.Equal(server.Clock.GetUtcNow().AddMinutes(minutes), (await server.Get<People>().GetAsync(user.Id, None)).LockoutEnd);
            server.Clock.Advance(TimeSpan.FromMinutes(minutes));
        }

        Assert.IsType<LoginOutcome.SignedIn>(await AttemptAsync(server, user, TestServer.Password));
        await LockAsync(server, user);
        Assert.Equal(server.Clock.GetUtcNow().AddMinutes(1), (await server.Get<People>().GetAsync(user.Id, None)).LockoutEnd);
    }

    [Fact]
    public async Task What_bars_an_account_is_told_to_those_who_know_the_password_only()
    {
        var server = await TestServer.SharedAsync();
        var now = server.Clock.GetUtcNow();
        var disabled = await server.AddUserAsync();
        await server.Get<People>().DeactivateAsync(disabled.Id, "test", None);
        var expired = await server.AddUserAsync(change: wanted => wanted with { ExpiresAt = now });
        var changeRequired = await server.AddUserAsync(change: wanted => wanted with { PasswordChangeRequired = true });

        Assert.IsType<LoginOutcome.Disabled>(await AttemptAsync(server, disabled, TestServer.Password));
        Assert.IsType<LoginOutcome.Expired>(await AttemptAsync(server, expired, TestServer.Password));
        Assert.IsType<LoginOutcome.PasswordChangeRequired>(await AttemptAsync(server, changeRequired, TestServer.Password));
        foreach (var user in new[] { disabled, expired, changeRequired })
        {
            Assert.IsType<LoginOutcome.WrongCredentials>(await AttemptAsync(server, user, "wrong"));
        }
    }

    [Theory, OnEachDatabase]
    public async Task A_hash_of_an_older_make_is_replaced_at_sign_in(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var weaker = new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = 10 }));
        var user = await server.AddUserAsync();
        var old = weaker.HashPassword(user, TestServer.Password);
        await server.Get<Database>().WriteAsync(
            (db, token) => db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.PasswordHash, old), token), None);

        Assert.IsType<LoginOutcome.SignedIn>(await AttemptAsync(server, user, TestServer.Password));

        Assert.NotEqual(old, (await server.Get<People>().GetAsync(user.Id, None)).PasswordHash);
        Assert.IsType<LoginOutcome.SignedIn>(await AttemptAsync(server, user, TestServer.Password));
    }

    [Fact]
    public async Task A_password_counts_in_its_normal_form()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync(change: wanted => wanted with { Password = "grüne Möhren im Schnee" });

        Assert.IsType<LoginOutcome.SignedIn>(await AttemptAsync(server, user, "gru\u0308ne Mo\u0308hren im Schnee"));
    }

    [Fact]
    public async Task An_address_that_fails_too_often_is_slowed_down_and_others_are_not()
    {
        await using var server = await TestServer.StartAsync();
        var user = await server.AddUserAsync();
        var login = server.Get<PasswordLogin>();
        var (home, neighbour, away) = (IPAddress.Parse("2001:db8:1:2::1"), IPAddress.Parse("2001:db8:1:2:ffff::9"), IPAddress.Parse("2001:db8:1:3::1"));

        for (var number = 0; number < 30; number++)
        {
            Assert.IsType<LoginOutcome.WrongCredentials>(await login.AttemptAsync(new($"nobody{number}@example.com", "wrong", null, home), None));
        }

        var throttled = Assert.IsType<LoginOutcome.Throttled>(await login.AttemptAsync(new(user.Email!, TestServer.Password, null, neighbour), None));
        Assert.IsType<LoginOutcome.SignedIn>(await login.AttemptAsync(new(user.Email!, TestServer.Password, null, away), None));
        server.Clock.Advance(throttled.RetryAfter);
        Assert.IsType<LoginOutcome.SignedIn>(await login.AttemptAsync(new(user.Email!, TestServer.Password, null, home), None));
    }

    [Fact]
    public async Task Sign_ins_that_succeed_do_not_count_against_an_address()
    {
        await using var server = await TestServer.StartAsync();
        var user = await server.AddUserAsync();

        for (var number = 0; number < 40; number++)
        {
            Assert.IsType<LoginOutcome.SignedIn>(await AttemptAsync(server, user, TestServer.Password));
        }
    }

    private static Task<LoginOutcome> AttemptAsync(TestServer server, User user, string password) =>
        server.Get<PasswordLogin>().AttemptAsync(new(user.Email!, password, null, IPAddress.Loopback), None);

    private static async Task<LoginOutcome> LockAsync(TestServer server, User user)
    {
        LoginOutcome outcome = null!;
        for (var attempt = 0; attempt < 5; attempt++)
        {
            outcome = await AttemptAsync(server, user, "wrong");
        }

        return outcome;
    }

    private static Task<long> FailuresElsewhereAsync(TestServer server) =>
        server.ReadAsync(db => db.Markers.Where(marker => marker.Name == "failed-logins-elsewhere").Select(marker => marker.Value).FirstOrDefaultAsync());

    private sealed class CountingHasher : IPasswordHasher<User>
    {
        private readonly PasswordHasher<User> inner = new(Options.Create(new PasswordHasherOptions { IterationCount = 10 }));
        private int verified;

        public int Verified => verified;

        public string HashPassword(User user, string password) => inner.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(User user, string hashedPassword, string providedPassword)
        {
            Interlocked.Increment(ref verified);
            return inner.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
