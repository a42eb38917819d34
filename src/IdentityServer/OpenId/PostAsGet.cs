using IdentityServer.Protocol;
using Microsoft.AspNetCore.Http.Extensions;

namespace IdentityServer.OpenId;

/// <summary>
/// Applications may post what a browser could as well get (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2). The person's
/// cookies, which are SameSite=Lax, don't come with such a post; with the GET that it is turned into they do.
/// </summary>
internal static class PostAsGet
{
    // What the server reads of a request line, less what our own pages add.
    private const int MaxLength = 15 * 1024;

    /// <summary>The same request as a URL.</summary>
    public static OAuthResult<string> Url(string path, RequestParameters parameters)
    {
        var url = path + new QueryBuilder(parameters.Pairs).ToQueryString();
        return url.Length <= MaxLength ? url : OAuthError.ParameterTooLong.Because("too long for the URL of a page");
    }
}
