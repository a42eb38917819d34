using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using IdentityServer.Factors;
using IdentityServer.Users;

namespace IdentityServer.Tests.Fixtures;

/// <summary>A person's authenticator app: RFC 4226 and 6238 in its own few lines, so that the server's code does not check itself.</summary>
public sealed class Authenticator(TimeProvider clock, byte[] secret)
{
    /// <summary>What it shares with the server.</summary>
    public byte[] Secret => secret;

    /// <summary>The code that it shows now.</summary>
    public string Code => CodeAt(0);

    /// <summary>The code that it shows so many steps later.</summary>
    public string CodeAt(int steps)
    {
        var counter = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(counter, (ulong)((clock.GetUtcNow().ToUnixTimeSeconds() / 30) + steps));
#pragma warning disable CA5350 // What the RFC says.
        var mac = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var offset = mac[19] & 15;
        var number = ((mac[offset] & 127) << 24) | (mac[offset + 1] << 16) | (mac[offset + 2] << 8) | mac[offset + 3];
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>A code that is none of those around now.</summary>
    public string WrongCode => Enumerable.Range(0, 1000).Select(number => number.ToString("D6", CultureInfo.InvariantCulture))
        .First(code => Enumerable.Range(-2, 5).All(step => CodeAt(step) != code));

    /// <summary>Gives a person an authenticator, set up a minute ago, so that the code of now is still good.</summary>
    public static async Task<Authenticator> AddAsync(TestServer server, User user) => (await AddWithCodesAsync(server, user)).App;

    /// <summary>Gives a person who has one another.</summary>
    public static async Task AddAnotherAsync(TestServer server, User user)
    {
        var app = new Authenticator(server.Clock, RandomNumberGenerator.GetBytes(20));
        var now = await server.Get<People>().GetAsync(user.Id, CancellationToken.None);
        Assert.NotNull(await server.Get<FactorStore>().AddAuthenticatorAsync(now, app.Secret, app.CodeAt(-1), null, "test", CancellationToken.None));
    }

    /// <summary>The same, with the recovery codes.</summary>
    public static async Task<(Authenticator App, IReadOnlyList<string> RecoveryCodes)> AddWithCodesAsync(TestServer server, User user)
    {
        var secret = RandomNumberGenerator.GetBytes(20);
        var app = new Authenticator(server.Clock, secret);
        var now = await server.Get<People>().GetAsync(user.Id, CancellationToken.None);
        var added = await server.Get<FactorStore>().AddAuthenticatorAsync(now, secret, app.CodeAt(-1), "Phone", "test", CancellationToken.None);
        return (app, added!.RecoveryCodes!);
    }

    /// <summary>The app that scanned the page's picture: reads the key that stands beside it.</summary>
    public static Authenticator Scan(TestServer server, BrowserPage page)
    {
        var bits = string.Concat(page.Document.QuerySelector(".secret code")!.TextContent.Where(char.IsAsciiLetterOrDigit)
            .Select(letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return new(server.Clock, [.. Enumerable.Range(0, bits.Length / 8).Select(index => Convert.ToByte(bits.Substring(index * 8, 8), 2))]);
    }
}
