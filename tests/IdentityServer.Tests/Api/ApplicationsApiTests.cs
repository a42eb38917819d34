using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

public sealed class ApplicationsApiTests
{
    private static JsonObject Body(string json)
    {
        var application = ApiFixture.Json(json).AsObject();
        application["name"] ??= ApiFixture.NewName();
        return new JsonObject { ["application"] = application };
    }

    [Theory, OnEachDatabase]
    public async Task An_application_gets_the_defaults_and_keeps_what_is_not_ours(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();

        var created = (await api.PostAsync("/api/application", Body("""
            {"roles":[{"name":"buyer","isDefault":true}],"themeId":"7a7e08db-5aee-4c28-b5b7-7ec7f7cedf14","nobodyKnows":1,
             "cleanSpeakConfiguration":{"enabled":true},"loginConfiguration":{"requireAuthentication":false},
             "multiFactorConfiguration":{"loginPolicy":"Required","trustPolicy":"This","email":{"templateId":"x"}},"data":{"a":null,"b":{"c":null,"d":[1,{"e":null}]}},
             "registrationConfiguration":{"enabled":true,"type":"basic","loginIdType":"username"},
             "clientMetadata":{"backchannel_logout_uri":"https://app.example.com/out","contacts":["a@example.com"]}}
            """))).Expect("application");
        var read = (await api.GetAsync($"/api/application/{created["id"]}")).Expect("application");

        Assert.Equal(created["id"]!.GetValue<string>(), read["oauthConfiguration"]!["clientId"]!.GetValue<string>());
        Assert.Equal("Active", read["state"]!.GetValue<string>());
        Assert.Equal("""["authorization_code","refresh_token"]""", read["oauthConfiguration"]!["enabledGrants"]!.ToJsonString());
        Assert.Equal("Strict", read["oauthConfiguration"]!["scopeHandlingPolicy"]!.GetValue<string>());
        Assert.Equal("buyer", read["roles"]![0]!["name"]!.GetValue<string>());
        Assert.Equal("""{"b":{"d":[1,{}]}}""", read["data"]!.ToJsonString());
        Assert.Equal("""{"enabled":true}""", read["cleanSpeakConfiguration"]!.ToJsonString());
        Assert.Equal("""{"requireAuthentication":false,"generateRefreshTokens":false,"allowTokenRefresh":false}""", read["loginConfiguration"]!.ToJsonString());
        Assert.Equal("""{"loginPolicy":"Required","trustPolicy":"This","email":{"templateId":"x"}}""", read["multiFactorConfiguration"]!.ToJsonString());
        Assert.Equal("username", read["registrationConfiguration"]!["loginIdType"]!.GetValue<string>());
        Assert.Equal("https://app.example.com/out", read["clientMetadata"]!["backchannel_logout_uri"]!.GetValue<string>());
        Assert.Null(read["nobodyKnows"]);
        Assert.Empty(read["scopes"]!.AsArray());
    }

    [Theory]
    [InlineData("/theme/default/favicon.svg", true)]
    [InlineData("data:image/png;base64,AAAA", true)]
    [InlineData("https://app.example.com/logo.png", true)]
    [InlineData("//app.example.com/logo.png", false)]
    [InlineData("data:text/html,x", false)]
    [InlineData("/logo\\u0007.png", false)]
    public async Task A_logo_is_one_that_pages_can_show_or_a_web_address(string logo, bool taken)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        var answer = await api.PostAsync("/api/application", Body($$$"""{"clientMetadata":{"logo_uri":"{{{logo}}}"} }"""));

