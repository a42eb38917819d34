using System.Text.Json;
using System.Text.Json.Serialization;
using IdentityServer.Protocol;

namespace IdentityServer.Applications;

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
