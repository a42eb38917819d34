using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityServer.Applications;

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
