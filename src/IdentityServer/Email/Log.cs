namespace IdentityServer.Email;

// No address and no content: who gets mail, and what stands in it, is nobody's business who reads logs.
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Mail {Id} ({Template}) was sent at try {Attempt}.")]
    public static partial void MailSent(this ILogger logger, Guid id, string template, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail {Id} ({Template}) was not taken at try {Attempt}; it is tried again at {RetryAt:u}. {Reason}")]
    public static partial void MailDelayed(this ILogger logger, Guid id, string template, int attempt, DateTimeOffset retryAt, string? reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Mail {Id} ({Template}) was given up at try {Attempt}. {Reason} See /api/system/mail.")]
    public static partial void MailDead(this ILogger logger, Guid id, string template, int attempt, string? reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} mails were given up and are still kept; /api/system/mail/search?status=Dead lists them.")]
    public static partial void DeadMails(this ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox could not be worked on; trying again in a second.")]
    public static partial void OutboxUnreachable(this ILogger logger, Exception exception);
}
