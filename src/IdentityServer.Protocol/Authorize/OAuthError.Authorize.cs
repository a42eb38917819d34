namespace IdentityServer.Protocol;

public sealed partial record OAuthError
{
    // Before client and redirect address are known: shown on our own page, never sent anywhere.

    public static readonly OAuthError UnknownClient =
        new(Errors.InvalidRequest, "invalid_client_id", "The client_id is not one of an active application.");

    /// <summary>RFC 6749 §3.1.2.4.</summary>
    public static readonly OAuthError UnregisteredRedirectUri =
        new(Errors.InvalidRequest, "invalid_redirect_uri", "The redirect_uri is not one of those registered for this application.");

    // RFC 6749 §4.1.2.1 and OpenID Connect Core §3.1.2.6: sent to the client.

    public static readonly OAuthError UnsupportedResponseType =
        new(Errors.UnsupportedResponseType, "invalid_response_type", "The response_type is not supported. Use code.");

    public static readonly OAuthError InvalidResponseMode =
        Invalid(Parameters.ResponseMode, "The response_mode is not supported. Use query, fragment or form_post.");

    public static readonly OAuthError RequestNotSupported =
        new(Errors.RequestNotSupported, "request_not_supported", "The request parameter is not supported.");

    public static readonly OAuthError RequestUriNotSupported =
        new(Errors.RequestUriNotSupported, "request_uri_not_supported", "The request_uri parameter is not supported.");

    public static readonly OAuthError RegistrationNotSupported =
        new(Errors.RegistrationNotSupported, "registration_not_supported", "The registration parameter is not supported.");

    public static readonly OAuthError InvalidPrompt =
        Invalid(Parameters.Prompt, "The prompt parameter is not a list of none, login, consent and select_account, or joins none with another.");

    public static readonly OAuthError InvalidMaxAge =
        Invalid(Parameters.MaxAge, "The max_age parameter is not a number of seconds.");

    public static readonly OAuthError InvalidClaims =
        Invalid(Parameters.Claims, "The claims parameter is not the JSON object that OpenID Connect Core section 5.5 describes.");

    public static readonly OAuthError InvalidIdTokenHint =
        Invalid(Parameters.IdTokenHint, "The id_token_hint is not an ID token that was issued here to this client.");

    /// <summary>RFC 7636 §4.4.1.</summary>
    public static readonly OAuthError MissingCodeChallenge =
        new(Errors.InvalidRequest, "missing_code_challenge", "A code_challenge is required (PKCE).");

    public static readonly OAuthError InvalidCodeChallenge =
        new(Errors.InvalidRequest, "invalid_pkce_code_challenge", "The code_challenge is not the base64url form of a SHA-256 hash.");

    /// <summary>RFC 7636 §4.4.1.</summary>
    public static readonly OAuthError InvalidCodeChallengeMethod =
        new(Errors.InvalidRequest, "invalid_pkce_code_challenge_method", "The code_challenge_method must be S256.");

    public static readonly OAuthError AccessDenied =
        new(Errors.AccessDenied, "consent_canceled", "The request was refused.");

    public static readonly OAuthError LoginRequired =
        new(Errors.LoginRequired, "authentication_required", "The user must sign in.");

    public static readonly OAuthError ConsentRequired =
        new(Errors.ConsentRequired, "consent_required", "The user must give consent.");

    public static readonly OAuthError InteractionRequired =
        new(Errors.InteractionRequired, "unknown", "The user must be asked something first.");

    public static readonly OAuthError AccountSelectionRequired =
        new(Errors.AccountSelectionRequired, "unknown", "The user must choose an account.");
}
