using System.Text.Json;
using IdentityServer.Applications;

namespace IdentityServer.Api;

/// <summary>Object <c>clientMetadata</c> of an application, as it is read. Names that are not known here are kept and returned.</summary>
internal static class ClientMetadataWire
{
    private static readonly string[] Known =
    [
        "token_endpoint_auth_method", "jwks", "jwks_uri", "token_endpoint_auth_signing_alg", "id_token_signed_response_alg",
        "access_token_signed_response_alg", "post_logout_redirect_uris", "default_max_age", "require_auth_time", "client_uri",
        "logo_uri", "policy_uri", "tos_uri",
    ];

    /// <summary>Reads the object.</summary>
    public static ClientMetadata Read(JsonFields fields) => new()
    {
        TokenEndpointAuthMethod = fields.Text("token_endpoint_auth_method"),
        Jwks = fields.Object("jwks") is { } jwks ? JsonSerializer.SerializeToElement(jwks) : null,
        JwksUri = fields.Text("jwks_uri", 2048),
        TokenEndpointAuthSigningAlg = fields.Text("token_endpoint_auth_signing_alg"),
        IdTokenSignedResponseAlg = fields.Text("id_token_signed_response_alg"),
        AccessTokenSignedResponseAlg = fields.Text("access_token_signed_response_alg"),
        PostLogoutRedirectUris = fields.Texts("post_logout_redirect_uris"),
        DefaultMaxAge = fields.Number("default_max_age"),
        RequireAuthTime = fields.OptionalFlag("require_auth_time"),
        ClientUri = fields.Text("client_uri", 2048),
        LogoUri = fields.Text("logo_uri", 2048),
        PolicyUri = fields.Text("policy_uri", 2048),
        TosUri = fields.Text("tos_uri", 2048),
        // A secret has its own place, where it is hashed; kept here it would be shown to every reader.
        Others = fields.Others(fields.Names.Except([.. Known, "client_secret"])),
    };
}
