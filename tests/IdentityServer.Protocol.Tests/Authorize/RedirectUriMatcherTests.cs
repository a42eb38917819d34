using FsCheck;
using FsCheck.Fluent;

namespace IdentityServer.Protocol.Tests;

public class RedirectUriMatcherTests
{
    [Theory]
    [InlineData("https://app.example/cb", "https://app.example/cb")]
    [InlineData("http://localhost:5000/callback", "http://localhost:5000/callback")]
    [InlineData("com.example.app:/cb", "com.example.app:/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb")]
    [InlineData("http://127.0.0.1:3000/cb", "http://127.0.0.1:51004/cb")]
    [InlineData("http://127.0.0.1:3000/cb", "http://127.0.0.1/cb")]
    [InlineData("http://127.0.0.1:3000/cb?x=1", "http://127.0.0.1:1/cb?x=1")]
    [InlineData("http://127.0.0.1", "http://127.0.0.1:65535")]
    [InlineData("http://[::1]/cb", "http://[::1]:51004/cb")]
    public void Equal_or_another_port_on_a_loopback_literal(string registered, string requested) =>
        Assert.True(RedirectUriMatcher.Matches(requested, ["https://other.example/", registered]));

    [Theory]
    [InlineData("https://app.example/cb", "https://app.example/CB")]
    [InlineData("https://app.example/cb", "https://APP.example/cb")]
    [InlineData("https://app.example/cb", "https://app.example/cb/")]
    [InlineData("https://app.example/cb", "https://app.example:443/cb")]
    [InlineData("https://app.example/cb", "https://app.example/cb?")]
    [InlineData("https://app.example/cb", "https://app.example/cb#")]
    [InlineData("https://app.example/cb", "https://app.example/x/../cb")]
    [InlineData("https://app.example/cb", "https://app.example/%63b")]
    [InlineData("https://app.example/cb", "https://app.example/cb ")]
    [InlineData("https://app.example/cb", "https://app.example.evil.example/cb")]
    [InlineData("https://app.example/cb", "https://app.example@evil.example/cb")]
    [InlineData("https://app.example/", "https://app.example")]
    [InlineData("http://localhost:5000/cb", "http://localhost:5001/cb")]
    [InlineData("http://localhost/cb", "http://127.0.0.1/cb")]
    [InlineData("http://127.0.0.1/cb", "http://[::1]/cb")]
    [InlineData("http://127.0.0.1/cb", "https://127.0.0.1/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:0/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:+80/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:80/other")]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:80/cb?x")]
    [InlineData("http://127.0.0.1.evil.example/cb", "http://127.0.0.1.evil.example:80/cb")]
    [InlineData("http://127.0.0.10/cb", "http://127.0.0.10:80/cb")]
    [InlineData("https://127.0.0.1/cb", "https://127.0.0.1:80/cb")]
    public void Nothing_else(string registered, string requested) =>
        Assert.False(RedirectUriMatcher.Matches(requested, [registered]));

    [Fact]
    public void Nothing_matches_where_nothing_is_registered() =>
        Assert.False(RedirectUriMatcher.Matches("https://app.example/cb", []));

    [Fact]
    public void Every_address_matches_itself() => Prop.ForAll<NonEmptyString>(uri =>
        RedirectUriMatcher.Matches(uri.Get, ["https://app.example/cb", uri.Get])).QuickCheckThrowOnFailure();

    [Fact]
    public void An_address_off_this_machine_matches_only_itself()
    {
        const string registered = "https://app.example/cb?tenant=1";

        Prop.ForAll(Mutations(registered), requested =>
            RedirectUriMatcher.Matches(requested, [registered]) == (requested == registered)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void On_a_loopback_literal_nothing_but_the_port_is_free()
    {
        const string registered = "http://127.0.0.1:8080/cb";

        Prop.ForAll(Mutations(registered), requested =>
        {
            if (!RedirectUriMatcher.Matches(requested, [registered]))
                return;

            var uri = new Uri(requested);
            Assert.Equal(("http", "127.0.0.1", "/cb", "", ""), (uri.Scheme, uri.Host, uri.PathAndQuery, uri.Fragment, uri.UserInfo));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void On_a_loopback_literal_every_port_is_free() => Prop.ForAll(
        Gen.Choose(1, 65535).ToArbitrary(),
        port => RedirectUriMatcher.Matches($"http://[::1]:{port}/cb", ["http://[::1]/cb"])).QuickCheckThrowOnFailure();

    // The registered address with up to three characters replaced, removed or inserted.
    private static Arbitrary<string> Mutations(string uri)
    {
        var edit =
            from index in Gen.Choose(0, uri.Length)
            from remove in Gen.Choose(0, 2)
            from insert in Gen.Elements("", "", "0", "1", "9", ".", ":", "/", "@", "?", "#", "%2F", "\\", "a", " ", "80", "[", "]")
            select (index, remove, insert);

        return (from edits in edit.ListOf()
                select edits.Take(3).Aggregate(uri, (text, next) =>
                {
                    var start = Math.Min(next.index, text.Length);
                    return text.Remove(start, Math.Min(next.remove, text.Length - start)).Insert(start, next.insert);
                })).ToArbitrary();
    }
}
