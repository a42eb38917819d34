using FsCheck;
using FsCheck.Fluent;

namespace IdentityServer.Protocol.Tests;

public class ScopeSetTests
{
    [Fact]
    public void Scopes_keep_their_order_and_each_comes_once()
    {
        var scope = ScopeSet.Parse("openid email openid Email api:read").Value();

        Assert.Equal(["openid", "email", "Email", "api:read"], scope);
        Assert.Equal("openid email Email api:read", scope.ToString());
        Assert.True(scope.Contains("Email"));
        Assert.False(scope.Contains("EMAIL"));
    }

    [Fact]
    public void No_scope_is_the_empty_set()
    {
        Assert.Empty(ScopeSet.Parse(null).Value());
        Assert.Empty(ScopeSet.Parse("").Value());
        Assert.Equal("", ScopeSet.Empty.ToString());
        Assert.True(ScopeSet.Empty.IsSubsetOf(ScopeSet.Empty));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("openid ")]
    [InlineData(" openid")]
    [InlineData("openid  email")]
    [InlineData("openid\temail")]
    [InlineData("open\"id")]
    [InlineData("open\\id")]
    [InlineData("öpenid")]
    public void A_malformed_scope_is_refused(string text) => ScopeSet.Parse(text).Refused(
        "invalid_scope", "invalid_scope", "The scope parameter is not a list of scope names separated by single spaces.");

    [Fact]
    public void A_refresh_may_ask_for_less_but_not_for_more()
    {
        var granted = ScopeSet.Of("openid", "email");

        Assert.True(ScopeSet.Of("email").IsSubsetOf(granted));
        Assert.False(ScopeSet.Of("email", "phone").IsSubsetOf(granted));
    }

    [Fact]
    public void What_is_accepted_is_written_as_it_is_read() => Prop.ForAll<NonNull<string>>(text =>
    {
        if (ScopeSet.Parse(text.Get).Succeeded(out var scope, out _))
            Assert.Equal(scope, ScopeSet.Parse(scope.ToString()).Value());
    }).QuickCheckThrowOnFailure();
}
