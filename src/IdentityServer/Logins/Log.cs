using System.Net;

namespace IdentityServer.Logins;

/// <summary>What is logged of sign-ins. What was typed as a name is left out: people type their password there.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} signed in to {ApplicationId} from {Address}.")]
    public static partial void SignedIn(this ILogger log, Guid userId, Guid? applicationId, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Wrong password for user {UserId} from {Address}.")]
    public static partial void WrongPassword(this ILogger log, Guid userId, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "A passkey from {Address} was refused.")]
    public static partial void WrongPasskey(this ILogger log, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Sign-in as somebody unknown from {Address}.")]
    public static partial void UnknownUser(this ILogger log, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "User {UserId} is locked for {Duration} after wrong passwords, the last from {Address}.")]
    public static partial void Locked(this ILogger log, Guid userId, TimeSpan duration, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Sign-in of user {UserId} from {Address} refused: the account is locked, or changed meanwhile.")]
    public static partial void RefusedLocked(this ILogger log, Guid userId, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Sign-in of user {UserId} from {Address} refused: the account is deactivated.")]
    public static partial void RefusedDisabled(this ILogger log, Guid userId, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Sign-in of user {UserId} from {Address} refused: the account has expired.")]
    public static partial void RefusedExpired(this ILogger log, Guid userId, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-ins from {Address} are slowed down after too many failures.")]
    public static partial void Throttled(this ILogger log, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in was turned away: too many passwords are being checked.")]
    public static partial void Busy(this ILogger log);
}
