namespace IdentityServer.Data;

/// <summary>What is logged about the database.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "SQLite {Version} from {Library}.")]
    public static partial void SqliteTaken(this ILogger log, string version, string library);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalogs could not be refreshed; trying again.")]
    public static partial void RefreshFailed(this ILogger log, Exception exception);
}
