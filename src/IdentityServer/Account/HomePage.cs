using IdentityServer.Themes;

namespace IdentityServer.Account;

/// <summary>The server's front page: that it runs, who is signed in, and where a developer starts.</summary>
/// <param name="Account">Who is signed in, or null.</param>
/// <param name="ProfileUrl">Where to see and change what is known of oneself.</param>
/// <param name="LogoutUrl">Where to sign out.</param>
/// <param name="DiscoveryUrl">The provider's metadata (OpenID Connect Discovery §4).</param>
public sealed record HomePage(AccountView? Account, string ProfileUrl, string LogoutUrl, string DiscoveryUrl) : IPage<HomePage>
{
    /// <inheritdoc/>
    public static string Template => "home";

    /// <inheritdoc/>
    public static HomePage Sample => new(
        new AccountView("Ada Lovelace", "ada@example.com"), "/account/profile", "/oauth2/logout", "http://localhost:9011/.well-known/openid-configuration");

    /// <inheritdoc/>
    public static IReadOnlyList<HomePage> Samples => [Sample, Sample with { Account = new AccountView("ada") }, Sample with { Account = null }];
}
