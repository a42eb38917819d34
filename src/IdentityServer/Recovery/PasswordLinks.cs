using IdentityServer.Data;
using IdentityServer.Links;

namespace IdentityServer.Recovery;

/// <summary>Links for a new or a first password: once confirmed, the browser goes on to the page that asks for it.</summary>
internal sealed class PasswordLinks(LinkPurpose purpose, PasswordReset reset) : ILinkPurpose
{
    /// <inheritdoc/>
    public LinkPurpose Purpose => purpose;

    /// <inheritdoc/>
    public Task<LinkEffect> ConfirmAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token) => Task.FromResult(LinkEffect.GoesOn);

    /// <inheritdoc/>
    public string? Next(Link link, LinkFacts facts) => $"{Paths.NewPassword}/{link.Id}";

    /// <inheritdoc/>
    public Task<Guid?> ResendAsync(Link link, LinkFacts facts, string browser, CancellationToken cancellation) => reset.AskAgainAsync(link, facts, browser, cancellation);
}
