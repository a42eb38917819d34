using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Forms;

/// <summary>Something that people may agree to, such as a newsletter or terms of use. A field of type consent gives it.</summary>
public sealed class ConsentDefinition
{
    /// <summary>The consent's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name by which admins know it, unique.</summary>
    [MaxLength(191)]
    public required string Name { get; set; }

    /// <summary>From what age people give it themselves.</summary>
    public int DefaultMinimumAgeForSelfConsent { get; set; }

    /// <summary>What can be agreed to, if it is more than one thing.</summary>
    public List<string> Values { get; set; } = [];

    /// <summary>Whether more than one of them at once.</summary>
    public bool MultipleValuesAllowed { get; set; }

    /// <summary>Members that are kept and returned without effect, as a JSON object.</summary>
    public string Others { get; set; } = "{}";

    /// <summary>Free data as a JSON object.</summary>
    public string Data { get; set; } = "{}";

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its last change.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>Whether a consent holds.</summary>
public enum ConsentStatus
{
    /// <summary>It was given.</summary>
    Active,

    /// <summary>It was withdrawn.</summary>
    Revoked,
}

/// <summary>What a person agreed to, and since when; withdrawn, it stays on record.</summary>
public sealed class UserConsent
{
    /// <summary>The record's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whom it is about.</summary>
    public required Guid UserId { get; init; }

    /// <summary>To what.</summary>
    public required Guid ConsentId { get; init; }

    /// <summary>Who gave it; for a child, a parent.</summary>
    public required Guid GiverUserId { get; init; }

    /// <summary>Which of the consent's values.</summary>
    public List<string> Values { get; set; } = [];

    /// <summary>Given or withdrawn.</summary>
    public ConsentStatus Status { get; set; }

    /// <summary>Free data as a JSON object.</summary>
    public string Data { get; set; } = "{}";

    /// <summary>When it was first given.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last given or withdrawn.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }
}
