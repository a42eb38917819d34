using IdentityServer.Data;
using IdentityServer.Keys;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Keys;

/// <summary>How signing keys come and go, by the test's clock.</summary>
public sealed class KeyRotationTests
{
    [Theory, OnEachDatabase]
    public async Task A_key_is_published_before_it_signs_and_as_long_as_its_tokens_live(DatabaseProvider provider)
    {
        await using var server = await TestServer.StartAsync(provider);
        var party = await RelyingParty.AddAsync(server, settings: made => made with { JwtConfiguration = new() { Enabled = true, TimeToLiveInSeconds = 30 * 86400 } });
        var user = await server.AddUserAsync();
        var first = (await party.GetTokensAsync(user)).Expect();
        var old = await KidsAsync(server);
        Assert.Equal(2, old.Count);

        // A week before the keys retire their successors appear, and sign nothing yet.
        await PassAsync(server, TimeSpan.FromDays(83));
        var both = await KidsAsync(server);
        Assert.Equal(4, both.Count);
        Assert.Superset(old, both);
        var before = (await party.GetTokensAsync(user)).Expect();
        Assert.Contains(KidOf(before.IdToken), old);
        Assert.Contains(KidOf(before.AccessToken), old);

        // Then they sign, and the old ones stay for what they signed.
        await PassAsync(server, TimeSpan.FromDays(7));
        var after = (await party.GetTokensAsync(user)).Expect();
        Assert.DoesNotContain(KidOf(after.IdToken), old);
        Assert.DoesNotContain(KidOf(after.AccessToken), old);
        Assert.Equal(both, await KidsAsync(server));
        await party.VerifyIdTokenAsync(before);
        await party.VerifyAccessTokenAsync(before);
        await party.VerifyIdTokenAsync(after);
        (await party.GetUserInfoAsync(before.AccessToken)).Expect();

        // The last of those has expired by now.
        await PassAsync(server, TimeSpan.FromDays(30));
        Assert.Equal(both.Except(old).Order(), (await KidsAsync(server)).Order());
        Assert.NotEqual(KidOf(first.IdToken), KidOf(after.IdToken));
    }

    [Fact]
    public async Task Nothing_changes_between_rotations()
    {
        await using var server = await TestServer.StartAsync();
        var ring = server.Get<SigningKeyRing>();
        var tag = ring.Document.ETag;

        for (var day = 0; day < 80; day += 20)
        {
            await PassAsync(server, TimeSpan.FromDays(20));
            Assert.Equal(tag, ring.Document.ETag);
        }
    }

    // No server ran for that long: even then a key is published before it signs, and what the old one signed can be verified.
    [Theory]
    [InlineData(100)]
    [InlineData(125)]
    [InlineData(1000)]
    public async Task After_a_long_pause_the_old_key_signs_until_the_new_one_is_known(int days)
    {
        await using var server = await TestServer.StartAsync();
        var party = await RelyingParty.AddAsync(server);
        var user = await server.AddUserAsync();
        var old = await KidsAsync(server);

        await PassAsync(server, TimeSpan.FromDays(days));
        var during = (await party.GetTokensAsync(user)).Expect();
        Assert.Equal(4, (await KidsAsync(server)).Count);
        Assert.Contains(KidOf(during.IdToken), old);
        await party.VerifyIdTokenAsync(during);

        await PassAsync(server, TimeSpan.FromDays(7));
        var after = (await party.GetTokensAsync(user)).Expect();
        Assert.DoesNotContain(KidOf(after.IdToken), old);
        await party.VerifyIdTokenAsync(after);
        Assert.Superset(old, await KidsAsync(server));

        await PassAsync(server, TimeSpan.FromDays(30));
        Assert.Equal(2, (await KidsAsync(server)).Count);
    }

    [Fact]
    public async Task A_restart_goes_on_with_the_same_keys()
    {
        var folder = Directory.CreateTempSubdirectory("identityserver-test-").FullName;
        string tag;
        await using (var server = await TestServer.StartAsync($"DataDirectory={folder}"))
        {
            tag = server.Get<SigningKeyRing>().Document.ETag;
        }

        await using (var server = await TestServer.StartAsync($"DataDirectory={folder}"))
        {
            Assert.Equal(tag, server.Get<SigningKeyRing>().Document.ETag);
        }

        Directory.Delete(folder, recursive: true);
    }

    [PostgresFact]
    public async Task Of_two_nodes_that_rotate_at_once_one_makes_the_key_and_both_sign_with_it()
    {
        await using var nodes = await TwoNodes.StartAsync();
        nodes.First.Clock.Advance(TimeSpan.FromDays(84));
        nodes.Second.Clock.Advance(TimeSpan.FromDays(84));

        await Task.WhenAll(new[] { nodes.First, nodes.Second }.Select(node => Task.Run(() => PassAsync(node, TimeSpan.Zero))));

        Assert.Equal(4, await nodes.First.ReadAsync(db => db.SigningKeys.CountAsync()));
        // A little more than the week, for each node has a clock of its own.
        await PassAsync(nodes.First, TimeSpan.FromDays(7.1));
        await PassAsync(nodes.Second, TimeSpan.FromDays(7.1));
        foreach (var algorithm in new[] { "RS256", "ES256" })
        {
            Assert.Equal(nodes.First.Get<SigningKeyRing>().Signer(algorithm).KeyId, nodes.Second.Get<SigningKeyRing>().Signer(algorithm).KeyId);
        }
    }

    // What the hourly look does.
    private static async Task PassAsync(TestServer server, TimeSpan time)
    {
        server.Clock.Advance(time);
        await server.Get<SigningKeyRing>().EnsureKeysAsync(CancellationToken.None);
        await server.Get<CatalogRefresh>().RefreshAsync(CancellationToken.None);
    }

    private static async Task<HashSet<string>> KidsAsync(TestServer server)
    {
        var keys = (await server.SendAsync(HttpMethod.Get, "/.well-known/jwks.json")).Expect().Json.GetProperty("keys");
        return keys.EnumerateArray().Select(key => key.GetProperty("kid").GetString()!).ToHashSet(StringComparer.Ordinal);
    }

    private static string KidOf(string token) => IndependentJwt.Read(token).Header.GetProperty("kid").GetString()!;
}
