using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Audit;

/// <summary>One thing that was done, by whom, when. Never holds a password, token, code or key.</summary>
public sealed class AuditEntry
{
    /// <summary>Counts up.</summary>
    public long Id { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Instant { get; init; }

    /// <summary>Who: a user, an API key's id, or <c>system</c>.</summary>
    [MaxLength(254)]
    public required string Actor { get; init; }

    /// <summary>What.</summary>
    [MaxLength(1024)]
    public required string Message { get; init; }

    /// <summary>Details as a JSON object: the object's id, the names of changed fields.</summary>
    public string? Data { get; init; }

    /// <summary>Why, as far as somebody said so.</summary>
    [MaxLength(1024)]
    public string? Reason { get; init; }

    /// <summary>What was before, as JSON: in entries that others add through the management API.</summary>
    public string? OldValue { get; init; }

    /// <summary>What is since, as JSON: in entries that others add through the management API.</summary>
    public string? NewValue { get; init; }
}
