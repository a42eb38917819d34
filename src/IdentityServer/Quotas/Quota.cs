using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Quotas;

/// <summary>
/// How often something happened since a window began: mails to an address, tries at a second factor. Counted in the database, so
/// that it holds on several nodes and over restarts.
/// </summary>
public sealed class Quota
{
    /// <summary>What is counted: SHA-256 of purpose and subject, so that no address of a stranger is kept.</summary>
    [MaxLength(32)]
    public required byte[] Key { get; init; }

    /// <summary>How often, since the window began.</summary>
    public int Count { get; set; }

    /// <summary>When the window ends and counting begins anew.</summary>
    public required DateTimeOffset ResetsAt { get; set; }
}
