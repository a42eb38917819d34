using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Steps;
using IdentityServer.Themes;

namespace IdentityServer.OpenId;

/// <summary>Sends an authorization response to the application, the way it asked for. Only ever made for a proven redirect address.</summary>
internal static class AuthorizeReply
{
    /// <summary>The response.</summary>
    public static IResult Send(AuthorizeResponse response, Application application) =>
        response.ResponseMode is ResponseModes.FormPost
            ? Page.Show(new FormPostPage(
                response.RedirectUri,
                new ApplicationView(application.Name),
                [.. response.Fields.Select(field => new HiddenField(field.Key, field.Value))]))
            : new Redirect(response.ToUrl());

    private sealed class Redirect(string url) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            Responses.NoStore(response);
            response.Headers["Referrer-Policy"] = "no-referrer";

            // RFC 9700 §4.12: 303, for 307 would post the password again, to the application; and after a GET the usual 302.
            response.StatusCode = HttpMethods.IsPost(httpContext.Request.Method) ? StatusCodes.Status303SeeOther : StatusCodes.Status302Found;
            response.Headers.Location = url;
            return Task.CompletedTask;
        }
    }
}
