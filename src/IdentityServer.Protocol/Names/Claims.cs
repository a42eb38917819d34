namespace IdentityServer.Protocol;

/// <summary>Claim names (IANA "JSON Web Token Claims"), then FusionAuth's and our own.</summary>
public static class Claims
{
    // RFC 7519 §4.1
    public const string Audience = "aud";
    public const string ExpiresAt = "exp";
    public const string IssuedAt = "iat";
    public const string Issuer = "iss";
    public const string JwtId = "jti";
    public const string NotBefore = "nbf";
    public const string Subject = "sub";

    // OpenID Connect Core §2, §3.1.3.6, §3.3.2.11; Front-Channel Logout §3
    public const string AccessTokenHash = "at_hash";
    public const string AuthenticationContext = "acr";
    public const string AuthenticationMethods = "amr";
    public const string AuthenticationTime = "auth_time";
    public const string AuthorizedParty = "azp";
    public const string CodeHash = "c_hash";
    public const string Nonce = "nonce";
    public const string SessionId = "sid";

    // OpenID Connect Core §5.1
    public const string Address = "address";
    public const string Birthdate = "birthdate";
    public const string Email = "email";
    public const string EmailVerified = "email_verified";
    public const string FamilyName = "family_name";
    public const string Gender = "gender";
    public const string GivenName = "given_name";
    public const string Locale = "locale";
    public const string MiddleName = "middle_name";
    public const string Name = "name";
    public const string Nickname = "nickname";
    public const string PhoneNumber = "phone_number";
    public const string PhoneNumberVerified = "phone_number_verified";
    public const string Picture = "picture";
    public const string PreferredUsername = "preferred_username";
    public const string Profile = "profile";
    public const string UpdatedAt = "updated_at";
    public const string Website = "website";
    public const string ZoneInfo = "zoneinfo";

    // RFC 9068 §2.2, RFC 7662 §2.2
    public const string Active = "active";
    public const string ClientId = "client_id";
    public const string Roles = "roles";
    public const string Scope = "scope";
    public const string TokenType = "token_type";
    public const string Username = "username";

    // FusionAuth
    public const string ApplicationId = "applicationId";
    public const string AuthenticationType = "authenticationType";
    public const string TenantId = "tid";

    /// <summary>Ours: the stored authorization that an access token descends from, so that revoking it is one look-up.</summary>
    public const string AuthorizationId = "authz_id";
}
