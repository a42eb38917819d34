namespace IdentityServer.Protocol;

/// <summary>The rules of an authorization request, in their order; the first to object wins.</summary>
public static class AuthorizeRules
{
    /// <summary>
    /// Whether the client's name and the redirect address can be believed at all (RFC 6749 §3.1.2.4, §4.1.2.1). Until this
    /// passes, a refusal is shown on our own page and sent nowhere. The caller has looked the client up by then.
    /// </summary>
    public static OAuthError? CheckAddress(AuthorizeRequest request, ClientSettings? client) =>
        CheckAddressOnce(request)
        ?? (request.ClientId is null ? OAuthError.Missing(Parameters.ClientId) : null)
        ?? (client is null ? OAuthError.UnknownClient : null)
        ?? (request.RedirectUri is null ? OAuthError.Missing(Parameters.RedirectUri) : null)
        ?? (RedirectUriMatcher.Matches(request.RedirectUri!, client!.RedirectUris) ? null : OAuthError.UnregisteredRedirectUri);

    /// <summary>The rest; a refusal goes to the client.</summary>
    public static OAuthError? Check(AuthorizeRequest request, ClientSettings client) =>
        CheckRepeated(request)
        ?? CheckRequestObject(request)
        ?? CheckResponseType(request)
        ?? CheckResponseMode(request)
        ?? CheckGrantType(client)
        ?? request.Malformed
        ?? CheckPrompt(request)
        ?? client.CheckScope(request.Scope)
        ?? CheckCodeChallenge(request, client)
        ?? client.CheckResources(request.Resources);

    // RFC 6749 §3.1: parameters must not be included more than once.
    private static OAuthError? CheckAddressOnce(AuthorizeRequest request) =>
        request.Parameters.Repeated.Contains(Parameters.ClientId) || request.Parameters.Repeated.Contains(Parameters.RedirectUri)
            ? OAuthError.RepeatedParameter
            : null;

    // RFC 6749 §3.1: parameters must not be included more than once.
    private static OAuthError? CheckRepeated(AuthorizeRequest request) =>
        request.Parameters.Repeated.Count > 0 ? OAuthError.RepeatedParameter : null;

    // OpenID Connect Core §6.1, §6.2, §7.2.1; the codes are those of §3.1.2.6.
    private static OAuthError? CheckRequestObject(AuthorizeRequest request) =>
        request.HasRequest ? OAuthError.RequestNotSupported
        : request.HasRequestUri ? OAuthError.RequestUriNotSupported
        : request.HasRegistration ? OAuthError.RegistrationNotSupported
        : null;

    // RFC 6749 §3.1.1, §4.1.2.1.
    private static OAuthError? CheckResponseType(AuthorizeRequest request) => request.ResponseType switch
    {
        ResponseTypes.Code => null,
        null => OAuthError.Missing(Parameters.ResponseType),
        _ => OAuthError.UnsupportedResponseType,
    };

    // OAuth 2.0 Multiple Response Type Encoding Practices §2.1; Form Post Response Mode §2.
    private static OAuthError? CheckResponseMode(AuthorizeRequest request) =>
        request.ResponseMode is null or ResponseModes.Query or ResponseModes.Fragment or ResponseModes.FormPost
            ? null
            : OAuthError.InvalidResponseMode;

    // RFC 6749 §4.1.2.1: unauthorized_client.
    private static OAuthError? CheckGrantType(ClientSettings client) =>
        client.AllowedGrantTypes.Contains(GrantTypes.AuthorizationCode) ? null : OAuthError.GrantTypeDisabled;

    // OpenID Connect Core §3.1.2.1: none together with any other prompt value is an error.
    private static OAuthError? CheckPrompt(AuthorizeRequest request) =>
        request.Prompt is { HasNone: true, Count: > 1 } ? OAuthError.InvalidPrompt : null;

    // RFC 7636 §4.4.1; OAuth 2.1 §4.1.1 and §7.5: S256, and required unless an administrator relaxed it. A method left out
    // means plain (RFC 7636 §4.3), which is refused as well; a method without a challenge is a request half made.
    private static OAuthError? CheckCodeChallenge(AuthorizeRequest request, ClientSettings client) => request switch
    {
        { CodeChallenge: null, CodeChallengeMethod: null } => client.IsPublic || client.RequirePkce ? OAuthError.MissingCodeChallenge : null,
        { CodeChallenge: null } => OAuthError.MissingCodeChallenge,
        { CodeChallengeMethod: not CodeChallengeMethods.S256 } => OAuthError.InvalidCodeChallengeMethod,
        _ => CodeChallenge.IsWellFormed(request.CodeChallenge) ? null : OAuthError.InvalidCodeChallenge,
    };
}
