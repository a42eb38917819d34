using System.Text.Json;
using System.Text.Json.Serialization;
using IdentityServer.Protocol;

namespace IdentityServer.Applications;

/// <summary>
/// What an admin sets on an application, in FusionAuth's names, which are also the management API's. Sections and members that
/// this server does not act on are kept as they came in <c>Others</c> and returned unchanged.
/// </summary>
public sealed record ApplicationSettings
{
    /// <summary>How settings are written to the database and read back.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        MaxDepth = 32,
    };

    /// <summary>OAuth settings.</summary>
    public OauthConfiguration OauthConfiguration { get; init; } = new();

    /// <summary>Self-registration.</summary>
    public RegistrationConfiguration RegistrationConfiguration { get; init; } = new();

    /// <summary>Which forms edit what belongs to this application.</summary>
    public FormConfiguration? FormConfiguration { get; init; }

    /// <summary>Passkeys. Null, not set: people may use them.</summary>
    public WebAuthnConfiguration? WebAuthnConfiguration { get; init; }

    /// <summary>What people may do whose e-mail address is not proven. Null, not set: all.</summary>
    public UnverifiedConfiguration? Unverified { get; init; }

    /// <summary>Whether a sign-in by the management API tells that a registration is not proven. Null, not set: no.</summary>
    public bool? VerifyRegistration { get; init; }

    /// <summary>How people prove address and registration where the application has pages of its own. Null, not set: by a link.</summary>
    public VerificationStrategy? VerificationStrategy { get; init; }

    /// <summary>Token lifetimes and keys.</summary>
    public JwtConfiguration JwtConfiguration { get; init; } = new();

    /// <summary>Sign-in by mail.</summary>
    public PasswordlessConfiguration PasswordlessConfiguration { get; init; } = new();

    /// <summary>Sign-in by the management API.</summary>
    public LoginConfiguration LoginConfiguration { get; init; } = new();

    /// <summary>Second factors.</summary>
    public MultiFactorConfiguration MultiFactorConfiguration { get; init; } = new();

    /// <summary>How long a sign-in counts here. Null, not set: as long as it lasts.</summary>
    public SessionConfiguration? SessionConfiguration { get; init; }

    /// <summary>What FusionAuth's shape cannot say, in the names of RFC 7591 and OpenID Connect registration.</summary>
    public ClientMetadata ClientMetadata { get; init; } = new();

    /// <summary>Free data.</summary>
    public Dictionary<string, JsonElement> Data { get; init; } = [];

    /// <summary>Sections that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>Section <c>oauthConfiguration</c>.</summary>
public sealed record OauthConfiguration
{
    /// <summary>Redirect URIs, matched exactly.</summary>
    [JsonPropertyName("authorizedRedirectURLs")]
    public IReadOnlyList<string> AuthorizedRedirectUrls { get; init; } = [];

    /// <summary>Origins that may call from a browser (CORS).</summary>
    [JsonPropertyName("authorizedOriginURLs")]
    public IReadOnlyList<string> AuthorizedOriginUrls { get; init; } = [];

    /// <summary>Where sign-out returns to when the request names the client only.</summary>
    [JsonPropertyName("logoutURL")]
    public string? LogoutUrl { get; init; }

    /// <summary>Grants that the application may use.</summary>
    public IReadOnlyList<string> EnabledGrants { get; init; } = ["authorization_code", "refresh_token"];

    /// <summary>Whether <c>offline_access</c> gives a refresh token.</summary>
    public bool GenerateRefreshTokens { get; init; } = true;

    /// <summary>Whether the client must authenticate at the token endpoint.</summary>
    public ClientAuthenticationPolicy ClientAuthenticationPolicy { get; init; } = ClientAuthenticationPolicy.Required;

    /// <summary>
    /// Whether PKCE must be used. Null, not set: required (OAuth 2.1), except of a confidential client that is treated as FusionAuth
    /// does (<see cref="ScopeHandlingPolicy.Compatibility"/>). An admin may relax it for an old client.
    /// </summary>
    public ProofKeyForCodeExchangePolicy? ProofKeyForCodeExchangePolicy { get; init; }

    /// <summary>Whether only registered people get in.</summary>
    public bool RequireRegistration { get; init; }

    /// <summary>What a token without scope may read (§3.4 of the compatibility notes).</summary>
    public ScopeHandlingPolicy ScopeHandlingPolicy { get; init; } = ScopeHandlingPolicy.Strict;

    /// <summary>What happens to a scope that nobody defined.</summary>
    public UnknownScopePolicy UnknownScopePolicy { get; init; } = UnknownScopePolicy.Reject;

    /// <summary>Ours, or somebody else's.</summary>
    public Relationship Relationship { get; init; } = Relationship.FirstParty;

