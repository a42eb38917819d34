using IdentityServer.Data;
using IdentityServer.Links;

namespace IdentityServer.Logins;

/// <summary>
/// Links that sign in or up: confirming them does nothing yet, for the session is the browser's that asked, and begins at the page
/// of the authorize request on which it waits.
/// </summary>
internal sealed class SignInLinks(LinkPurpose purpose) : ILinkPurpose
{
    /// <inheritdoc/>
    public LinkPurpose Purpose => purpose;

    /// <inheritdoc/>
    public Task<LinkEffect> ConfirmAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token) => Task.FromResult(LinkEffect.GoesOn);

    /// <inheritdoc/>
    public string? Next(Link link, LinkFacts facts) => facts.WaitingUrl;

    /// <inheritdoc/>
    public Task<Guid?> ResendAsync(Link link, LinkFacts facts, string browser, CancellationToken cancellation) => Task.FromResult<Guid?>(null);
}
