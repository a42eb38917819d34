using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

public sealed class KeysApiTests
{
    [Theory, OnEachDatabase]
    public async Task An_application_signs_with_the_key_it_is_told_to(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var party = await RelyingParty.AddAsync(server);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var rsa = (await api.PostAsync("/api/key/generate", Key("RS256", ("length", 3072)))).Expect("key");
        var imported = (await api.PostAsync("/api/key/import", Key("ES384", ("privateKey", ecdsa.ExportPkcs8PrivateKeyPem()), ("kid", "mine-" + Guid.NewGuid())))).Expect("key");
        var path = $"/api/application/{party.Application.Id}";
        (await api.PatchAsync(path, new JsonObject
        {
            ["application"] = new JsonObject
            {
                ["jwtConfiguration"] = new JsonObject
                {
                    ["enabled"] = true, ["accessTokenKeyId"] = imported["id"]!.DeepClone(), ["idTokenKeyId"] = rsa["id"]!.DeepClone(),
                },
            },
        })).Expect("application");

        var tokens = await party.GetTokensAsync(await server.AddUserAsync());

        Assert.Equal(("ES384", imported["kid"]!.GetValue<string>()), Header(tokens.AccessToken));
        Assert.Equal(("RS256", rsa["kid"]!.GetValue<string>()), Header(tokens.IdToken));
        await party.VerifyIdTokenAsync(tokens);
        Assert.Equal(HttpStatusCode.OK, (await party.GetUserInfoAsync(tokens.AccessToken)).Status);
        (await api.DeleteAsync($"/api/key/{rsa["id"]}")).ExpectCodes("[inUse]keyId");
        (await api.PatchAsync(path, ApiFixture.Json("""{"application":{"jwtConfiguration":null}}"""))).Expect("application");
        (await api.DeleteAsync($"/api/key/{rsa["id"]}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.DeleteAsync($"/api/key/{rsa["id"]}")).ExpectEmpty(HttpStatusCode.NotFound);

        static (string, string) Header(string token)
        {
            var header = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[0]))!;
            return (header["alg"]!.GetValue<string>(), header["kid"]!.GetValue<string>());
        }
    }

    [Theory, OnEachDatabase]
    public async Task Secret_parts_go_in_and_never_come_out(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        using var rsa = RSA.Create(2048);
        var id = Guid.NewGuid();
        var secret = Guid.NewGuid().ToString("N");
        var hmac = (await api.PostAsync($"/api/key/import/{id}", Key("HS256", ("secret", secret)))).Expect("key");
        var both = (await api.PostAsync("/api/key/import", Key("RS512", ("privateKey", rsa.ExportPkcs8PrivateKeyPem())))).Expect("key");
        var list = (await api.GetAsync("/api/key")).Body;
        var jwks = await server.NewClient().GetStringAsync("/.well-known/jwks.json");

        Assert.Equal((id.ToString(), "HMAC", false), (hmac["id"]!.GetValue<string>(), hmac["type"]!.GetValue<string>(), hmac.ContainsKey("publicKey")));
        Assert.Equal(("RSA", 2048, true), (both["type"]!.GetValue<string>(), both["length"]!.GetValue<int>(), both["hasPrivateKey"]!.GetValue<bool>()));
        Assert.DoesNotContain("PRIVATE", list, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, list, StringComparison.Ordinal);
        Assert.DoesNotContain(hmac["kid"]!.GetValue<string>(), jwks, StringComparison.Ordinal);
        Assert.Contains(both["kid"]!.GetValue<string>(), jwks, StringComparison.Ordinal);
        var stored = (await server.ReadAsync(db => db.ManagedKeys.FindAsync(id).AsTask()))!;
        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret)), stored.SealedPrivateKey, StringComparison.Ordinal);

        var name = ApiFixture.NewName();
        Assert.Equal(name, (await api.PutAsync($"/api/key/{id}", new JsonObject { ["key"] = new JsonObject { ["name"] = name } })).Expect("key")["name"]!.GetValue<string>());
        Assert.Equal(1, (await api.PostAsync("/api/key/search", ApiFixture.Json($$$$"""{"search":{"name":"{{{{name}}}}","type":"HMAC","algorithm":"HS256"}}"""))).Json["total"]!.GetValue<int>());
        Assert.Equal(name, (await api.GetAsync($"/api/key/{id}")).Expect("key")["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_is_no_key_or_can_not_sign_is_refused()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var weak = RSA.Create(1024);
        var hmac = (await api.PostAsync("/api/key/generate", Key("HS512"))).Expect("key");

        (await api.PostAsync("/api/key/generate", Key("none"))).ExpectCodes("[invalid]key.algorithm");
        (await api.PostAsync("/api/key/generate", Key("RS256", ("length", 1024)))).ExpectCodes("[invalid]key.length");
        (await api.PostAsync("/api/key/generate", ApiFixture.Json("""{"key":{"algorithm":"ES256"}}"""))).ExpectCodes("[blank]key.name");
        (await api.PostAsync($"/api/key/generate/{hmac["id"]}", new JsonObject { ["key"] = new JsonObject { ["name"] = hmac["name"]!.DeepClone(), ["algorithm"] = "ES256" } }))
            .ExpectCodes("[duplicate]key.id", "[duplicate]key.name");
        (await api.PostAsync("/api/key/import", Key("HS256", ("secret", "short")))).ExpectCodes("[tooShort]key.secret");
        (await api.PostAsync("/api/key/import", Key("ES384", ("privateKey", ecdsa.ExportPkcs8PrivateKeyPem())))).ExpectCodes("[invalid]key.privateKey");
        (await api.PostAsync("/api/key/import", Key("RS256", ("privateKey", weak.ExportPkcs8PrivateKeyPem())))).ExpectCodes("[invalid]key.privateKey");
        (await api.PostAsync("/api/key/import", Key("RS256", ("publicKey", "-----BEGIN NONSENSE-----")))).ExpectCodes("[invalid]key.publicKey");
        (await api.PostAsync("/api/key/import", Key("RS256"))).ExpectCodes("[missing]key.privateKey");
        (await api.PostAsync("/api/application", new JsonObject
        {
            ["application"] = new JsonObject
            {
                ["name"] = ApiFixture.NewName(),
                ["jwtConfiguration"] = new JsonObject { ["accessTokenKeyId"] = hmac["id"]!.DeepClone(), ["idTokenKeyId"] = Guid.NewGuid() },
            },
        })).ExpectCodes("[invalid]application.jwtConfiguration.accessTokenKeyId", "[invalid]application.jwtConfiguration.idTokenKeyId");
        (await api.GetAsync($"/api/key/{Guid.NewGuid()}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    private static JsonObject Key(string algorithm, params (string Name, JsonNode Value)[] more)
    {
        var key = new JsonObject { ["name"] = ApiFixture.NewName(), ["algorithm"] = algorithm };
        foreach (var (name, value) in more)
        {
            key[name] = value;
        }

        return new JsonObject { ["key"] = key };
    }
}