    /// <summary>When consent is asked for. Null, not set: never of first parties, remembered for third parties.</summary>
    public ConsentMode? ConsentMode { get; init; }

    /// <summary>Resources that may be asked for (RFC 8707); empty: the parameter is ignored.</summary>
    public IReadOnlyList<string> AuthorizedResourceUris { get; init; } = [];

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>Section <c>registrationConfiguration</c>.</summary>
public sealed record RegistrationConfiguration
{
    /// <summary>Whether people may register themselves.</summary>
    public bool Enabled { get; init; }

    /// <summary>Whether by a form of the admin's (<see cref="FormId"/>) or by what this section says. Null, not set: the latter.</summary>
    public RegistrationType? Type { get; init; }

    /// <summary>The form.</summary>
    public Guid? FormId { get; init; }

    /// <summary>What people sign in with. Null, not set: the e-mail address.</summary>
    public LoginIdType? LoginIdType { get; init; }

    /// <summary>Whether the password is typed twice.</summary>
    public bool ConfirmPassword { get; init; }

    /// <summary>
    /// Whether people who are registered already are asked at sign-in for what became required since. Null, not set: where there is
    /// a form. Set, people who sign in without a registration are asked as well where there is none.
    /// </summary>
    public bool? CompleteRegistration { get; init; }

    /// <summary>Whether the birth date is asked for.</summary>
    public BasicField? BirthDate { get; init; }

    /// <summary>Whether the first name is asked for.</summary>
    public BasicField? FirstName { get; init; }

    /// <summary>Whether the full name is asked for. Where nothing is said about any name, it is.</summary>
    public BasicField? FullName { get; init; }

    /// <summary>Whether the last name is asked for.</summary>
    public BasicField? LastName { get; init; }

    /// <summary>Whether the middle name is asked for.</summary>
    public BasicField? MiddleName { get; init; }

    /// <summary>Whether the telephone number is asked for.</summary>
    public BasicField? MobilePhone { get; init; }

    /// <summary>Whether the language is asked for.</summary>
    public BasicField? PreferredLanguages { get; init; }
}

/// <summary>A field of basic registration.</summary>
/// <param name="Enabled">Whether it is asked for.</param>
/// <param name="Required">Whether it must be answered.</param>
public sealed record BasicField(bool Enabled, bool Required);

/// <summary>Values of <c>registrationConfiguration.type</c>.</summary>
public enum RegistrationType
{
    /// <summary>A form that the section itself describes.</summary>
    [JsonStringEnumMemberName("basic")]
    Basic,

    /// <summary>A form of the admin's.</summary>
    [JsonStringEnumMemberName("advanced")]
    Advanced,
}

/// <summary>Values of <c>registrationConfiguration.loginIdType</c>.</summary>
public enum LoginIdType
{
    /// <summary>The e-mail address.</summary>
    [JsonStringEnumMemberName("email")]
    Email,

    /// <summary>The user name.</summary>
    [JsonStringEnumMemberName("username")]
    Username,
}

/// <summary>Section <c>formConfiguration</c>.</summary>
public sealed record FormConfiguration
{
    /// <summary>The form by which admins edit a registration.</summary>
    public Guid? AdminRegistrationFormId { get; init; }

    /// <summary>The form by which people edit their own profile.</summary>
    public Guid? SelfServiceFormId { get; init; }

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>Section <c>webAuthnConfiguration</c>.</summary>
public sealed record WebAuthnConfiguration
{
    /// <summary>Whether people may sign in with a passkey.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Passkeys instead of a password. Null, not set: yes.</summary>
    public WebAuthnWorkflow? BootstrapWorkflow { get; init; }

    /// <summary>Passkeys for whoever signed in before in this browser. Null, not set: yes.</summary>
    public WebAuthnWorkflow? ReauthenticationWorkflow { get; init; }

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>One use of passkeys.</summary>
/// <param name="Enabled">Whether it is allowed.</param>
public sealed record WebAuthnWorkflow(bool Enabled);

/// <summary>Section <c>jwtConfiguration</c>.</summary>
public sealed record JwtConfiguration
{
    /// <summary>Whether this section counts; the defaults do otherwise.</summary>
    public bool Enabled { get; init; }

    /// <summary>Life of an access and ID token, in seconds.</summary>
    public int TimeToLiveInSeconds { get; init; } = 3600;

    /// <summary>Absolute life of a refresh token and its successors, in minutes.</summary>
    public int RefreshTokenTimeToLiveInMinutes { get; init; } = 43200;

    /// <summary>The key that signs access tokens; null, those that the server makes by itself.</summary>
    public Guid? AccessTokenKeyId { get; init; }

    /// <summary>The key that signs ID tokens; null, those that the server makes by itself.</summary>
    public Guid? IdTokenKeyId { get; init; }

