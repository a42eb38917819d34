namespace IdentityServer.Tokens;

/// <summary>What is logged of tokens: never one of them.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A refresh token of authorization {AuthorizationId} of application {ApplicationId} was used twice; the authorization is revoked.")]
    public static partial void RefreshTokenReused(this ILogger log, Guid authorizationId, Guid applicationId);
}
