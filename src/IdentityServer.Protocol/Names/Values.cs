namespace IdentityServer.Protocol;

/// <summary>Values of <c>response_type</c> that are supported: OAuth 2.1 leaves the code.</summary>
public static class ResponseTypes
{
    public const string Code = "code";
}

/// <summary>Values of <c>response_mode</c> (OAuth 2.0 Multiple Response Type Encoding Practices §2.1, Form Post Response Mode §2).</summary>
public static class ResponseModes
{
    public const string FormPost = "form_post";
    public const string Fragment = "fragment";
    public const string Query = "query";
}

/// <summary>Values of <c>prompt</c> (OpenID Connect Core §3.1.2.1).</summary>
public static class Prompts
{
    public const string Consent = "consent";
    public const string Login = "login";
    public const string None = "none";
    public const string SelectAccount = "select_account";
}

/// <summary>Values of <c>code_challenge_method</c> (RFC 7636 §4.3) that are supported: <c>plain</c> protects nothing.</summary>
public static class CodeChallengeMethods
{
    public const string S256 = "S256";
}

/// <summary>Values of <c>token_endpoint_auth_method</c> (OpenID Connect Core §9, RFC 7591 §2) that are supported.</summary>
public static class ClientAuthenticationMethods
{
    public const string Basic = "client_secret_basic";
    public const string None = "none";
    public const string Post = "client_secret_post";
    public const string PrivateKeyJwt = "private_key_jwt";
}

/// <summary>Values of <c>client_assertion_type</c> (RFC 7523 §2.2).</summary>
public static class ClientAssertionTypes
{
    public const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
}

/// <summary>Kinds of token: on the wire (<c>token_type</c>, <c>token_type_hint</c>) and in a JWT's <c>typ</c>.</summary>
public static class TokenTypes
{
    // RFC 6750 §6.1.1
    public const string Bearer = "Bearer";

    // RFC 7009 §2.1: values of token_type_hint
    public const string AccessTokenHint = "access_token";
    public const string RefreshTokenHint = "refresh_token";

    // RFC 9068 §2.1, RFC 7519 §5.1, OpenID Connect Back-Channel Logout §2.4
    public const string AccessToken = "at+jwt";
    public const string IdToken = "JWT";
    public const string LogoutToken = "logout+jwt";
}
