using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>The server's front page: that it runs, who is signed in, and where a developer starts.</summary>
/// <param name="Account">Who is signed in, or null.</param>
/// <param name="AccountUrl">Where one's account is.</param>
/// <param name="LogoutUrl">Where to sign out.</param>
/// <param name="DiscoveryUrl">The provider's metadata (OpenID Connect Discovery §4).</param>
public sealed record HomePage(AccountView? Account, string AccountUrl, string LogoutUrl, string DiscoveryUrl) : IPage<HomePage>
{
    /// <inheritdoc/>
    public static string Template => "home";

    /// <inheritdoc/>
    public static HomePage Sample => new(
        new AccountView("Ada Lovelace", "ada@example.com"), "/account", "/oauth2/logout", "http://localhost:9011/.well-known/openid-configuration");

    /// <inheritdoc/>
    public static IReadOnlyList<HomePage> Samples => [Sample, Sample with { Account = new AccountView("ada") }, Sample with { Account = null }];
}
