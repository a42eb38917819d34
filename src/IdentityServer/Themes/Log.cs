namespace IdentityServer.Themes;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Theme {Theme} is replaced by the default theme. {Problems}")]
    public static partial void ThemeUnusable(ILogger logger, string theme, string problems);
}
