using IdentityServer.Data;

namespace IdentityServer.Links;

/// <summary>
/// What a link of one purpose does. Whoever sends such links implements it and adds it to the services; the pages for opening and
/// waiting serve all. Their sentences are <c>link.{purpose}.*</c> in the messages.
/// </summary>
public interface ILinkPurpose
{
    /// <summary>The purpose.</summary>
    LinkPurpose Purpose { get; }

    /// <summary>
    /// Acts, in the transaction in which the person confirmed, on the link that is theirs. Not called where the browser that asked
    /// acts by itself, at the page on which it waits.
    /// </summary>
    Task<LinkEffect> ConfirmAsync(ServerDbContext db, Link link, LinkFacts facts, CancellationToken token);

    /// <summary>Where the browser that holds the confirmed link goes on, by a GET; null: a page says that it is done.</summary>
    string? Next(Link link, LinkFacts facts);

    /// <summary>
    /// Sends another one in its place, to the same address, asked for by the same browser, and returns its id; null: not so soon.
    /// Called for the general waiting page only.
    /// </summary>
    Task<Guid?> ResendAsync(Link link, LinkFacts facts, string browser, CancellationToken cancellation);
}

/// <summary>What a confirmed link did.</summary>
public enum LinkEffect
{
    /// <summary>All that there was to do; the link is spent.</summary>
    Done,

    /// <summary>Nothing yet: the browser that holds it goes on, and its next page spends the link.</summary>
    GoesOn,

    /// <summary>Nothing: what it was about is not so any more. The link is spent.</summary>
    Refused,
}

/// <summary>Finds what a purpose does: of several for the same, what was registered last, as everywhere among services.</summary>
public sealed class LinkPurposes(IEnumerable<ILinkPurpose> purposes)
{
    private readonly Dictionary<LinkPurpose, ILinkPurpose> byPurpose =
        purposes.GroupBy(purpose => purpose.Purpose).ToDictionary(same => same.Key, same => same.Last());

    /// <summary>What it does; null: links of this purpose have no page.</summary>
    public ILinkPurpose? Find(LinkPurpose purpose) => byPurpose.GetValueOrDefault(purpose);
}
