using IdentityServer.Protocol;
using IdentityServer.Themes;

namespace IdentityServer.OpenId;

/// <summary>Shows a protocol error on our own page, where there is no proven address to send it to.</summary>
internal sealed class ProtocolErrorPage(ILogger<ProtocolErrorPage> log)
{
    /// <summary>The page; the log gets the cause under the same reference.</summary>
    public IResult Show(HttpContext http, OAuthError error)
    {
        log.Shown(http.Request.Path, error, http.TraceIdentifier);
        return Page.Show(new ErrorPage(error.Code, error.Reason, error.Description, http.TraceIdentifier, error.Status), error.Status);
    }
}
