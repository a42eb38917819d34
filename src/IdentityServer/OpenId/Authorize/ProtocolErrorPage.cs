using IdentityServer.Protocol;
using IdentityServer.Themes;

namespace IdentityServer.OpenId;

/// <summary>Shows a protocol error on our own page, where there is no proven address to send it to.</summary>
internal sealed partial class ProtocolErrorPage(ILogger<ProtocolErrorPage> log)
{
    /// <summary>The page; the log gets the cause under the same reference.</summary>
    public IResult Show(HttpContext http, OAuthError error)
    {
        LogShown(error.Code, error.Reason, error.Detail, http.TraceIdentifier);
        return Page.Show(new ErrorPage(error.Code, error.Reason, error.Description, http.TraceIdentifier, error.Status), error.Status);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Refused on our own page: {Code} ({Reason}) {Detail}. Reference {Reference}")]
    private partial void LogShown(string code, string reason, string? detail, string reference);
}
