namespace IdentityServer.Themes;

/// <summary>
/// Sends the browser on. RFC 9700 §4.12: after a post 303, for 307 would post the password again, to the application; after a GET
/// the usual 302. Neither this answer nor the address that it leaves is for anybody else to see.
/// </summary>
internal sealed class Redirect(string url) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = HttpMethods.IsPost(httpContext.Request.Method) ? StatusCodes.Status303SeeOther : StatusCodes.Status302Found;
        response.Headers.Location = url;
        response.Headers.CacheControl = "no-store";
        response.Headers.Pragma = "no-cache";
        response.Headers["Referrer-Policy"] = "no-referrer";
        return Task.CompletedTask;
    }
}
