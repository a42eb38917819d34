namespace IdentityServer.Protocol;

/// <summary>Names of client metadata (RFC 7591 §2, OpenID Connect Registration §2, RP-Initiated and Back-Channel Logout, RFC 9126 §6).</summary>
public static class ClientMetadata
{
    public const string BackchannelLogoutSessionRequired = "backchannel_logout_session_required";
    public const string BackchannelLogoutUri = "backchannel_logout_uri";
    public const string ClientName = "client_name";
    public const string ClientUri = "client_uri";
    public const string Contacts = "contacts";
    public const string DefaultMaxAge = "default_max_age";
    public const string GrantTypes = "grant_types";
    public const string IdTokenSignedResponseAlg = "id_token_signed_response_alg";
    public const string InitiateLoginUri = "initiate_login_uri";
    public const string Jwks = "jwks";
    public const string JwksUri = "jwks_uri";
    public const string LogoUri = "logo_uri";
    public const string PolicyUri = "policy_uri";
    public const string PostLogoutRedirectUris = "post_logout_redirect_uris";
    public const string RedirectUris = "redirect_uris";
    public const string RequireAuthTime = "require_auth_time";
    public const string RequirePushedAuthorizationRequests = "require_pushed_authorization_requests";
    public const string ResponseTypes = "response_types";
    public const string Scope = "scope";
    public const string TokenEndpointAuthMethod = "token_endpoint_auth_method";
    public const string TokenEndpointAuthSigningAlg = "token_endpoint_auth_signing_alg";
    public const string TosUri = "tos_uri";
}
