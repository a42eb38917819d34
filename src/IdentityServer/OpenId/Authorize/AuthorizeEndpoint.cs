using IdentityServer.Applications;
using IdentityServer.Keys;
using IdentityServer.Protocol;
using IdentityServer.Themes;
using Microsoft.AspNetCore.Http.Extensions;

namespace IdentityServer.OpenId;

/// <summary>
/// The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2), and self-registration, which is the same request by
/// another door. The request travels in the URL of every page and is checked afresh each time; a GET writes nothing until
/// somebody is signed in.
/// </summary>
internal sealed class AuthorizeEndpoint(
    ApplicationCatalog applications, SigningKeyRing keys, AuthorizeFlow flow, ProtocolErrorPage errorPage, PublicAddress address)
{
    /// <summary>Answers GET and POST.</summary>
    public async Task<IResult> HandleAsync(HttpContext http, bool registering, CancellationToken cancellation)
    {
        List<KeyValuePair<string, string>>? form = null;
        if (HttpMethods.IsPost(http.Request.Method)
            && (await FormParameters.ReadAsync(http.Request, cancellation)).Failed(out var unreadable, out form))
        {
            return errorPage.Show(http, unreadable);
        }

        // A page of ours posts its step, and the request is in the query; an application posts the request (OpenID Connect Core §3.1.2.1).
        var isStep = form is not null && form.Exists(pair => pair.Key == AuthorizeFlow.StepField);
        IEnumerable<KeyValuePair<string, string>> pairs = FormParameters.Query(http.Request);
        if (RequestParameters.ParseForRedirect(form is null || isStep ? pairs : pairs.Concat(form)).Failed(out var error, out var parameters))
        {
            return errorPage.Show(http, error);
        }

        var request = AuthorizeRequest.Parse(parameters);
        var application = request.ClientId is { } clientId && applications.Find(clientId) is { Active: true } found ? found : null;
        if (AuthorizeRules.CheckAddress(request, application?.Client) is { } wrongAddress)
        {
            return errorPage.Show(http, wrongAddress);
        }

        // From here on the application hears of what is wrong.
        string? subject = null;
        if ((AuthorizeRules.Check(request, application!.Client) ?? CheckHint(request, application, out subject)) is { } refusal)
        {
            return AuthorizeReply.Send(AuthorizeResponse.Failure(request, address.Value, refusal), application);
        }

        if (form is not null && !isStep)
        {
            return AsGet(http, parameters, registering);
        }

        RequestParameters? step = null;
        if (isStep && RequestParameters.Parse(form!).Failed(out error, out step))
        {
            return errorPage.Show(http, error);
        }

        return await flow.RunAsync(http, request, application, registering && application.AllowsRegistration, subject, step, cancellation);
    }

    // The cookies of the person, which are SameSite=Lax, don't come with an application's POST; with this GET they do.
    private static IResult AsGet(HttpContext http, RequestParameters parameters, bool registering)
    {
        Responses.NoStore(http.Response);
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = (registering ? Paths.Register : Paths.Authorize) + new QueryBuilder(parameters.Pairs).ToQueryString();
        return Results.Empty;
    }

    // OpenID Connect Core §3.1.2.1: a hint about the person; §5.5.1: or their subject, asked for as a claim.
    private OAuthError? CheckHint(AuthorizeRequest request, Application application, out string? subject)
    {
        subject = request.Claims.IdToken.TryGetValue(Claims.Subject, out var wanted) && wanted.Values is [{ ValueKind: System.Text.Json.JsonValueKind.String } only]
            ? only.GetString()
            : null;
        if (request.IdTokenHint is null)
        {
            return null;
        }

        if (IdTokenHint.Verify(request.IdTokenHint, keys.PublicKeys, address.Value).Failed(out var error, out var hint))
        {
            return error;
        }

        if (hint.ClientId != application.ClientId || (subject is not null && subject != hint.Subject))
        {
            return OAuthError.InvalidIdTokenHint.Because("another client's, or at odds with the claims parameter");
        }

        subject = hint.Subject;
        return null;
    }
}
