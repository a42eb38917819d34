using IdentityServer.Protocol;

namespace IdentityServer.OpenId;

/// <summary>A refusal of a bearer token, with its challenge (RFC 6750 §3).</summary>
internal sealed class BearerError(OAuthError error) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        // RFC 6750 §3.1: without any authentication information the challenge carries no error code.
        var details = error == OAuthError.AccessTokenRequired
            ? string.Empty
            : $", error=\"{error.Code}\", error_description=\"{error.Description}\"";
        var scope = error.Code is Errors.InsufficientScope ? ", scope=\"openid\"" : string.Empty;
        httpContext.Response.Headers.WWWAuthenticate = $"Bearer realm=\"IdentityServer\"{details}{scope}";
        return Responses.Error(error).ExecuteAsync(httpContext);
    }
}
