namespace IdentityServer.Protocol;

public sealed partial record OAuthError
{
    /// <summary>RFC 6749 §5.2.</summary>
    public static readonly OAuthError UnsupportedGrantType =
        new(Errors.UnsupportedGrantType, "invalid_grant_type", "The grant_type is not supported.");

    /// <summary>RFC 6749 §5.2. The same whether the client is unknown or its proof wrong.</summary>
    public static readonly OAuthError InvalidClient =
        new(Errors.InvalidClient, "invalid_client_authentication", "Client authentication failed.", 401);

    /// <summary>RFC 6749 §5.2: no client authentication included.</summary>
    public static readonly OAuthError ClientAuthenticationMissing =
        new(Errors.InvalidClient, "client_authentication_missing", "The request does not say which client it comes from.", 401);

    /// <summary>RFC 6749 §5.2: an unsupported authentication method.</summary>
    public static readonly OAuthError InvalidClientAuthenticationScheme =
        new(Errors.InvalidClient, "invalid_client_authentication_scheme", "The Authorization header of this endpoint uses the Basic scheme.", 401);

    /// <summary>RFC 6749 §2.3: one method per request.</summary>
    public static readonly OAuthError SeveralClientAuthentications =
        new(Errors.InvalidRequest, "invalid_client_authentication", "The request authenticates the client in more than one way.");

    public static readonly OAuthError ClientIdMismatch =
        new(Errors.InvalidRequest, "client_id_mismatch", "The client_id differs from the one that the client authentication names.");

    public static readonly OAuthError CodeNotRedeemable =
        new(Errors.InvalidGrant, "auth_code_not_found", "The authorization code is unknown, expired or already used.");

    /// <summary>RFC 6749 §4.1.3: identical to that of the authorization request.</summary>
    public static readonly OAuthError RedirectUriMismatch =
        new(Errors.InvalidGrant, "invalid_redirect_uri", "The redirect_uri differs from that of the authorization request.");

    /// <summary>RFC 7636 §4.6.</summary>
    public static readonly OAuthError MissingCodeVerifier =
        new(Errors.InvalidGrant, "missing_code_verifier", "The code was requested with a code_challenge; its code_verifier is missing.");

    /// <summary>RFC 7636 §4.6.</summary>
    public static readonly OAuthError InvalidCodeVerifier =
        new(Errors.InvalidGrant, "invalid_pkce_code_verifier", "The code_verifier does not match the code_challenge of the authorization request.");

    /// <summary>RFC 6749 §5.2.</summary>
    public static readonly OAuthError RefreshTokenNotRedeemable =
        new(Errors.InvalidGrant, "refresh_token_not_found", "The refresh token is unknown, expired, revoked or already used.");

    public static readonly OAuthError LoginPrevented =
        new(Errors.InvalidGrant, "login_prevented", "This user may not receive tokens.");

    // RFC 6750 §3.1: for endpoints that take an access token.

    /// <summary>RFC 6750 §3: without any token the challenge names no error, but the body may.</summary>
    public static readonly OAuthError AccessTokenRequired =
        new(Errors.InvalidToken, "access_token_required", "An access token is required.", 401);

    public static readonly OAuthError AccessTokenMalformed =
        new(Errors.InvalidToken, "access_token_malformed", "The access token is malformed.", 401);

    public static readonly OAuthError AccessTokenInvalid =
        new(Errors.InvalidToken, "access_token_invalid", "The access token is not valid.", 401);

    public static readonly OAuthError AccessTokenExpired =
        new(Errors.InvalidToken, "access_token_expired", "The access token has expired.", 401);

    public static readonly OAuthError InsufficientScope =
        new(Errors.InsufficientScope, "missing_required_scope", "The access token lacks the scope that this needs.", 403);

    /// <summary>RFC 7009 §2.2.1.</summary>
    public static readonly OAuthError UnsupportedTokenType =
        new(Errors.UnsupportedTokenType, "unknown", "Tokens of this type cannot be revoked here.");
}
