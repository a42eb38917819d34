using System.Text.Json;

namespace IdentityServer.Protocol.Tests;

public class DiscoveryDocumentTests
{
    private static readonly DiscoveryDocument Small = new()
    {
        Issuer = "https://id.example",
        AuthorizationEndpoint = "https://id.example/oauth2/authorize",
        TokenEndpoint = "https://id.example/oauth2/token",
        JwksUri = "https://id.example/.well-known/jwks.json",
        ScopesSupported = Scopes.Standard,
        GrantTypesSupported = [GrantTypes.AuthorizationCode],
        TokenEndpointAuthMethodsSupported = [ClientAuthenticationMethods.Basic],
        IdTokenSigningAlgValuesSupported = ["RS256"],
    };

    // OpenID Connect Discovery §3: the required members, and those whose absence would mean something else.
    [Theory]
    [InlineData("issuer", "\"https://id.example\"")]
    [InlineData("authorization_endpoint", "\"https://id.example/oauth2/authorize\"")]
    [InlineData("token_endpoint", "\"https://id.example/oauth2/token\"")]
    [InlineData("jwks_uri", "\"https://id.example/.well-known/jwks.json\"")]
    [InlineData("response_types_supported", "[\"code\"]")]
    [InlineData("response_modes_supported", "[\"query\",\"fragment\",\"form_post\"]")]
    [InlineData("grant_types_supported", "[\"authorization_code\"]")]
    [InlineData("subject_types_supported", "[\"public\"]")]
    [InlineData("id_token_signing_alg_values_supported", "[\"RS256\"]")]
    [InlineData("code_challenge_methods_supported", "[\"S256\"]")]
    [InlineData("token_endpoint_auth_methods_supported", "[\"client_secret_basic\"]")]
    [InlineData("request_parameter_supported", "false")]
    [InlineData("request_uri_parameter_supported", "false")]
    [InlineData("claims_parameter_supported", "true")]
    [InlineData("authorization_response_iss_parameter_supported", "true")]
    public void The_document_says(string member, string json) => Assert.Equal(json, Read(Small).GetProperty(member).GetRawText());

    [Fact]
    public void What_is_not_served_is_not_mentioned()
    {
        var names = Read(Small).EnumerateObject().Select(member => member.Name).ToList();

        Assert.DoesNotContain(names, name => name.StartsWith("userinfo", StringComparison.Ordinal));
        Assert.DoesNotContain(names, name => name.StartsWith("revocation", StringComparison.Ordinal));
        Assert.DoesNotContain(names, name => name.StartsWith("introspection", StringComparison.Ordinal));
        Assert.DoesNotContain("end_session_endpoint", names);
        Assert.DoesNotContain("token_endpoint_auth_signing_alg_values_supported", names);
        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void What_is_served_is_mentioned_with_how_clients_authenticate_there()
    {
        var document = Read(Small with
        {
            UserInfoEndpoint = "https://id.example/u", EndSessionEndpoint = "https://id.example/l", IntrospectionEndpoint = "https://id.example/i",
            RevocationEndpoint = "https://id.example/r", TokenEndpointAuthMethodsSupported = ["private_key_jwt"],
        });

        Assert.Equal("https://id.example/u", document.GetProperty("userinfo_endpoint").GetString());
        Assert.Equal("https://id.example/l", document.GetProperty("end_session_endpoint").GetString());
        foreach (var endpoint in new[] { "token", "introspection", "revocation" })
        {
            Assert.Equal("""["private_key_jwt"]""", document.GetProperty(endpoint + "_endpoint_auth_methods_supported").GetRawText());
            Assert.Equal(
                """["RS256","RS384","RS512","PS256","PS384","PS512","ES256","ES384","ES512"]""",
                document.GetProperty(endpoint + "_endpoint_auth_signing_alg_values_supported").GetRawText());
        }
    }

    [Fact]
    public void Every_claim_that_a_scope_releases_is_listed() =>
        Assert.Superset(ClaimsByScope.All.ToHashSet(), Read(Small).GetProperty("claims_supported").EnumerateArray().Select(claim => claim.GetString()!).ToHashSet());

    private static JsonElement Read(DiscoveryDocument document) => JsonElement.Parse(document.ToUtf8Bytes());
}
