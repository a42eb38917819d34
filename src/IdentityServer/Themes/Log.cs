namespace IdentityServer.Themes;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Theme {Theme} is replaced by the default theme. {Problems}")]
    public static partial void ThemeUnusable(ILogger logger, string theme, string problems);

    [LoggerMessage(Level = LogLevel.Error, Message = "The edited themes are not shown yet. {Problems}")]
    public static partial void EditUnusable(ILogger logger, string problems);
}
