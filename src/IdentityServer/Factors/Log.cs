using System.Net;

namespace IdentityServer.Factors;

/// <summary>What is logged of second factors; never a code.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} gave a second factor from {Address}.")]
    public static partial void Right(this ILogger log, Guid userId, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Wrong second factor for user {UserId} from {Address}.")]
    public static partial void Wrong(this ILogger log, Guid userId, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A second factor for user {UserId} from {Address} was not looked at: too many were wrong.")]
    public static partial void Waiting(this ILogger log, Guid userId, IPAddress? address);
}
