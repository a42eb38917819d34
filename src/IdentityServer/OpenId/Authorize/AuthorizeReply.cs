using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Steps;
using IdentityServer.Themes;

namespace IdentityServer.OpenId;

/// <summary>Sends authorization responses to the application, the way it asked for. Only ever used for a proven redirect address.</summary>
internal sealed class AuthorizeReply(PublicAddress address, ILogger<AuthorizeReply> log)
{
    /// <summary>The code, and what FusionAuth's clients hear beside it.</summary>
    public IResult Accept(AuthorizeRequest request, Application application, string code, string locale, string userState) =>
        Send(AuthorizeResponse.Success(request, address.Value, code).With(Parameters.Locale, locale).With("userState", userState), application);

    /// <summary>The error; the log gets its cause.</summary>
    public IResult Refuse(AuthorizeRequest request, Application application, OAuthError error)
    {
        log.Refused(Paths.Authorize, application.ClientId, error);
        return Send(AuthorizeResponse.Failure(request, address.Value, error), application);
    }

    private static IResult Send(AuthorizeResponse response, Application application) =>
        response.ResponseMode is ResponseModes.FormPost
            ? Page.Show(new FormPostPage(
                response.RedirectUri,
                StepContext.View(application),
                [.. response.Fields.Select(field => new HiddenField(field.Key, field.Value))]))
            : new Redirect(response.ToUrl());
}
