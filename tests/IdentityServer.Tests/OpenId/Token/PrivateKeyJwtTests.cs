using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId.Token;

/// <summary>A client that signs for itself (RFC 7523 §3, OpenID Connect Core §9).</summary>
public sealed class PrivateKeyJwtTests(AssertionForge forge) : IClassFixture<AssertionForge>
{
    private const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    public async Task A_good_assertion_is_taken(string algorithm)
    {
        var (server, client) = await AddAsync();

        (await PostAsync(server, forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow(), algorithm))).Expect();
    }

    [Fact]
    public async Task The_audience_may_stand_in_a_list_and_the_client_id_beside_it()
    {
        var (server, client) = await AddAsync();
        var assertion = forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow(), bend: (_, claims) => claims["aud"] = new JsonArray(Issuer(server)));

        (await PostAsync(server, assertion, ("client_id", client.ClientId))).Expect();
    }

    // Each bends one thing.
    public static readonly TheoryData<string> Bends =
    [
        "iss of another", "sub of another", "no iss", "aud of the endpoint", "aud of another", "aud of several", "no aud", "no exp", "exp as text",
        "expired", "exp too far", "not yet", "nbf as text", "from the future", "no jti", "empty jti", "long jti", "alg none", "alg HS256", "alg of another key",
        "unknown kid", "crit",
    ];

    [Theory]
    [MemberData(nameof(Bends))]
    public async Task A_bent_assertion_is_refused(string bend)
    {
        var (server, client) = await AddAsync();
        var now = server.Clock.GetUtcNow();
        var algorithm = bend switch { "alg none" => "none", "alg HS256" => "HS256", _ => "ES256" };
        var assertion = forge.Make(client.ClientId, Issuer(server), now, algorithm, (header, claims) => Bend(bend, header, claims, Issuer(server), now.ToUnixTimeSeconds()));

        (await PostAsync(server, assertion)).MustRefuseClient();
    }

    [Fact]
    public async Task A_changed_or_foreign_signature_is_refused()
    {
        var (server, client) = await AddAsync();
        using var stranger = new AssertionForge();
        var good = forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow());
        var parts = good.Split('.');
        var longer = forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow(), bend: (_, claims) => claims["more"] = 1).Split('.');

        (await PostAsync(server, stranger.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow()))).MustRefuseClient();
        (await PostAsync(server, $"{parts[0]}.{longer[1]}.{parts[2]}")).MustRefuseClient();
        (await PostAsync(server, $"{parts[0]}.{parts[1]}.")).MustRefuseClient();
        (await PostAsync(server, "a.b.c")).MustRefuseClient();
        (await PostAsync(server, good)).Expect();
    }

    [Fact]
    public async Task Only_the_registered_algorithm_is_taken()
    {
        var (server, client) = await AddAsync(metadata => metadata with { TokenEndpointAuthSigningAlg = "PS256" });

        foreach (var algorithm in new[] { "ES256", "RS256", "RS512" })
        {
            (await PostAsync(server, forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow(), algorithm))).MustRefuseClient();
        }

        (await PostAsync(server, forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow(), "PS256"))).Expect();
    }

    [Fact]
    public async Task The_parts_of_the_request_belong_together()
    {
        var (server, client) = await AddAsync();
        var assertion = forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow());
        (string, string) grant = ("grant_type", "client_credentials");

        (await server.PostFormAsync(Endpoint.Token, null, grant, ("client_assertion", assertion)))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "missing_client_assertion_type", "The request is missing the client_assertion_type parameter.");
        (await server.PostFormAsync(Endpoint.Token, null, grant, ("client_assertion_type", Type)))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "missing_client_assertion", "The request is missing the client_assertion parameter.");
        (await server.PostFormAsync(Endpoint.Token, null, grant, ("client_assertion_type", "something"), ("client_assertion", assertion))).MustRefuseClient();
        (await PostAsync(server, assertion, ("client_id", Guid.NewGuid().ToString()))).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "client_id_mismatch", "The client_id differs from the one that the client authentication names.");
    }

    [Fact]
    public async Task A_client_that_did_not_register_it_may_not_use_it()
    {
        var server = await TestServer.SharedAsync();
        var client = await server.AddApplicationAsync(
            made => made with
            {
                OauthConfiguration = Endpoint.AllGrants(made.OauthConfiguration),
                ClientMetadata = new() { Jwks = forge.KeySet },
            },
            "secret");

        (await PostAsync(server, forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow()))).MustRefuseClient();
    }

    [Theory, OnEachDatabase]
    public async Task An_assertion_is_taken_once_at_all_endpoints_together(DatabaseProvider provider)
    {
        var (server, client) = await AddAsync(provider: provider);
        var assertion = forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow());

        (await PostAsync(server, assertion)).Expect();

        (await PostAsync(server, assertion)).MustRefuseClient();
        foreach (var endpoint in new[] { Endpoint.Introspect, Endpoint.Revoke })
        {
            (await server.PostFormAsync(endpoint, null, ("token", "x"), ("client_assertion_type", Type), ("client_assertion", assertion))).MustRefuseClient();
        }
    }

    [Theory, OnEachDatabase]
    public async Task Of_many_at_once_one_is_taken(DatabaseProvider provider)
    {
        var (server, client) = await AddAsync(provider: provider);
        var assertion = forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => PostAsync(server, assertion))));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status is not HttpStatusCode.OK), answer => answer.MustRefuseClient());
    }

    [Fact]
    public async Task Two_clients_may_use_the_same_jti()
    {
        var (server, one) = await AddAsync();
        var (_, other) = await AddAsync();

        foreach (var client in new[] { one, other })
        {
            var assertion = forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow(), bend: (_, claims) => claims["jti"] = "the same" + one.Id);
            (await PostAsync(server, assertion)).Expect();
        }
    }

    [Fact]
    public async Task It_works_wherever_a_client_authenticates()
    {
        var (server, client) = await AddAsync();
        string Fresh() => forge.Make(client.ClientId, Issuer(server), server.Clock.GetUtcNow());
        var token = (await PostAsync(server, Fresh())).Expect().AccessToken;

        var seen = await server.PostFormAsync(Endpoint.Introspect, null, ("token", token), ("client_assertion_type", Type), ("client_assertion", Fresh()));
        Assert.True(seen.Expect().Json.GetProperty("active").GetBoolean());
        (await server.PostFormAsync(Endpoint.Revoke, null, ("token", token), ("client_assertion_type", Type), ("client_assertion", Fresh()))).Expect();
    }

    private static void Bend(string how, JsonObject header, JsonObject claims, string issuer, long now)
    {
        switch (how)
        {
            case "iss of another": claims["iss"] = "another"; break;
            case "sub of another": claims["sub"] = "another"; break;
            case "no iss": claims.Remove("iss"); break;
            case "aud of the endpoint": claims["aud"] = issuer + Endpoint.Token; break;
            case "aud of another": claims["aud"] = "https://another.example"; break;
            case "aud of several": claims["aud"] = new JsonArray(issuer, "https://another.example"); break;
            case "no aud": claims.Remove("aud"); break;
            case "no exp": claims.Remove("exp"); break;
            case "exp as text": claims["exp"] = (now + 60).ToString(System.Globalization.CultureInfo.InvariantCulture); break;
            case "expired": claims["exp"] = now; break;
            case "exp too far": claims["exp"] = now + (5 * 60) + 11; break;
            case "not yet": claims["nbf"] = now + 20; break;
            case "nbf as text": claims["nbf"] = "now"; break;
            case "from the future": claims["iat"] = now + 20; break;
            case "no jti": claims.Remove("jti"); break;
            case "empty jti": claims["jti"] = ""; break;
            case "long jti": claims["jti"] = new string('j', 257); break;
            case "alg of another key": header["alg"] = "RS256"; break;
            case "unknown kid": header["kid"] = "unknown"; break;
            case "crit": header["crit"] = new JsonArray("b64"); break;
        }
    }

    private static string Issuer(TestServer server) => server.Get<PublicAddress>().Value;

    private static Task<TokenAnswer> PostAsync(TestServer server, string assertion, params (string, string)[] more) =>
        server.PostFormAsync(
            Endpoint.Token, null, [("grant_type", "client_credentials"), ("client_assertion_type", Type), ("client_assertion", assertion), .. more]);

    private async Task<(TestServer Server, Application Client)> AddAsync(
        Func<ClientMetadata, ClientMetadata>? change = null, DatabaseProvider provider = DatabaseProvider.Sqlite)
    {
        var server = await TestServer.SharedAsync(provider);
        var metadata = new ClientMetadata { TokenEndpointAuthMethod = "private_key_jwt", Jwks = forge.KeySet };
        return (server, await server.AddApplicationAsync(made => made with
        {
            OauthConfiguration = Endpoint.AllGrants(made.OauthConfiguration),
            ClientMetadata = change?.Invoke(metadata) ?? metadata,
        }));
    }
}
