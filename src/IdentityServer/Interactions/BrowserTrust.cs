using IdentityServer.Applications;
using IdentityServer.Browsers;
using IdentityServer.Protocol;
using IdentityServer.Users;

namespace IdentityServer.Interactions;

/// <summary>Whether a trusted browser stands in for the second factor; looked up only where that makes a difference.</summary>
public sealed class BrowserTrust(TrustedBrowsers browsers)
{
    /// <summary>Whether it does, for this person, by the browser's secret.</summary>
    public async Task<bool> CountsAsync(
        Application? application, AuthorizeRequest? request, User user, string amr, string? secret, CancellationToken cancellation) =>
        secret is not null
        && SecondFactorRule.Of(application, request, user, amr, trusted: false) != SecondFactorRule.Of(application, request, user, amr, trusted: true)
        && await browsers.AreTrustedAsync(user.Id, secret, application, cancellation);
}
