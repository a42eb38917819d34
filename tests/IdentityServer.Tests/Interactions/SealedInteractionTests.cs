using System.Buffers.Text;
using IdentityServer.Interactions;
using IdentityServer.Protocol;
using IdentityServer.Tests.Fixtures;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityServer.Tests.Interactions;

/// <summary>What a page remembers is worth something for its own request and session, for a while, and nothing anywhere else.</summary>
public sealed class SealedInteractionTests
{
    private static readonly Interaction Facts = new(Guid.CreateVersion7(), Authenticated: true, Consented: true);

    private readonly TestClock clock = new();
    private readonly SealedInteraction sealing;

    public SealedInteractionTests() => sealing = new(new EphemeralDataProtectionProvider(), clock);

    [Fact]
    public void The_same_request_and_session_open_it() =>
        Assert.Equal(Facts, sealing.Open(sealing.Seal(Facts, Request("a=1&b=2")), Request("a=1&b=2"), Facts.SessionId));

    [Theory]
    [InlineData("a=1")]
    [InlineData("a=1&b=3")]
    [InlineData("a=1&b=2&c=3")]
    [InlineData("b=2&a=1")]
    [InlineData("a=1b=2")]
    [InlineData("a=1&b=2&resource=https://api.example")]
    public void Another_request_does_not(string other) =>
        Assert.Null(sealing.Open(sealing.Seal(Facts, Request("a=1&b=2")), Request(other), Facts.SessionId));

    [Fact]
    public void The_page_s_language_may_change_meanwhile() =>
        Assert.NotNull(sealing.Open(sealing.Seal(Facts, Request("a=1")), Request("a=1&locale=de&ui_locales=de"), Facts.SessionId));

    [Fact]
    public void Another_session_does_not() =>
        Assert.Null(sealing.Open(sealing.Seal(Facts, Request("a=1")), Request("a=1"), Guid.CreateVersion7()));

    [Fact]
    public void It_lasts_fifteen_minutes()
    {
        var text = sealing.Seal(Facts, Request("a=1"));

        clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(sealing.Open(text, Request("a=1"), Facts.SessionId));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(sealing.Open(text, Request("a=1"), Facts.SessionId));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("no base64url!")]
    [InlineData("{\"Interaction\":{}}")]
    public void Whatever_else_comes_opens_to_nothing(string? text) => Assert.Null(sealing.Open(text, Request("a=1"), Facts.SessionId));

    [Fact]
    public void A_changed_bit_breaks_the_seal()
    {
        var bytes = Base64Url.DecodeFromChars(sealing.Seal(Facts, Request("a=1")));

        foreach (var at in (int[])[0, bytes.Length / 2, bytes.Length - 1])
        {
            bytes[at] ^= 1;
            Assert.Null(sealing.Open(Base64Url.EncodeToString(bytes), Request("a=1"), Facts.SessionId));
            bytes[at] ^= 1;
        }
    }

    private static RequestParameters Request(string query)
    {
        var pairs = query.Split('&').Select(pair => pair.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]));
        Assert.False(RequestParameters.Parse(pairs).Failed(out _, out var parameters));
        return parameters!;
    }
}
