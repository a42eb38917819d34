using System.Net;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Quotas;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Email;

public sealed class MailLimitTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory, OnEachDatabase]
    public async Task Of_many_at_once_so_many_pass_as_may(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        var passed = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => TryAsync(server, "ada@example.com")));

        Assert.Equal(5, passed.Count(one => one));
        Assert.True(await TryAsync(server, "grace@example.com"));
        server.Clock.Advance(Hour);
        Assert.True(await TryAsync(server, "ada@example.com"));
        Assert.Equal(2, await server.ReadAsync(db => db.Quotas.CountAsync()));
    }

    [Theory, OnEachDatabase]
    public async Task What_is_rolled_back_was_not_counted(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.Get<Database>().WriteAsync(
            async (db, token) =>
            {
                Assert.True(await server.Get<QuotaCounter>().TryCountAsync(db, "test", "ada", 1, Hour, token));
                throw new InvalidOperationException("Something else went wrong.");
            },
            None));

        Assert.Equal(0, await server.ReadAsync(db => db.Quotas.CountAsync()));
    }

    [Fact]
    public async Task Each_limit_holds_by_itself()
    {
        await using var server = await TestServer.StartAsync();
        var (user, application) = (Guid.NewGuid(), Guid.NewGuid());
        var wish = new MailWish(MailPurpose.SignIn, "ada@example.com") { UserId = user, ApplicationId = application, RemoteAddress = IPAddress.Parse("2001:db8::1") };

        Assert.Equal(8, await CountAsync(server, 20, _ => wish));
        Assert.Equal(8, await CountAsync(server, 20, _ => wish with { Purpose = MailPurpose.ChangePassword }));
        Assert.Equal(0, await CountAsync(server, 1, _ => wish with { UserId = null }));
        Assert.Equal(0, await CountAsync(server, 1, _ => wish with { AddressKey = "new@example.com" }));

        // It asked for 42 so far, and may for 60, whatever the address in it.
        Assert.Equal(18, await CountAsync(server, 50, number => new(MailPurpose.SignIn, $"{number}@example.com") { RemoteAddress = IPAddress.Parse($"2001:db8::{number + 1}") }));
        Assert.Equal(1, await CountAsync(server, 1, _ => new(MailPurpose.SignIn, "b@example.com") { RemoteAddress = IPAddress.Parse("2001:db8:0:1::1") }));
    }

    [Fact]
    public async Task A_flood_of_notices_ends_without_the_change_failing()
    {
        await using var server = await Mailbox.StartServerAsync();
        var user = await server.AddUserAsync();
        for (var number = 0; number < 25; number++)
        {
            await OutboxTests.QueueAsync(server, user);
        }

        await server.SettledAsync();
        Assert.Equal(20, server.SentTo(user.Email!).Count);
    }

    private static Task<bool> TryAsync(TestServer server, string subject) => server.Get<Database>().WriteAsync(
        (db, token) => server.Get<QuotaCounter>().TryCountAsync(db, "test", subject, 5, Hour, token), None);

    private static async Task<int> CountAsync(TestServer server, int tries, Func<int, MailWish> wish)
    {
        var passed = 0;
        for (var number = 0; number < tries; number++)
        {
            passed += await server.Get<Database>().WriteAsync((db, token) => server.Get<MailLimits>().TryCountAsync(db, wish(number), token), None) ? 1 : 0;
        }

        return passed;
    }
}
