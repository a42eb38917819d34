namespace IdentityServer.Passkeys;

/// <summary>What is logged of passkeys.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "A passkey was refused: {Reason}")]
    public static partial void Refused(this ILogger log, string reason);
}
