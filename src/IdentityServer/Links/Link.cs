using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Links;

/// <summary>What a link, or the code beside it, is good for. One of one purpose is worthless for another.</summary>
public enum LinkPurpose
{
    /// <summary>Signs in.</summary>
    SignIn,

    /// <summary>Proves the address before an account is made of it.</summary>
    SignUp,

    /// <summary>Proves the address of an account.</summary>
    VerifyEmail,

    /// <summary>Proves the address for a registration.</summary>
    VerifyRegistration,

    /// <summary>Sets a new password.</summary>
    ChangePassword,

    /// <summary>Sets the first password, or none, of an account that somebody else made.</summary>
    Invitation,

    /// <summary>Proves a new address, which then takes the place of the old one.</summary>
    ChangeEmail,

    /// <summary>Takes a change of address back.</summary>
    UndoChangeEmail,

    /// <summary>A code that is a second factor.</summary>
    SecondFactor,

    /// <summary>A sign-in by the management API that waits for its second factor.</summary>
    TwoFactorLogin,

    /// <summary>Signs in once after a password was changed by the management API.</summary>
    OneTimePassword,

    /// <summary>Proves the address in the middle of the form by which somebody registers, before there is an account.</summary>
    Register,

    /// <summary>Proves to the management API that a second factor was given a moment ago.</summary>
    TrustToken,
}

/// <summary>
/// Something one-time that was mailed or handed out: a secret in a link, and a short code beside it. This room owns how they are
/// made, confirmed and spent; every secret is kept as a hash.
/// </summary>
public sealed class Link
{
    /// <summary>The row's id; no secret.</summary>
    public required Guid Id { get; init; }

    /// <summary>The tenant.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>What it is good for.</summary>
    public required LinkPurpose Purpose { get; init; }

    /// <summary>Whose it is; null while there is no account yet.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The application that it leads to, if any.</summary>
    public Guid? ApplicationId { get; init; }

    /// <summary>SHA-256 of the link's secret.</summary>
    [MaxLength(32)]
    public required byte[] SecretHash { get; init; }

    /// <summary>Keyed hash of the short code that is mailed beside the link; null if there is none.</summary>
    [MaxLength(32)]
    public byte[]? CodeHash { get; set; }

    /// <summary>SHA-256 of what the browser that asked keeps in a cookie; null if no browser asked.</summary>
    [MaxLength(32)]
    public byte[]? BrowserHash { get; init; }

    /// <summary>Keyed hash of the short code that the page in the browser that asked shows, for whoever opens the link elsewhere.</summary>
    [MaxLength(32)]
    public byte[]? WaitingCodeHash { get; init; }

    /// <summary>The canonical key of the address it was mailed to; worthless once the account has another.</summary>
    [MaxLength(254)]
    public string? EmailKey { get; init; }

    /// <summary>Sealed: what else it needs to go on, such as the authorize request or the new address.</summary>
    public byte[]? Payload { get; set; }

    /// <summary>Wrong codes so far.</summary>
    public int Attempts { get; set; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its end.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When the person confirmed it, perhaps elsewhere than in the browser that asked, which may go on now.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>When it was spent, or a newer one took its place.</summary>
    public DateTimeOffset? SpentAt { get; set; }
}