    /// <summary>Whether refresh tokens rotate. Null, not set: they do.</summary>
    public RefreshTokenUsagePolicy? RefreshTokenUsagePolicy { get; init; }

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>Object <c>clientMetadata</c>: RFC 7591 §2, OpenID Connect Dynamic Client Registration §2 and their extensions.</summary>
public sealed record ClientMetadata
{
    /// <summary>The one method of client authentication; null: by policy and secret.</summary>
    [JsonPropertyName("token_endpoint_auth_method")]
    public string? TokenEndpointAuthMethod { get; init; }

    /// <summary>The client's public keys (RFC 7517 §5).</summary>
    [JsonPropertyName("jwks")]
    public JsonElement? Jwks { get; init; }

    /// <summary>Where the client publishes its keys instead.</summary>
    [JsonPropertyName("jwks_uri")]
    public string? JwksUri { get; init; }

    /// <summary>The algorithm of client assertions, if the client fixed it.</summary>
    [JsonPropertyName("token_endpoint_auth_signing_alg")]
    public string? TokenEndpointAuthSigningAlg { get; init; }

    /// <summary>The algorithm of ID tokens: RS256 unless ES256 is asked for.</summary>
    [JsonPropertyName("id_token_signed_response_alg")]
    public string? IdTokenSignedResponseAlg { get; init; }

    /// <summary>The algorithm of access tokens: ES256 unless RS256 is asked for.</summary>
    [JsonPropertyName("access_token_signed_response_alg")]
    public string? AccessTokenSignedResponseAlg { get; init; }

    /// <summary>Where sign-out may return to (OpenID Connect RP-Initiated Logout §3.1).</summary>
    [JsonPropertyName("post_logout_redirect_uris")]
    public IReadOnlyList<string>? PostLogoutRedirectUris { get; init; }

    /// <summary><c>max_age</c> where a request names none, in seconds.</summary>
    [JsonPropertyName("default_max_age")]
    public int? DefaultMaxAge { get; init; }

    /// <summary>Whether <c>auth_time</c> is always in the ID token. It is, here.</summary>
    [JsonPropertyName("require_auth_time")]
    public bool? RequireAuthTime { get; init; }

    /// <summary>The client's home page.</summary>
    [JsonPropertyName("client_uri")]
    public string? ClientUri { get; init; }

    /// <summary>The client's logo.</summary>
    [JsonPropertyName("logo_uri")]
    public string? LogoUri { get; init; }

    /// <summary>The client's privacy policy.</summary>
    [JsonPropertyName("policy_uri")]
    public string? PolicyUri { get; init; }

    /// <summary>The client's terms.</summary>
    [JsonPropertyName("tos_uri")]
    public string? TosUri { get; init; }

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>Values of <c>clientAuthenticationPolicy</c>.</summary>
public enum ClientAuthenticationPolicy
{
    /// <summary>A confidential client.</summary>
    Required,

    /// <summary>A public client.</summary>
    NotRequired,

    /// <summary>A client that may leave its secret out when it proves PKCE instead.</summary>
    NotRequiredWhenUsingPKCE,
}

/// <summary>Values of <c>proofKeyForCodeExchangePolicy</c>.</summary>
public enum ProofKeyForCodeExchangePolicy
{
    /// <summary>Optional, except for public clients.</summary>
    NotRequired,

    /// <summary>Required.</summary>
    Required,

    /// <summary>Optional for a client that authenticates.</summary>
    NotRequiredWhenUsingClientAuthentication,
}

/// <summary>Values of <c>scopeHandlingPolicy</c>.</summary>
public enum ScopeHandlingPolicy
{
    /// <summary>Claims by scope.</summary>
    Strict,

    /// <summary>As FusionAuth does: userinfo tells all that is known, with or without scope, and confidential clients may go without PKCE.</summary>
    Compatibility,
}

/// <summary>Values of <c>relationship</c>.</summary>
public enum Relationship
{
    /// <summary>Ours; consent is not asked for.</summary>
    FirstParty,

    /// <summary>Somebody else's; consent is asked for.</summary>
    ThirdParty,
}

/// <summary>Values of <c>consentMode</c>.</summary>
public enum ConsentMode
{
    /// <summary>At every request.</summary>
    AlwaysPrompt,

    /// <summary>Once for a set of scopes.</summary>
    RememberDecision,

    /// <summary>Never.</summary>
    NeverPrompt,
}

/// <summary>Values of <c>refreshTokenUsagePolicy</c>.</summary>
public enum RefreshTokenUsagePolicy
{
    /// <summary>The same refresh token works until it expires.</summary>
    Reusable,

    /// <summary>Each use gives a new refresh token and ends the old one.</summary>
    OneTimeUse,
}
