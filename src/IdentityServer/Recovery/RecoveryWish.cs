using System.Net;
using IdentityServer.Applications;

namespace IdentityServer.Recovery;

/// <summary>Where a wish for a mail comes from and leads to.</summary>
/// <remarks>
/// This room owns how people prove addresses, and come back to their accounts by mail: verification, new passwords, invitations,
/// changes of address.
/// </remarks>
public sealed record RecoveryWish
{
    /// <summary>The application that the person wants to get into, if any.</summary>
    public Application? Application { get; init; }

    /// <summary>The secret of the browser that asks; null if none does.</summary>
    public string? Browser { get; init; }

    /// <summary>Where it comes from; null if it comes from a server that we know, by its key.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Path and query where the browser goes on in the end: a request of ours, which is checked there.</summary>
    public string? Return { get; init; }

    /// <summary>Where one asks for another link.</summary>
    public string? BackUrl { get; init; }

    /// <summary>Languages of the page, for people who have said nothing about theirs.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>What a caller of the management API wants back when all is done, as JSON.</summary>
    public string? State { get; init; }

    /// <summary>Whether the person types the mailed code into a page of the application, which holds the link's secret.</summary>
    public bool ByCode { get; init; }

    /// <summary>
    /// Whether whoever asks may have set up the account in another's name: then proving the address removes what they set.
    /// </summary>
    public bool ByStranger { get; init; }
}
