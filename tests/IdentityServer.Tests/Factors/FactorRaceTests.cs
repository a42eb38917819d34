using IdentityServer.Factors;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Factors;

/// <summary>What is good once is good once, whoever asks at the same time and on whichever node.</summary>
public sealed class FactorRaceTests
{
    [PostgresFact]
    public async Task On_two_nodes_a_step_and_a_recovery_code_are_spent_once()
    {
        await using var nodes = await TwoNodes.StartAsync();
        foreach (var recovery in new[] { false, true })
        {
            var user = await nodes.First.AddUserAsync();
            var (app, codes) = await Authenticator.AddWithCodesAsync(nodes.First, user);
            user = await nodes.First.Get<People>().GetAsync(user.Id, CancellationToken.None);

            var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(number =>
                (number % 2 == 0 ? nodes.First : nodes.Second).Get<SecondFactors>().ProveAsync(user, recovery ? codes[0] : app.Code, null, CancellationToken.None)));

            Assert.Single(outcomes.OfType<FactorOutcome.Right>());
        }
    }

    [Theory]
    [OnEachDatabase]
    public async Task Parallel_guesses_all_count(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();
        var app = await Authenticator.AddAsync(server, user);
        user = await server.Get<People>().GetAsync(user.Id, CancellationToken.None);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ =>
            server.Get<SecondFactors>().ProveAsync(user, app.WrongCode, null, CancellationToken.None)));

        Assert.Equal(5, outcomes.OfType<FactorOutcome.Wrong>().Count());
        Assert.Equal(7, outcomes.OfType<FactorOutcome.Wait>().Count());
    }

    [Theory]
    [OnEachDatabase]
    public async Task Of_two_tabs_that_set_up_the_first_factor_one_does(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var user = await server.AddUserAsync();

        var added = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
        {
            var secret = Totp.NewSecret();
            return server.Get<FactorStore>().AddAuthenticatorAsync(user, secret, new Authenticator(server.Clock, secret).Code, null, "test", CancellationToken.None);
        }));

        Assert.Single(added, one => one is not null);
        Assert.Equal(10, await server.ReadAsync(db => db.RecoveryCodes.CountAsync(row => row.UserId == user.Id)));
    }
}
