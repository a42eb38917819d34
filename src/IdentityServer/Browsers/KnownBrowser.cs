using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Browsers;

/// <summary>
/// A browser in which a person signed in before, known by a cookie. This room owns what follows from that: no mail about a new
/// device, no lock by strangers' guesses, and, where the person chose so, no second factor for a while.
/// </summary>
public sealed class KnownBrowser
{
    /// <summary>The row's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Who signed in.</summary>
    public required Guid UserId { get; init; }

    /// <summary>SHA-256 of the cookie's secret.</summary>
    [MaxLength(32)]
    public required byte[] SecretHash { get; init; }

    /// <summary>Until when no second factor is asked for here; null: it is.</summary>
    public DateTimeOffset? TrustedUntil { get; set; }

    /// <summary>The application that the trust is for; null: all.</summary>
    public Guid? TrustedApplicationId { get; set; }

    /// <summary>When trust began.</summary>
    public DateTimeOffset? TrustedAt { get; set; }

    /// <summary>The browser's <c>User-Agent</c> at its last sign-in, cut.</summary>
    [MaxLength(256)]
    public string? UserAgent { get; set; }

    /// <summary>The address at its last sign-in.</summary>
    [MaxLength(45)]
    public string? Address { get; set; }

    /// <summary>The first sign-in.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last sign-in.</summary>
    public required DateTimeOffset LastSeenAt { get; set; }
}
