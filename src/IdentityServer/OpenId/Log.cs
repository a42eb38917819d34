using System.Net;
using IdentityServer.Protocol;

namespace IdentityServer.OpenId;

/// <summary>What is logged of requests: who was refused and why, never what they sent.</summary>
internal static partial class Log
{
    /// <summary>Notes a refusal with the cause that the caller is not told.</summary>
    public static void Refused(this ILogger log, string endpoint, string? clientId, OAuthError error)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            log.Refused(endpoint, clientId, error.Code, error.Reason, OneLine(error.Detail));
        }
    }

    /// <summary>Notes a refusal that a person was shown, under the reference that the page shows too.</summary>
    public static void Shown(this ILogger log, string endpoint, OAuthError error, string reference)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            log.Shown(endpoint, error.Code, error.Reason, OneLine(error.Detail), reference);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A code of authorization {AuthorizationId} of application {ApplicationId} was used twice; the authorization is revoked.")]
    public static partial void CodeReused(this ILogger log, Guid authorizationId, Guid applicationId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Application {ApplicationId} failed to authenticate from {Address}: {Cause}.")]
    public static partial void ClientRefused(this ILogger log, Guid applicationId, IPAddress? address, string? cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "An unknown or deactivated client asked from {Address}.")]
    public static partial void UnknownClient(this ILogger log, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A client is slowed down after too many failures to authenticate from {Address}.")]
    public static partial void ClientThrottled(this ILogger log, IPAddress? address);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Endpoint} refused {ClientId}: {Error}, {Reason}. {Cause}")]
    private static partial void Refused(this ILogger log, string endpoint, string? clientId, string error, string reason, string? cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Endpoint} refused on our own page: {Error}, {Reason}. {Cause} Reference {Reference}")]
    private static partial void Shown(this ILogger log, string endpoint, string error, string reason, string? cause, string reference);

    // A cause may name what came in a request, such as a repeated parameter: it must not start a line of its own.
    private static string? OneLine(string? text) =>
        text is null || !text.Any(char.IsControl) ? text : string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