        if (taken)
        {
            Assert.Equal(logo, answer.Expect("application")["clientMetadata"]!["logo_uri"]!.GetValue<string>());
        }
        else
        {
            answer.ExpectCodes("[invalid]application.clientMetadata.logo_uri");
        }
    }

    [Fact]
    public async Task The_section_for_clients_can_be_read_alone_and_holds_no_secret()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var id = await api.NewApplicationAsync(ApiFixture.Json("""{"oauthConfiguration":{"logoutURL":"https://app.example.com/","clientSecret":"a-secret-that-is-long-enough-0123456789"}}""").AsObject());

        var answer = await api.GetAsync($"/api/application/{id}/oauth-configuration");

        Assert.Equal(id, answer.Expect("oauthConfiguration")["clientId"]!.GetValue<string>());
        Assert.Equal(("https://app.example.com/", 3600), (answer.Json["logoutURL"]!.GetValue<string>(), answer.Json["httpSessionMaxInactiveInterval"]!.GetValue<int>()));
        Assert.DoesNotContain("ecret\":", answer.Body, StringComparison.Ordinal);
        (await api.GetAsync($"/api/application/{Guid.NewGuid()}/oauth-configuration")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.GetAsync("/api/application/nothing/oauth-configuration")).ExpectCodes("[couldNotConvert]applicationId");
    }

    // RFC 9126 §6, RFC 9101 §10.5, RFC 9449 §5.2, RFC 8705 §3.4.
    [Theory]
    [InlineData("require_pushed_authorization_requests")]
    [InlineData("require_signed_request_object")]
    [InlineData("dpop_bound_access_tokens")]
    [InlineData("tls_client_certificate_bound_access_tokens")]
    public async Task A_protection_that_there_is_not_can_not_be_required(string name)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.PostAsync("/api/application", Body($$$"""{"clientMetadata":{"{{{name}}}":true} }"""))).ExpectCodes($"[invalid]application.clientMetadata.{name}");
        (await api.PostAsync("/api/application", Body($$$"""{"clientMetadata":{"{{{name}}}":false} }"""))).Expect("application");
    }

    [Fact]
    public async Task A_secret_is_made_where_one_is_needed_and_told_once()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();

        var created = (await api.PostAsync("/api/application", Body("{}"))).Expect("application");
        var (id, secret) = (created["id"]!.GetValue<string>(), created["oauthConfiguration"]!["clientSecret"]!.GetValue<string>());

        Assert.Equal(43, secret.Length);
        Assert.True(server.Get<ApplicationCatalog>().Find(id)!.IsSecret(secret));
        Assert.DoesNotContain("clientSecret", (await api.GetAsync($"/api/application/{id}")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("clientSecret", (await api.GetAsync("/api/application")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("clientSecret", (await api.PatchAsync($"/api/application/{id}", ApiFixture.Json("""{"application":{"data":{"x":1}}}"""))).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("clientSecret", (await api.PutAsync($"/api/application/{id}", Body("{}"))).Body, StringComparison.Ordinal);
        Assert.True(server.Get<ApplicationCatalog>().Find(id)!.IsSecret(secret));
    }

    [Theory]
    [InlineData("""{"clientMetadata":{"token_endpoint_auth_method":"none"}}""")]
    [InlineData("""{"oauthConfiguration":{"clientAuthenticationPolicy":"NotRequired"}}""")]
    [InlineData("""{"oauthConfiguration":{"requireClientAuthentication":false}}""")]
    public async Task A_public_client_gets_no_secret(string application)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        var created = (await api.PostAsync("/api/application", Body(application))).Expect("application");

        Assert.Null(created["oauthConfiguration"]!["clientSecret"]);
        Assert.Equal("NotRequired", created["oauthConfiguration"]!["clientAuthenticationPolicy"]!.GetValue<string>());
    }

    [Theory, OnEachDatabase]
    public async Task The_newest_two_secrets_are_valid(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        string[] secrets = ["the-first-secret-0123", "the-second-secret-0123", "the third secret, with spaces"];
        var id = await api.NewApplicationAsync(ApiFixture.Json($$$$"""{"oauthConfiguration":{"clientSecret":"{{{{secrets[0]}}}}"}}""").AsObject());

        foreach (var secret in secrets[1..])
        {
            var answer = await api.PatchAsync($"/api/application/{id}", ApiFixture.Json($$$$"""{"application":{"oauthConfiguration":{"clientSecret":"{{{{secret}}}}"}}}"""));
            Assert.Equal(secret, answer.Expect("application")["oauthConfiguration"]!["clientSecret"]!.GetValue<string>());
        }

        await api.PatchAsync($"/api/application/{id}", ApiFixture.Json($$$$"""{"application":{"oauthConfiguration":{"clientSecret":"{{{{secrets[2]}}}}"}}}"""));
        var application = server.Get<ApplicationCatalog>().Find(id)!;
        Assert.Equal([false, true, true], secrets.Select(application.IsSecret));
    }

    [Theory, OnEachDatabase]
    public async Task Put_replaces_everything_but_roles_and_secret(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var id = await api.NewApplicationAsync(
            ApiFixture.Json("""{"oauthConfiguration":{"clientSecret":"a-secret-that-stays","logoutURL":"https://a.example.com/"},"data":{"a":1},"jwtConfiguration":{"enabled":true,"timeToLiveInSeconds":60}}""").AsObject(), "buyer");

        var replaced = (await api.PutAsync($"/api/application/{id}", Body("""{"roles":[{"name":"other"}],"registrationConfiguration":{"enabled":true}}"""))).Expect("application");

        Assert.Equal("""{}""", replaced["data"]!.ToJsonString());
        Assert.Null(replaced["oauthConfiguration"]!["logoutURL"]);
        Assert.Equal(3600, replaced["jwtConfiguration"]!["timeToLiveInSeconds"]!.GetValue<int>());
        Assert.True(replaced["registrationConfiguration"]!["enabled"]!.GetValue<bool>());
        Assert.Equal("buyer", Assert.Single(replaced["roles"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.True(server.Get<ApplicationCatalog>().Find(id)!.IsSecret("a-secret-that-stays"));
    }

    [Fact]
    public async Task What_was_read_can_be_put_back_unchanged()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var id = await api.NewApplicationAsync(ApiFixture.Json("""
            {"oauthConfiguration":{"authorizedRedirectURLs":["https://a.example.com/cb","http://localhost:5000/cb","com.example.app:/cb"],"authorizedOriginURLs":["https://a.example.com"],
             "enabledGrants":["client_credentials"],"proofKeyForCodeExchangePolicy":"NotRequired","consentMode":"AlwaysPrompt","relationship":"ThirdParty","debug":true},
             "jwtConfiguration":{"enabled":true,"refreshTokenUsagePolicy":"Reusable"},
             "clientMetadata":{"post_logout_redirect_uris":["https://a.example.com/out"],"default_max_age":5,"require_auth_time":true,"x":{"y":[1]}}}
            """).AsObject(), "buyer");
        var read = (await api.GetAsync($"/api/application/{id}")).Json;

        var written = (await api.PutAsync($"/api/application/{id}", read)).Json;

        read["application"]!.AsObject().Remove("lastUpdateInstant");
        written["application"]!.AsObject().Remove("lastUpdateInstant");
        Assert.True(JsonNode.DeepEquals(read, written), written.ToJsonString());
    }

    [Fact]
    public async Task A_deactivated_application_is_out_of_the_list_and_can_come_back()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var id = await api.NewApplicationAsync();

        (await api.DeleteAsync($"/api/application/{id}")).ExpectEmpty(HttpStatusCode.OK);

        Assert.False(server.Get<ApplicationCatalog>().Find(id)!.Active);
        Assert.Equal("Inactive", (await api.GetAsync($"/api/application/{id}")).Expect("application")["state"]!.GetValue<string>());
        Assert.DoesNotContain(id, (await api.GetAsync("/api/application")).Body, StringComparison.Ordinal);
        Assert.Contains(id, (await api.GetAsync("/api/application?inactive=true")).Body, StringComparison.Ordinal);
        Assert.True((await api.PutAsync($"/api/application/{id}?reactivate=true", null)).Expect("application")["active"]!.GetValue<bool>());
        Assert.True(server.Get<ApplicationCatalog>().Find(id)!.Active);
    }

    [Theory, OnEachDatabase]
    public async Task A_name_is_taken_once_however_many_ask_at_once(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var body = Body("{}").ToJsonString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => api.SendAsync("POST", "/api/application", body)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => answer.ExpectCodes("[duplicate]application.name"));
    }

    [Theory]
    [InlineData("""{"oauthConfiguration":{"authorizedRedirectURLs":["http://example.com/cb"]}}""", "oauthConfiguration.authorizedRedirectURLs[0]")]
    [InlineData("""{"oauthConfiguration":{"authorizedRedirectURLs":["https://ok.example.com","https://*.example.com/cb"]}}""", "oauthConfiguration.authorizedRedirectURLs[1]")]
    [InlineData("""{"oauthConfiguration":{"authorizedRedirectURLs":["https://a.example.com/cb#x"]}}""", "oauthConfiguration.authorizedRedirectURLs[0]")]
    [InlineData("""{"oauthConfiguration":{"authorizedRedirectURLs":["javascript:alert(1)"]}}""", "oauthConfiguration.authorizedRedirectURLs[0]")]
    [InlineData("""{"oauthConfiguration":{"authorizedOriginURLs":["https://a.example.com/"]}}""", "oauthConfiguration.authorizedOriginURLs[0]")]
    [InlineData("""{"oauthConfiguration":{"logoutURL":"https://user@example.com/"}}""", "oauthConfiguration.logoutURL")]
    [InlineData("""{"oauthConfiguration":{"enabledGrants":["implicit"]}}""", "oauthConfiguration.enabledGrants")]
    [InlineData("""{"oauthConfiguration":{"clientAuthenticationPolicy":"NotRequired","enabledGrants":["client_credentials"]}}""", "oauthConfiguration.enabledGrants")]
    [InlineData("""{"oauthConfiguration":{"clientId":"with space"}}""", "oauthConfiguration.clientId")]
    [InlineData("""{"jwtConfiguration":{"timeToLiveInSeconds":0}}""", "jwtConfiguration.timeToLiveInSeconds")]
    [InlineData("""{"jwtConfiguration":{"refreshTokenTimeToLiveInMinutes":-1}}""", "jwtConfiguration.refreshTokenTimeToLiveInMinutes")]
    [InlineData("""{"clientMetadata":{"token_endpoint_auth_method":"tls_client_auth"}}""", "clientMetadata.token_endpoint_auth_method")]
    [InlineData("""{"clientMetadata":{"token_endpoint_auth_method":"none"},"oauthConfiguration":{"clientAuthenticationPolicy":"Required"}}""", "clientMetadata.token_endpoint_auth_method")]
    [InlineData("""{"clientMetadata":{"id_token_signed_response_alg":"none"}}""", "clientMetadata.id_token_signed_response_alg")]
    [InlineData("""{"clientMetadata":{"access_token_signed_response_alg":"HS256"}}""", "clientMetadata.access_token_signed_response_alg")]
    [InlineData("""{"clientMetadata":{"post_logout_redirect_uris":["ftp://a.example.com"]}}""", "clientMetadata.post_logout_redirect_uris[0]")]
    [InlineData("""{"clientMetadata":{"initiate_login_uri":"javascript:1"}}""", "clientMetadata.initiate_login_uri")]
    [InlineData("""{"clientMetadata":{"jwks":{"keys":[]}}}""", "clientMetadata.jwks")]
    [InlineData("""{"clientMetadata":{"default_max_age":-1}}""", "clientMetadata.default_max_age")]
    public async Task A_setting_that_would_not_be_safe_is_refused_at_its_field(string application, string field)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.PostAsync("/api/application", Body(application))).ExpectCodes($"[invalid]application.{field}");
    }

    [Theory]
    [InlineData("""{"oauthConfiguration":{"clientSecret":"password"}}""", "[tooShort]application.oauthConfiguration.clientSecret")]
    [InlineData("""{"clientMetadata":{"token_endpoint_auth_method":"private_key_jwt"}}""", "[missing]application.clientMetadata.jwks")]
    [InlineData("""{"name":" "}""", "[blank]application.name")]
    [InlineData("""{"roles":[{"name":"a"},{"name":"a"},{}]}""", "[duplicate]application.roles[1].name", "[blank]application.roles[2].name")]
    public async Task What_is_missing_or_wrong_is_told_by_code(string application, params string[] codes)
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();

        (await api.PostAsync("/api/application", Body(application))).ExpectCodes(codes);
    }

    [Fact]
    public async Task Only_public_keys_are_taken()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var parameters = key.ExportParameters(includePrivateParameters: true);
        string Text(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
        var jwk = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Text(parameters.Q.X!), ["y"] = Text(parameters.Q.Y!) };
        JsonObject With(JsonObject member) => Body(new JsonObject
        {
            ["clientMetadata"] = new JsonObject
            {
                ["token_endpoint_auth_method"] = "private_key_jwt", ["jwks"] = new JsonObject { ["keys"] = new JsonArray(member) },
            },
        }.ToJsonString());

        var created = (await api.PostAsync("/api/application", With(jwk.DeepClone().AsObject()))).Expect("application");
        jwk["d"] = Text(parameters.D!);

        Assert.Null(created["oauthConfiguration"]!["clientSecret"]);
        (await api.PostAsync("/api/application", With(jwk))).ExpectCodes("[invalid]application.clientMetadata.jwks");
    }

    [Fact]
    public async Task A_client_id_of_the_admins_choice_is_kept_and_unique()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var clientId = "client-" + Guid.NewGuid().ToString("N");
        var body = $$$$"""{"oauthConfiguration":{"clientId":"{{{{clientId}}}}"}}""";

        var created = (await api.PostAsync("/api/application", Body(body))).Expect("application");
        await api.PutAsync($"/api/application/{created["id"]}", Body("{}"));

        Assert.Equal(created["id"]!.GetValue<string>(), server.Get<ApplicationCatalog>().Find(clientId)!.IdText);
        (await api.PostAsync("/api/application", Body(body))).ExpectCodes("[duplicate]application.oauthConfiguration.clientId");
    }

    [Fact]
    public async Task A_copy_is_its_source_but_for_what_is_said_and_what_is_its_own()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var source = await api.NewApplicationAsync(
            ApiFixture.Json("""{"oauthConfiguration":{"clientSecret":"secret-of-the-source","logoutURL":"https://a.example.com/","clientId":"source-of-copies"},"data":{"a":1,"b":2}}""").AsObject(), "buyer");
        var body = Body("""{"data":{"b":3}}""");
        body["sourceApplicationId"] = source;

        var copy = (await api.PostAsync("/api/application", body)).Expect("application");

        Assert.Equal("https://a.example.com/", copy["oauthConfiguration"]!["logoutURL"]!.GetValue<string>());
        Assert.Equal("""{"a":1,"b":3}""", copy["data"]!.ToJsonString());
        Assert.Equal(copy["id"]!.GetValue<string>(), copy["oauthConfiguration"]!["clientId"]!.GetValue<string>());
        Assert.Equal("buyer", Assert.Single(copy["roles"]!.AsArray())!["name"]!.GetValue<string>());
        Assert.False(server.Get<ApplicationCatalog>().Find(Guid.Parse(copy["id"]!.GetValue<string>()))!.IsSecret("secret-of-the-source"));
        body["sourceApplicationId"] = Guid.NewGuid().ToString();
        (await api.PostAsync("/api/application", body)).ExpectCodes("[invalid]sourceApplicationId");
    }

    [Fact]
    public async Task A_public_client_that_becomes_confidential_gets_a_secret()
    {
        var api = await (await TestServer.SharedAsync()).NewApiAsync();
        var id = await api.NewApplicationAsync(ApiFixture.Json("""{"oauthConfiguration":{"clientAuthenticationPolicy":"NotRequired"}}""").AsObject());

        var changed = await api.PatchAsync($"/api/application/{id}", ApiFixture.Json("""{"application":{"oauthConfiguration":{"clientAuthenticationPolicy":"Required"}}}"""));

        Assert.Equal(43, changed.Expect("application")["oauthConfiguration"]!["clientSecret"]!.GetValue<string>().Length);
    }

    [Theory, OnEachDatabase]
    public async Task A_hard_delete_takes_registrations_along(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var id = await api.NewApplicationAsync();
        var user = await server.AddUserAsync(application: server.Get<ApplicationCatalog>().Find(Guid.Parse(id)));

        (await api.DeleteAsync($"/api/application/{id}", ApiFixture.Json("""{"hardDelete":true}"""))).ExpectEmpty(HttpStatusCode.OK);

        Assert.Null(server.Get<ApplicationCatalog>().Find(Guid.Parse(id)));
        Assert.Empty((await api.GetAsync($"/api/user/{user.Id}")).Expect("user")["registrations"]!.AsArray());
    }

    [Theory, OnEachDatabase]
    public async Task Patches_at_the_same_time_do_not_lose_each_other(DatabaseProvider provider)
    {
        var api = await (await TestServer.SharedAsync(provider)).NewApiAsync();
        var id = await api.NewApplicationAsync();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(async number =>
            (await api.PatchAsync($"/api/application/{id}", ApiFixture.Json($$$$"""{"application":{"data":{"n{{{{number}}}}":{{{{number}}}}}}}"""))).Expect("application")));

        Assert.Equal(10, (await api.GetAsync($"/api/application/{id}")).Expect("application")["data"]!.AsObject().Count);
    }

    [Fact]
    public async Task Changes_are_audited_by_names_of_fields_without_values()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var id = await api.NewApplicationAsync();

        await api.PatchAsync($"/api/application/{id}", ApiFixture.Json("""{"application":{"oauthConfiguration":{"clientSecret":"do-not-write-me-down"},"data":{"seen":"never-in-the-log"}}}"""));

        var entries = await server.ReadAsync(db => Task.FromResult(db.AuditEntries.Where(entry => entry.Data!.Contains(id)).ToList()));
        Assert.Equal(2, entries.Count);
        Assert.Contains("oauthConfiguration.clientSecret", entries[1].Data, StringComparison.Ordinal);
        Assert.Contains("data.seen", entries[1].Data, StringComparison.Ordinal);
        Assert.DoesNotContain("do-not-write-me-down", entries[1].Data, StringComparison.Ordinal);
        Assert.DoesNotContain("never-in-the-log", entries[1].Data, StringComparison.Ordinal);
        Assert.True(Guid.TryParse(entries[1].Actor, out _));
    }
}
