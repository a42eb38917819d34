using IdentityServer.Authorizations;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Sessions;

public sealed class BrowserSessionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnEachDatabase]
    public async Task A_session_is_found_with_its_person_by_its_secret_alone(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();

        var started = await StartAsync(server, user);
        var found = await server.Get<BrowserSessions>().FindAsync(started.Secret, None);

        Assert.Equal((started.Session.Id, user.Id, user.Email), (found!.Session.Id, found.User.Id, found.User.Email));
        Assert.Equal(64, started.Secret.Length); // 256 bits.
        Assert.Null(await server.Get<BrowserSessions>().FindAsync(started.Session.Id.ToString(), None));
        Assert.Null(await server.Get<BrowserSessions>().FindAsync(new string('x', 5000), None));
        Assert.Null(await server.Get<BrowserSessions>().FindAsync(null, None));
    }

    [Theory, OnEachDatabase]
    public async Task A_new_sign_in_changes_the_id_and_kills_the_old_one(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, application) = (await server.AddUserAsync(), await server.AddApplicationAsync());
        var first = await StartAsync(server, user);
        var authorization = await server.AddAuthorizationAsync(user, application, first.Session.Id);

        var second = await StartAsync(server, user, previous: first.Secret);

        Assert.NotEqual(first.Session.Id, second.Session.Id);
        Assert.NotEqual(first.Secret, second.Secret);
        Assert.Null(await server.Get<BrowserSessions>().FindAsync(first.Secret, None));
        Assert.NotNull(await server.Get<BrowserSessions>().FindAsync(second.Secret, None));
        var stored = await server.ReadAsync(db => db.Authorizations.SingleAsync(row => row.Id == authorization.Id));
        Assert.Equal((AuthorizationStatus.Valid, second.Session.Id), (stored.Status, stored.SessionId!.Value));
    }

    [Theory, OnEachDatabase]
    public async Task Somebody_else_signing_in_is_another_account_beside_the_first(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, other, application) = (await server.AddUserAsync(), await server.AddUserAsync(), await server.AddApplicationAsync());
        var first = await StartAsync(server, user);
        var authorization = await server.AddAuthorizationAsync(user, application, first.Session.Id);

        var second = await StartAsync(server, other, previous: first.Secret);

        Assert.Equal([first.Secret], second.Others);
        Assert.NotNull(await server.Get<BrowserSessions>().FindAsync(first.Secret, None));
        Assert.Equal(AuthorizationStatus.Valid, await StatusAsync(server, authorization));
    }

    [Theory, OnEachDatabase]
    public async Task The_end_of_a_session_revokes_what_was_allowed_in_it(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (user, application) = (await server.AddUserAsync(), await server.AddApplicationAsync());
        var (ended, kept) = (await StartAsync(server, user), await StartAsync(server, user));
        var (revoked, valid) = (await server.AddAuthorizationAsync(user, application, ended.Session.Id), await server.AddAuthorizationAsync(user, application, kept.Session.Id));

        Assert.True(await server.Get<BrowserSessions>().EndAsync(ended.Session.Id, None));
        Assert.False(await server.Get<BrowserSessions>().EndAsync(ended.Session.Id, None));

        Assert.Null(await server.Get<BrowserSessions>().FindAsync(ended.Secret, None));
        Assert.NotNull(await server.Get<BrowserSessions>().FindAsync(kept.Secret, None));
        Assert.Equal(AuthorizationStatus.Revoked, await StatusAsync(server, revoked));
        Assert.Equal(AuthorizationStatus.Valid, await StatusAsync(server, valid));
    }

    [Theory, OnEachDatabase]
    public async Task A_session_ends_when_it_is_not_used(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider, null, "Sessions:IdleMinutes=20");
        var user = await server.AddUserAsync();
        var started = await StartAsync(server, user);

        for (var use = 0; use < 4; use++)
        {
            server.Clock.Advance(TimeSpan.FromMinutes(15));
            Assert.NotNull(await server.Get<BrowserSessions>().FindAsync(started.Secret, None));
        }

        server.Clock.Advance(TimeSpan.FromMinutes(21));
        Assert.Null(await server.Get<BrowserSessions>().FindAsync(started.Secret, None));
    }

    [Fact]
    public async Task The_last_use_is_written_rarely()
    {
        await using var server = await TestServer.StartAsync();
        var started = await StartAsync(server, await server.AddUserAsync());

        server.Clock.Advance(TimeSpan.FromMinutes(4));
        await server.Get<BrowserSessions>().FindAsync(started.Secret, None);
        Assert.Equal(started.Session.LastSeenAt, await LastSeenAsync(server, started));

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await server.Get<BrowserSessions>().FindAsync(started.Secret, None);
        Assert.Equal(server.Clock.GetUtcNow(), await LastSeenAsync(server, started));
    }

    [Fact]
    public async Task A_session_ends_absolutely_and_a_kept_one_later()
    {
        await using var server = await TestServer.StartAsync("Sessions:IdleMinutes=1440", "Sessions:AbsoluteHours=2", "Sessions:KeepSignedInDays=3");
        var user = await server.AddUserAsync();
        var (usual, kept) = (await StartAsync(server, user), await StartAsync(server, user, persistent: true));

        server.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(await server.Get<BrowserSessions>().FindAsync(usual.Secret, None));
        server.Clock.Advance(TimeSpan.FromHours(69));
        Assert.NotNull(await server.Get<BrowserSessions>().FindAsync(kept.Secret, None));
        server.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Null(await server.Get<BrowserSessions>().FindAsync(kept.Secret, None));
    }

    [Fact]
    public async Task The_session_of_a_person_whose_account_has_expired_is_dead()
    {
        await using var server = await TestServer.StartAsync();
        var user = await server.AddUserAsync(change: wanted => wanted with { ExpiresAt = server.Clock.GetUtcNow().AddMinutes(1) });
        var started = await StartAsync(server, user);

        server.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(await server.Get<BrowserSessions>().FindAsync(started.Secret, None));
    }

    [Theory, OnEachDatabase]
    public async Task No_session_begins_for_a_person_who_was_shut_out_or_got_a_new_password_since_the_proof(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var (disabled, changed) = (await server.AddUserAsync(), await server.AddUserAsync());
        await server.Get<People>().DeactivateAsync(disabled.Id, "test", None);
        await server.Get<People>().UpdateAsync(changed.Id, user => UserDetails.Of(user), "another good password", "test", None);

        foreach (var user in new[] { disabled, changed })
        {
            Assert.Null(await server.Get<BrowserSessions>().StartAsync(new NewSession { Proof = new(user, AuthenticationType.Password, Amr.Password), Persistent = false }, None));
        }
    }

    [Fact]
    public async Task The_database_does_not_hold_the_secret()
    {
        var server = await TestServer.SharedAsync();
        var started = await StartAsync(server, await server.AddUserAsync());

        var stored = await server.ReadAsync(db => db.Sessions.SingleAsync(row => row.Id == started.Session.Id));

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(started.Secret)), stored.SecretHash);
    }

    private static async Task<StartedSession> StartAsync(TestServer server, User user, bool persistent = false, string? previous = null) =>
        (await server.Get<BrowserSessions>().StartAsync(
            new NewSession { Proof = new(user, AuthenticationType.Password, Amr.Password), Persistent = persistent, PreviousSecret = previous, UserAgent = new string('a', 500) }, None))!;

    private static Task<AuthorizationStatus> StatusAsync(TestServer server, Authorization authorization) =>
        server.ReadAsync(db => db.Authorizations.Where(row => row.Id == authorization.Id).Select(row => row.Status).SingleAsync());

    private static Task<DateTimeOffset> LastSeenAsync(TestServer server, StartedSession started) =>
        server.ReadAsync(db => db.Sessions.Where(row => row.Id == started.Session.Id).Select(row => row.LastSeenAt).SingleAsync());
}
