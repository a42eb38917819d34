using System.Net;
using System.Text.Json;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId;

/// <summary>Metadata (OpenID Connect Discovery §4, RFC 8414 §3) and the key set (RFC 7517 §5).</summary>
public sealed class DiscoveryTests : IAsyncLifetime
{
    private const string Jwks = "/.well-known/jwks.json";

    private TestServer server = null!;

    public static TheoryData<string> Documents => ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", Jwks];

    public async Task InitializeAsync() => server = await TestServer.SharedAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Both_addresses_say_the_same()
    {
        var one = await server.SendAsync(HttpMethod.Get, "/.well-known/openid-configuration");
        var other = await server.SendAsync(HttpMethod.Get, "/.well-known/oauth-authorization-server");

        Assert.Equal(one.Expect().Json.GetRawText(), other.Expect().Json.GetRawText());
        Assert.Equal(server.Address.OriginalString.TrimEnd('/'), one.Json.GetProperty("issuer").GetString());
    }

    [Fact]
    public async Task Every_endpoint_that_it_names_answers_in_its_own_way()
    {
        var metadata = (await server.SendAsync(HttpMethod.Get, "/.well-known/openid-configuration")).Expect().Json;
        var endpoints = metadata.EnumerateObject()
            .Where(member => member.Name.EndsWith("_endpoint", StringComparison.Ordinal) || member.Name == "jwks_uri")
            .ToDictionary(member => member.Name, member => member.Value.GetString()!);

        Assert.Equal(
            [
                "authorization_endpoint", "end_session_endpoint", "introspection_endpoint", "jwks_uri", "revocation_endpoint", "token_endpoint",
                "userinfo_endpoint",
            ],
            endpoints.Keys.Order(StringComparer.Ordinal));
        using var client = server.NewClient();
        foreach (var (name, address) in endpoints)
        {
            Assert.StartsWith(server.Address.OriginalString, address, StringComparison.Ordinal);
            using var response = name is "token_endpoint" or "introspection_endpoint" or "revocation_endpoint"
                ? await client.PostAsync(new Uri(address), new FormUrlEncodedContent([]))
                : await client.GetAsync(new Uri(address));
            Assert.Equal(
                name switch
                {
                    "jwks_uri" => HttpStatusCode.OK,
                    "authorization_endpoint" => HttpStatusCode.BadRequest,
                    "end_session_endpoint" => HttpStatusCode.OK,
                    _ => HttpStatusCode.Unauthorized,
                },
                response.StatusCode);
        }
    }

    [Fact]
    public async Task It_names_what_works_and_nothing_else()
    {
        var metadata = (await server.SendAsync(HttpMethod.Get, "/.well-known/openid-configuration")).Expect().Json;

        string[] Values(string name) => [.. metadata.GetProperty(name).EnumerateArray().Select(value => value.GetString()!)];
        Assert.Equal(["code"], Values("response_types_supported"));
        Assert.Equal(["query", "fragment", "form_post"], Values("response_modes_supported"));
        Assert.Equal(["authorization_code", "refresh_token", "client_credentials"], Values("grant_types_supported"));
        Assert.Equal(["S256"], Values("code_challenge_methods_supported"));
        Assert.Equal(["public"], Values("subject_types_supported"));
        Assert.Equal(["openid", "profile", "email", "phone", "address", "offline_access"], Values("scopes_supported"));
        Assert.Equal(["RS256", "ES256"], Values("id_token_signing_alg_values_supported"));
        Assert.Equal(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"], Values("token_endpoint_auth_methods_supported"));
        Assert.Equal(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"], Values("revocation_endpoint_auth_methods_supported"));
        Assert.Equal(["client_secret_basic", "client_secret_post", "private_key_jwt"], Values("introspection_endpoint_auth_methods_supported"));
        Assert.Equal(["none", "login", "consent", "select_account"], Values("prompt_values_supported"));
        Assert.Equal(["1", "2"], Values("acr_values_supported"));
        Assert.Equal(["de", "en"], Values("ui_locales_supported").Order(StringComparer.Ordinal));
        Assert.True(metadata.GetProperty("claims_parameter_supported").GetBoolean());
        Assert.False(metadata.GetProperty("request_parameter_supported").GetBoolean());
        Assert.False(metadata.GetProperty("request_uri_parameter_supported").GetBoolean());
        Assert.True(metadata.GetProperty("authorization_response_iss_parameter_supported").GetBoolean());
    }

    [Fact]
    public async Task Every_claim_that_it_names_can_be_had()
    {
        var metadata = (await server.SendAsync(HttpMethod.Get, "/.well-known/openid-configuration")).Expect().Json;
        string[] always = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"];
        var named = metadata.GetProperty("claims_supported").EnumerateArray().Select(claim => claim.GetString()!).ToHashSet();
        var party = await RelyingParty.AddAsync(server);

        var idToken = await party.VerifyIdTokenAsync((await party.GetTokensAsync(await server.AddUserAsync())).Expect());

        Assert.All(always, claim => Assert.True(idToken.TryGetProperty(claim, out _) && named.Contains(claim), claim));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task A_document_is_kept_for_minutes_and_asked_for_again_by_its_tag(string path)
    {
        var answer = await server.SendAsync(HttpMethod.Get, path);
        var tag = answer.Expect().Response.Headers.ETag!.ToString();

        Assert.Equal("application/json", answer.Response.Content.Headers.ContentType?.ToString());
        Assert.Equal("public, must-revalidate, max-age=300", answer.Response.Headers.CacheControl?.ToString());
        Assert.Equal("nosniff", answer.Response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(answer.Response.Content.Headers.ContentLength, (await answer.Response.Content.ReadAsByteArrayAsync()).Length);
        foreach (var known in new[] { tag, "W/" + tag, $"\"other\", {tag}", "*" })
        {
            var again = await server.SendAsync(HttpMethod.Get, path, null, null, ("If-None-Match", known));
            Assert.Equal(HttpStatusCode.NotModified, again.Status);
            Assert.Equal(tag, again.Response.Headers.ETag!.ToString());
            Assert.Equal(JsonValueKind.Undefined, again.Json.ValueKind);
        }

        (await server.SendAsync(HttpMethod.Get, path, null, null, ("If-None-Match", "\"other\""))).Expect();
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task HEAD_says_what_GET_would(string path)
    {
        var get = await server.SendAsync(HttpMethod.Get, path);
        var head = await server.SendAsync(HttpMethod.Head, path);

        Assert.Equal(HttpStatusCode.OK, head.Status);
        Assert.Equal(JsonValueKind.Undefined, head.Json.ValueKind);
        Assert.Equal(get.Response.Headers.ETag, head.Response.Headers.ETag);
        Assert.Equal(get.Response.Content.Headers.ContentLength, head.Response.Content.Headers.ContentLength);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.SendAsync(HttpMethod.Post, path)).Status);
    }

    [Fact]
    public async Task The_key_set_holds_public_parts_and_nothing_else()
    {
        var keys = (await server.SendAsync(HttpMethod.Get, Jwks)).Expect().Json.GetProperty("keys").EnumerateArray().ToList();

        Assert.Superset(new HashSet<string?> { "ES256", "RS256" }, keys.Select(key => key.GetProperty("alg").GetString()).ToHashSet());
        foreach (var key in keys)
        {
            string[] members = key.GetProperty("kty").GetString() == "RSA" ? ["alg", "e", "kid", "kty", "n", "use"] : ["alg", "crv", "kid", "kty", "use", "x", "y"];
            Assert.Equal(members, key.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
            Assert.Equal("sig", key.GetProperty("use").GetString());
        }
    }
}
