using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Users;

/// <summary>
/// A person. This room owns who a person is and their credentials; what they are in an application is a
/// <see cref="Registrations.Registration"/>.
/// </summary>
public sealed class User
{
    /// <summary>The subject (<c>sub</c>): random, permanent, never reused.</summary>
    public required Guid Id { get; init; }

    /// <summary>The tenant the person belongs to.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>The e-mail address, lower-cased.</summary>
    [MaxLength(254)]
    public string? Email { get; set; }

    /// <summary>The canonical key of the address, unique in the tenant.</summary>
    [MaxLength(254)]
    public string? EmailKey { get; set; }

    /// <summary>The user name as typed.</summary>
    [MaxLength(191)]
    public string? Username { get; set; }

    /// <summary>The canonical key of the user name, unique in the tenant.</summary>
    [MaxLength(191)]
    public string? UsernameKey { get; set; }

    /// <summary>
    /// The password's hash in ASP.NET Core Identity's format, or one that was imported (<see cref="ImportedHash"/>), or null for a
    /// person without a password.
    /// </summary>
    [MaxLength(512)]
    public string? PasswordHash { get; set; }

    /// <summary>When the password was last set.</summary>
    public DateTimeOffset? PasswordChangedAt { get; set; }

    /// <summary>Whether the password must be changed at the next sign-in.</summary>
    public bool PasswordChangeRequired { get; set; }

    /// <summary>Changes with every credential, and so tells stale half-done work (ASP.NET Core Identity's security stamp).</summary>
    [MaxLength(64)]
    public required string SecurityStamp { get; set; }

    /// <summary>Whether the person may sign in at all; false after deactivation.</summary>
    public bool Active { get; set; } = true;

    /// <summary>Whether the e-mail address was proven, and when.</summary>
    public bool Verified { get; set; }

    /// <summary>When the e-mail address was proven.</summary>
    public DateTimeOffset? VerifiedAt { get; set; }

    /// <summary>Wrong passwords since the last right one or the last lock.</summary>
    public int AccessFailedCount { get; set; }

    /// <summary>How many locks followed one another without a right password between; each is longer than the one before.</summary>
    public int LockoutCount { get; set; }

    /// <summary>Until when passwords are refused.</summary>
    public DateTimeOffset? LockoutEnd { get; set; }

    /// <summary>Whether there is a second factor: kept in step by the room of factors, so that a sign-in costs no further read.</summary>
    public bool TwoFactorEnabled { get; set; }

    /// <summary>When the account is deleted, as the person wishes; null: it stays.</summary>
    public DateTimeOffset? DeletesAt { get; set; }

    /// <summary>Sign-in is refused after this instant.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Claim <c>given_name</c>.</summary>
    [MaxLength(191)]
    public string? FirstName { get; set; }

    /// <summary>Claim <c>middle_name</c>.</summary>
    [MaxLength(191)]
    public string? MiddleName { get; set; }

    /// <summary>Claim <c>family_name</c>.</summary>
    [MaxLength(191)]
    public string? LastName { get; set; }

    /// <summary>Claim <c>name</c>; independent of its parts.</summary>
    [MaxLength(191)]
    public string? FullName { get; set; }

    /// <summary>The key under which <see cref="FirstName"/> is searched.</summary>
    [MaxLength(191)]
    public string? FirstNameKey { get; set; }

    /// <summary>The key under which <see cref="LastName"/> is searched.</summary>
    [MaxLength(191)]
    public string? LastNameKey { get; set; }

    /// <summary>The key under which <see cref="FullName"/> is searched.</summary>
    [MaxLength(191)]
    public string? FullNameKey { get; set; }

    /// <summary>Claim <c>picture</c>.</summary>
    [MaxLength(2048)]
    public string? ImageUrl { get; set; }

    /// <summary>Claim <c>phone_number</c>.</summary>
    [MaxLength(32)]
    public string? MobilePhone { get; set; }

    /// <summary>A parent's address, for children's accounts.</summary>
    [MaxLength(254)]
    public string? ParentEmail { get; set; }

    /// <summary>Claim <c>zoneinfo</c>, an IANA time zone.</summary>
    [MaxLength(64)]
    public string? Timezone { get; set; }

    /// <summary>Claim <c>birthdate</c>.</summary>
    public DateOnly? BirthDate { get; set; }

    /// <summary>Languages in order of preference; the first is claim <c>locale</c>.</summary>
    public List<string> PreferredLanguages { get; set; } = [];

    /// <summary>
    /// The groups that the person is a member of. The memberships themselves are rows of the room of groups, which keeps this in
    /// step: with it a token costs no further read.
    /// </summary>
    public List<Guid> GroupIds { get; set; } = [];

    /// <summary>Free data as a JSON object, OpenID's further claims included.</summary>
    public string Data { get; set; } = "{}";

    /// <summary>The last sign-in.</summary>
    public DateTimeOffset? LastLoginAt { get; set; }

    /// <summary>When the person was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last change of the person's own data.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}
