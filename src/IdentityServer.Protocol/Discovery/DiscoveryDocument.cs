using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>
/// Provider metadata (OpenID Connect Discovery §3, RFC 8414 §2, RFC 9207 §3, RP-Initiated Logout §2.1). Says what its
/// caller serves; an endpoint that is not served is null and is not mentioned.
/// </summary>
public sealed record DiscoveryDocument
{
    public required string Issuer { get; init; }
    public required string AuthorizationEndpoint { get; init; }
    public required string TokenEndpoint { get; init; }
    public required string JwksUri { get; init; }
    public string? UserInfoEndpoint { get; init; }
    public string? EndSessionEndpoint { get; init; }
    public string? IntrospectionEndpoint { get; init; }
    public string? RevocationEndpoint { get; init; }
    public string? PushedAuthorizationRequestEndpoint { get; init; }
    public string? DeviceAuthorizationEndpoint { get; init; }
    public required IReadOnlyList<string> ScopesSupported { get; init; }
    public required IReadOnlyList<string> GrantTypesSupported { get; init; }
    public required IReadOnlyList<string> TokenEndpointAuthMethodsSupported { get; init; }
    public required IReadOnlyList<string> IdTokenSigningAlgValuesSupported { get; init; }
    public IReadOnlyList<string> AcrValuesSupported { get; init; } = [];
    public IReadOnlyList<string> UiLocalesSupported { get; init; } = [];

    /// <summary>Algorithms for client assertions.</summary>
    public IReadOnlyList<string> TokenEndpointAuthSigningAlgValuesSupported { get; init; } = JwsAlgorithm.Names;

    public IReadOnlyList<string> ClaimsSupported { get; init; } =
    [
        Claims.Subject, Claims.Issuer, Claims.Audience, Claims.ExpiresAt, Claims.IssuedAt, Claims.AuthenticationTime, Claims.Nonce,
        Claims.AuthenticationContext, Claims.AuthenticationMethods, Claims.AccessTokenHash, Claims.SessionId,
        .. ClaimsByScope.All.Order(StringComparer.Ordinal),
    ];

    public byte[] ToUtf8Bytes() => Json.ToBytes(this, static (document, writer) => document.WriteTo(writer));

    private void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("issuer"u8, Issuer);
        writer.WriteString("authorization_endpoint"u8, AuthorizationEndpoint);
        writer.WriteString("token_endpoint"u8, TokenEndpoint);
        writer.WriteString("jwks_uri"u8, JwksUri);
        ClaimWriter.WriteOptional(writer, "userinfo_endpoint"u8, UserInfoEndpoint);
        ClaimWriter.WriteOptional(writer, "end_session_endpoint"u8, EndSessionEndpoint);
        ClaimWriter.WriteOptional(writer, "introspection_endpoint"u8, IntrospectionEndpoint);
        ClaimWriter.WriteOptional(writer, "revocation_endpoint"u8, RevocationEndpoint);
        ClaimWriter.WriteOptional(writer, "pushed_authorization_request_endpoint"u8, PushedAuthorizationRequestEndpoint);
        ClaimWriter.WriteOptional(writer, "device_authorization_endpoint"u8, DeviceAuthorizationEndpoint);

        ClaimWriter.WriteList(writer, "scopes_supported", ScopesSupported);
        ClaimWriter.WriteList(writer, "response_types_supported", [ResponseTypes.Code]);
        ClaimWriter.WriteList(writer, "response_modes_supported", [ResponseModes.Query, ResponseModes.Fragment, ResponseModes.FormPost]);
        ClaimWriter.WriteList(writer, "grant_types_supported", GrantTypesSupported);
        ClaimWriter.WriteOptional(writer, "acr_values_supported", AcrValuesSupported);
        ClaimWriter.WriteList(writer, "subject_types_supported", ["public"]);
        ClaimWriter.WriteList(writer, "id_token_signing_alg_values_supported", IdTokenSigningAlgValuesSupported);
        ClaimWriter.WriteList(writer, "code_challenge_methods_supported", [CodeChallengeMethods.S256]);
        ClaimWriter.WriteList(writer, "prompt_values_supported", [Prompts.None, Prompts.Login, Prompts.Consent, Prompts.SelectAccount]);
        WriteAuthentication(writer, "token_endpoint", TokenEndpoint, TokenEndpointAuthMethodsSupported);
        // RFC 7662 §2.1 wants its callers authorized: there a client that proves nothing does not get in.
        WriteAuthentication(
            writer, "introspection_endpoint", IntrospectionEndpoint,
            [.. TokenEndpointAuthMethodsSupported.Where(method => method != ClientAuthenticationMethods.None)]);
        WriteAuthentication(writer, "revocation_endpoint", RevocationEndpoint, TokenEndpointAuthMethodsSupported);
        ClaimWriter.WriteList(writer, "claims_supported", ClaimsSupported);
        ClaimWriter.WriteOptional(writer, "ui_locales_supported", UiLocalesSupported);

        writer.WriteBoolean("claims_parameter_supported"u8, true);
        writer.WriteBoolean("request_parameter_supported"u8, false);
        // Left out it would mean true.
        writer.WriteBoolean("request_uri_parameter_supported"u8, false);
        writer.WriteBoolean("authorization_response_iss_parameter_supported"u8, true);
        writer.WriteEndObject();
    }

    // RFC 8414 §2: the algorithms are required wherever a method signs.
    private void WriteAuthentication(Utf8JsonWriter writer, string endpoint, string? address, IReadOnlyList<string> methods)
    {
        if (address is null)
            return;

        ClaimWriter.WriteList(writer, endpoint + "_auth_methods_supported", methods);
        if (methods.Contains(ClientAuthenticationMethods.PrivateKeyJwt))
            ClaimWriter.WriteList(writer, endpoint + "_auth_signing_alg_values_supported", TokenEndpointAuthSigningAlgValuesSupported);
    }
}
