using IdentityServer.Applications;
using IdentityServer.Forms;
using IdentityServer.Keys;
using IdentityServer.Protocol;
using IdentityServer.Steps;
using IdentityServer.Themes;

namespace IdentityServer.OpenId;

/// <summary>
/// The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2), and self-registration, which is the same request by
/// another door. The request travels in the URL of every page and is checked afresh each time; a GET writes nothing until
/// somebody is signed in.
/// </summary>
internal sealed class AuthorizeEndpoint(
    ApplicationCatalog applications, SigningKeyRing keys, AuthorizeFlow flow, AuthorizeReply reply, ProtocolErrorPage errorPage, PublicAddress address)
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

        // A page of ours posts its step, and the request is in the query; an application posts the request.
        var isStep = form is not null && form.Exists(pair => pair.Key == AuthorizeFlow.StepField);
        var pairs = FormParameters.Query(http.Request);
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
            return reply.Refuse(request, application, refusal);
        }

        if (form is not null && !isStep)
        {
            return PostAsGet.Url(registering ? Paths.Register : Paths.Authorize, parameters).Failed(out error, out var url)
                ? reply.Refuse(request, application, error)
                : new Redirect(url);
        }

        // Answers to a form are not parameters: they may be many, long and several of a name; the form's engine has its own rules.
        RequestParameters? step = null;
        if (isStep && RequestParameters.Parse(form!.Where(pair => !FormPost.IsAnswer(pair.Key))).Failed(out error, out step))
        {
            return errorPage.Show(http, error);
        }

        var answers = isStep ? new FormPost(form!) : null;
        return await flow.RunAsync(
            http, request, application, registering && application.RegistersByForm, subject, step, answers, cancellation);
    }

    // OpenID Connect Core §3.1.2.1: the hint is an ID token that this client once got; it may have expired.
    private OAuthError? CheckHint(AuthorizeRequest request, Application application, out string? subject)
    {
        subject = null;
        if (request.IdTokenHint is null)
        {
            return null;
        }

        if (IdTokenHint.Verify(request.IdTokenHint, keys.PublicKeys, address.Value).Failed(out var error, out var hint))
        {
            return error;
        }

        if (hint.ClientId != application.ClientId)
        {
            return OAuthError.InvalidIdTokenHint.Because("another client's");
        }

        subject = hint.Subject;
        return null;
    }
}
