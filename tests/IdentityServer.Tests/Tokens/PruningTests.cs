using IdentityServer.Data;
using IdentityServer.Sessions;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Tokens;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Tokens;

public sealed class PruningTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, OnEachDatabase]
    public async Task What_has_expired_goes_and_what_has_not_stays(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider, null, "Sessions:AbsoluteHours=2");
        var (user, application) = (await server.AddUserAsync(), await server.AddApplicationAsync());
        var sessions = server.Get<BrowserSessions>();
        var usual = await sessions.StartAsync(new NewSession { Proof = new(user, AuthenticationType.Password, Amr.Password), Persistent = false }, None);
        var kept = await sessions.StartAsync(new NewSession { Proof = new(user, AuthenticationType.Password, Amr.Password), Persistent = true }, None);
        var authorization = await server.AddAuthorizationAsync(user, application, kept!.Session.Id);
        var (soon, later) = (server.Clock.GetUtcNow().AddMinutes(1), server.Clock.GetUtcNow().AddDays(1));
        await server.Get<Database>().WriteAsync(
            (db, _) =>
            {
                db.Tokens.AddRange(Token(1, soon, authorization.Id), Token(2, later, authorization.Id));
                db.RevokedAccessTokens.AddRange(Enumerable.Range(0, 450).Select(_ => new RevokedAccessToken { Id = Guid.NewGuid(), ExpiresAt = soon }));
                db.RevokedAccessTokens.Add(new RevokedAccessToken { Id = user.Id, ExpiresAt = later });
                db.SpentAssertions.AddRange(new SpentAssertion { Hash = [1], ExpiresAt = soon }, new SpentAssertion { Hash = [2], ExpiresAt = later });
                return Task.CompletedTask;
            },
            None);

        Assert.Equal(0, await server.Get<Pruning>().PruneAsync(None));
        server.Clock.Advance(TimeSpan.FromHours(4));
        Assert.Equal(1 + 1 + 450 + 1, await server.Get<Pruning>().PruneAsync(None));

        Assert.Equal([kept.Session.Id], await server.ReadAsync(db => db.Sessions.Select(row => row.Id).ToListAsync()));
        Assert.NotEqual(usual!.Session.Id, kept.Session.Id);
        Assert.Equal([later], await server.ReadAsync(db => db.Tokens.Select(row => row.ExpiresAt).ToListAsync()));
        Assert.Equal([user.Id], await server.ReadAsync(db => db.RevokedAccessTokens.Select(row => row.Id).ToListAsync()));
        Assert.Equal([later], await server.ReadAsync(db => db.SpentAssertions.Select(row => row.ExpiresAt).ToListAsync()));

        server.Clock.Advance(TimeSpan.FromDays(40));
        await server.Get<Pruning>().PruneAsync(None);
        Assert.Equal(0, await server.ReadAsync(db => db.Authorizations.CountAsync()));
        Assert.Equal(2, await server.ReadAsync(db => db.LoginRecords.CountAsync()));

        server.Clock.Advance(TimeSpan.FromDays(50));
        await server.Get<Pruning>().PruneAsync(None);
        Assert.Equal(0, await server.ReadAsync(db => db.LoginRecords.CountAsync()));
    }

    private static Token Token(byte number, DateTimeOffset expires, Guid authorizationId) => new()
    {
        Id = Guid.NewGuid(),
        AuthorizationId = authorizationId,
        Type = TokenType.Refresh,
        Hash = [number],
        CreatedAt = expires,
        ExpiresAt = expires,
    };
}
