using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Steps;
using IdentityServer.Themes;

namespace IdentityServer.OpenId;

/// <summary>Sends authorization responses to the application, the way it asked for. Only ever used for a proven redirect address.</summary>
internal sealed partial class AuthorizeReply(PublicAddress address, ILogger<AuthorizeReply> log)
{
    /// <summary>The code, and what FusionAuth's clients hear beside it.</summary>
    public IResult Accept(AuthorizeRequest request, Application application, string code, string locale, string userState) =>
        Send(AuthorizeResponse.Success(request, address.Value, code).With(Parameters.Locale, locale).With("userState", userState), application);

    /// <summary>The error; the log gets its cause.</summary>
    public IResult Refuse(AuthorizeRequest request, Application application, OAuthError error)
    {
        LogRefused(error.Code, error.Reason, application.ClientId, error.Detail);
        return Send(AuthorizeResponse.Failure(request, address.Value, error), application);
    }

    private static IResult Send(AuthorizeResponse response, Application application) =>
        response.ResponseMode is ResponseModes.FormPost
            ? Page.Show(new FormPostPage(
                response.RedirectUri,
                StepContext.View(application),
                [.. response.Fields.Select(field => new HiddenField(field.Key, field.Value))]))
            : new Redirect(response.ToUrl());

    [LoggerMessage(Level = LogLevel.Information, Message = "Authorize request refused: {Code} ({Reason}) to application {ClientId}. {Detail}")]
    private partial void LogRefused(string code, string reason, string clientId, string? detail);
}
