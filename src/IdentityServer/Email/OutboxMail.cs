using System.ComponentModel.DataAnnotations;

namespace IdentityServer.Email;

/// <summary>What has become of a mail.</summary>
public enum MailStatus
{
    /// <summary>To be sent.</summary>
    Waiting,

    /// <summary>Handed to the mail server.</summary>
    Sent,

    /// <summary>Given up after many tries, or because the mail server refused it for good.</summary>
    Dead,
}

/// <summary>
/// A mail to be sent, written in the transaction of the change that caused it. This room owns how mails are made, kept and sent.
/// </summary>
public sealed class OutboxMail
{
    /// <summary>The mail's id, also its <c>Message-ID</c>, so that a mail that was sent twice can be told.</summary>
    public required Guid Id { get; init; }

    /// <summary>The tenant.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>The person it is for, if there is one.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The template it was made of.</summary>
    [MaxLength(64)]
    public required string Template { get; init; }

    /// <summary>Sealed: address, subject, text and HTML. They hold links that open doors.</summary>
    public byte[]? Content { get; set; }

    /// <summary>What has become of it.</summary>
    public MailStatus Status { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; set; }

    /// <summary>When it is tried next; while somebody tries, when another may.</summary>
    public required DateTimeOffset DueAt { get; set; }

    /// <summary>What the last try ended with.</summary>
    [MaxLength(512)]
    public string? LastError { get; set; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was sent or given up.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
}
