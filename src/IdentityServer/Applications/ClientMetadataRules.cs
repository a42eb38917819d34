using System.Text.Json;
using IdentityServer.Protocol;
using IdentityServer.Themes;

namespace IdentityServer.Applications;

/// <summary>What <c>clientMetadata</c> must fulfil (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2).</summary>
internal static class ClientMetadataRules
{
    private const string Path = "application.clientMetadata";

    private static readonly string[] Methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    // RFC 9126 §6, RFC 9101 §10.5, RFC 9449 §5.2, RFC 8705 §3.4.
    private static readonly string[] Promises =
    [
        Protocol.ClientMetadata.RequirePushedAuthorizationRequests, "require_signed_request_object", "dpop_bound_access_tokens",
        "tls_client_certificate_bound_access_tokens",
    ];

    private static readonly string[] OurAlgorithms = [JwsAlgorithm.RS256.Name, JwsAlgorithm.ES256.Name];

    /// <summary>Notes everything that is wrong.</summary>
    public static void Check(ApplicationSettings settings, FieldErrors errors)
    {
        var metadata = settings.ClientMetadata;
        OneOf(metadata.TokenEndpointAuthMethod, Methods, "token_endpoint_auth_method", errors);
        OneOf(metadata.TokenEndpointAuthSigningAlg, JwsAlgorithm.Names, "token_endpoint_auth_signing_alg", errors);
        OneOf(metadata.IdTokenSignedResponseAlg, OurAlgorithms, "id_token_signed_response_alg", errors);
        OneOf(metadata.AccessTokenSignedResponseAlg, OurAlgorithms, "access_token_signed_response_alg", errors);
        CheckPolicy(settings, errors);
        CheckKeys(metadata, errors);
        CheckUris(metadata, errors);
        CheckPromises(metadata, errors);
        if (metadata.DefaultMaxAge < 0)
        {
            errors.Add(Path + ".default_max_age", "invalid", "A number of seconds, zero or more.");
        }
    }

    // FusionAuth's policy and the registered method say the same thing twice; they may not disagree.
    private static void CheckPolicy(ApplicationSettings settings, FieldErrors errors)
    {
        if (settings.ClientMetadata.TokenEndpointAuthMethod is { } method
            && (method == "none") != (settings.OauthConfiguration.ClientAuthenticationPolicy is ClientAuthenticationPolicy.NotRequired))
        {
            errors.Add(
                Path + ".token_endpoint_auth_method", "invalid",
                "'none' goes with oauthConfiguration.clientAuthenticationPolicy NotRequired, every other method with another policy.");
        }
    }

    private static void CheckKeys(ClientMetadata metadata, FieldErrors errors)
    {
        if (metadata is { Jwks: not null, JwksUri: not null })
        {
            errors.Add(Path + ".jwks", "invalid", "Either jwks or jwks_uri, not both (OpenID Connect Registration §2).");
        }

        if (metadata.JwksUri is { } address && !IsFetchable(address))
        {
            errors.Add(Path + ".jwks_uri", "invalid", "An https address, or http on this machine.");
        }

        if (metadata.Jwks is { } jwks)
        {
            var parsed = JsonWebKeySet.Parse(jwks);
            if (parsed.Failed(out var error, out var keys))
            {
                errors.Add(Path + ".jwks", "invalid", error.Description);
            }
            else if (keys.Keys.Count == 0)
            {
                errors.Add(Path + ".jwks", "invalid", "The set holds no usable public key: RSA of at least 2048 bits, or EC on P-256, P-384 or P-521.");
            }
        }

        if (metadata is { TokenEndpointAuthMethod: "private_key_jwt", Jwks: null, JwksUri: null })
        {
            errors.Add(Path + ".jwks", "missing", "private_key_jwt needs the client's public keys.");
        }
    }

    // What would refuse or bind requests here, and doesn't yet: stored, it would promise a protection that there is none of.
    private static void CheckPromises(ClientMetadata metadata, FieldErrors errors)
    {
        foreach (var name in Promises.Where(name => metadata.Others?.TryGetValue(name, out var value) == true && value.ValueKind is not JsonValueKind.False))
        {
            errors.Add($"{Path}.{name}", "invalid", "This server does not do that yet, so it can't be required.");
        }
    }

    private static bool IsFetchable(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";

    private static void CheckUris(ClientMetadata metadata, FieldErrors errors)
    {
        ApplicationRules.CheckUris(metadata.PostLogoutRedirectUris ?? [], Path + ".post_logout_redirect_uris", errors);
        ApplicationRules.CheckUri(metadata.JwksUri, Path + ".jwks_uri", errors);
        ApplicationRules.CheckUri(metadata.ClientUri, Path + ".client_uri", errors);
        if (!ApplicationView.IsShown(metadata.LogoUri))
        {
            ApplicationRules.CheckUri(metadata.LogoUri, Path + ".logo_uri", errors); // Kept, and not shown.
        }

        ApplicationRules.CheckUri(metadata.PolicyUri, Path + ".policy_uri", errors);
        ApplicationRules.CheckUri(metadata.TosUri, Path + ".tos_uri", errors);

        // Names that this server only keeps follow the same rule, so that whoever acts on them later finds nothing bad.
        foreach (var (name, value) in metadata.Others ?? [])
        {
            if (value.ValueKind is JsonValueKind.String && name.EndsWith("_uri", StringComparison.Ordinal))
            {
                ApplicationRules.CheckUri(value.GetString(), $"{Path}.{name}", errors);
            }
            else if (value.ValueKind is JsonValueKind.Array && name.EndsWith("_uris", StringComparison.Ordinal))
            {
                ApplicationRules.CheckUris([.. value.EnumerateArray().Select(item => item.ToString())], $"{Path}.{name}", errors);
            }
        }
    }

    private static void OneOf(string? value, IReadOnlyList<string> allowed, string name, FieldErrors errors)
    {
        if (value is not null && !allowed.Contains(value))
        {
            errors.Add($"{Path}.{name}", "invalid", $"One of: {string.Join(", ", allowed)}.");
        }
    }
}
