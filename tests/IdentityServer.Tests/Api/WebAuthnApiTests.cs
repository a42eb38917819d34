using System.Net;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Passkeys;
using IdentityServer.Registrations;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Api;

/// <summary><c>/api/webauthn</c> (§13).</summary>
public sealed class WebAuthnApiTests
{
    private const string Refused = "[InvalidWebAuthnAuthenticatorResponse]";

    [Theory, OnEachDatabase]
    public async Task A_passkey_is_registered_asserted_shown_and_deleted(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync();
        var nobody = server.ApiWith(null);
        var user = await server.AddUserAsync();
        var authenticator = SoftAuthenticator.For(server);

        var options = (await api.PostAsync("/api/webauthn/register/start", new JsonObject
        {
            ["userId"] = user.Id, ["workflow"] = "bootstrap", ["displayName"] = "My laptop", ["userAgent"] = "Tests/1.0",
        })).Expect("options");
        Assert.Equal("none", options["attestation"]!.GetValue<string>());
        Assert.Equal(
            """{"requireResidentKey":true,"residentKey":"required","userVerification":"required"}""", options["authenticatorSelection"]!.ToJsonString());
        Assert.Equal("""{"credProps":true}""", options["extensions"]!.ToJsonString());
        Assert.Equal("""[{"alg":-7,"type":"public-key"},{"alg":-257,"type":"public-key"}]""", options["pubKeyCredParams"]!.ToJsonString());
        Assert.Equal("localhost", options["rp"]!["id"]!.GetValue<string>());
        Assert.Equal(user.Email, options["user"]!["name"]!.GetValue<string>());

        var made = (await nobody.PostAsync("/api/webauthn/register/complete", Answer(server, authenticator.Register(options), user))).Expect("credential");
        var id = made["id"]!.GetValue<Guid>();
        Assert.Equal(("My laptop", "ES256", "none", "localhost", "Tests/1.0"), (
            made["displayName"]!.GetValue<string>(), made["algorithm"]!.GetValue<string>(), made["attestationType"]!.GetValue<string>(),
            made["relyingPartyId"]!.GetValue<string>(), made["userAgent"]!.GetValue<string>()));
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----", made["publicKey"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("""["internal","hybrid"]""", made["transports"]!.ToJsonString());
        Assert.Null(made["lastUseInstant"]);

        var application = await server.AddApplicationAsync();
        authenticator.SignCount = 9;
        var request = await StartAsync(api, application, user);
        Assert.Equal(System.Buffers.Text.Base64Url.EncodeToString(authenticator.CredentialId), request["allowCredentials"]![0]!["id"]!.GetValue<string>());
        var asserted = (await nobody.PostAsync("/api/webauthn/assert", Answer(server, authenticator.Assert(request)))).Expect("credential");
        Assert.Equal((9, server.Clock.GetUtcNow().ToUnixTimeMilliseconds()), (asserted["signCount"]!.GetValue<int>(), asserted["lastUseInstant"]!.GetValue<long>()));

        Assert.Equal(asserted.ToJsonString(), (await api.GetAsync($"/api/webauthn/{id}")).Expect("credential").ToJsonString());
        Assert.Equal(id, Assert.Single((await api.GetAsync($"/api/webauthn?userId={user.Id}")).Json["credentials"]!.AsArray())!["id"]!.GetValue<Guid>());
        (await api.DeleteAsync($"/api/webauthn/{id}")).ExpectEmpty(HttpStatusCode.OK);
        (await api.GetAsync($"/api/webauthn/{id}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_answer_counts_once()
    {
        var (server, api, user, authenticator) = await WithPasskeyAsync();
        var answer = Answer(server, authenticator.Assert(await StartAsync(api, await server.AddApplicationAsync(), user)));

        (await api.PostAsync("/api/webauthn/assert", answer.DeepClone())).Expect("credential");
        (await api.PostAsync("/api/webauthn/assert", answer)).ExpectCodes(Refused);
    }

    [Fact]
    public async Task A_registration_counts_once_and_for_the_person_it_was_begun_for()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var (user, other) = (await server.AddUserAsync(), await server.AddUserAsync());
        var begun = (await api.PostAsync("/api/webauthn/register/start", new JsonObject { ["userId"] = user.Id, ["workflow"] = "general" })).Expect("options");
        var credential = SoftAuthenticator.For(server).Register(begun);

        (await api.PostAsync("/api/webauthn/register/complete", Answer(server, credential, other))).ExpectCodes(Refused);
        (await api.PostAsync("/api/webauthn/register/complete", Answer(server, credential, user))).Expect("credential");
        (await api.PostAsync("/api/webauthn/register/complete", Answer(server, credential, user))).ExpectCodes(Refused);
    }

    [Fact]
    public async Task What_the_body_says_of_origin_and_relying_party_has_to_be_the_server_s_own()
    {
        var (server, api, user, authenticator) = await WithPasskeyAsync();
        var answer = Answer(server, authenticator.Assert(await StartAsync(api, await server.AddApplicationAsync(), user)));
        (answer["origin"], answer["rpId"]) = ("https://evil.example", "evil.example");
        (await api.PostAsync("/api/webauthn/assert", answer.DeepClone())).ExpectCodes("[invalid]origin", "[invalid]rpId");

        // Nor does it help to say the right thing where another was signed.
        authenticator.Origin = "https://evil.example";
        answer = Answer(server, authenticator.Assert(await StartAsync(api, await server.AddApplicationAsync(), user)));
        (await api.PostAsync("/api/webauthn/assert", answer)).ExpectCodes(Refused);
    }

    [Theory]
    [InlineData("bootstrap", false)]
    [InlineData("reauthentication", false)]
    [InlineData("general", true)]
    public async Task Workflows_that_stand_for_a_sign_in_need_a_verified_user(string workflow, bool taken)
    {
        var (server, api, user, authenticator) = await WithPasskeyAsync();
        authenticator.Flag = SoftAuthenticator.Flags.UserPresent;

        var answer = await api.PostAsync("/api/webauthn/assert", Answer(server, authenticator.Assert(await StartAsync(api, await server.AddApplicationAsync(), user, workflow))));

        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
    }

    [Theory, OnEachDatabase]
    public async Task A_passkey_signs_in_with_two_factors_once(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var application = await server.AddApplicationAsync();
        var user = await server.AddUserAsync(application: application);
        var authenticator = await server.AddPasskeyAsync(user);
        var body = Answer(server, authenticator.Assert(await StartAsync(await server.NewApiAsync(), application, user, "bootstrap")));
        body["applicationId"] = application.Id;

        var answer = await server.ApiWith(null).PostAsync("/api/webauthn/login", body.DeepClone());

        Assert.Equal(user.Id, answer.Expect("user")["id"]!.GetValue<Guid>());
        var claims = IndependentJwt.Read(answer.Json["token"]!.GetValue<string>()).Payload;
        Assert.Equal("WEBAUTHN", claims.GetProperty("authenticationType").GetString());
        Assert.Equal(["pop", "user", "mfa"], claims.GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        (await server.ApiWith(null).PostAsync("/api/webauthn/login", body)).ExpectCodes(Refused);
    }

    [Fact]
    public async Task A_challenge_of_the_general_workflow_or_another_application_signs_nobody_in()
    {
        var (server, api, user, authenticator) = await WithPasskeyAsync();
        var (application, other) = (await server.AddApplicationAsync(), await server.AddApplicationAsync());
        (await api.PostAsync("/api/webauthn/login", Answer(server, authenticator.Assert(await StartAsync(api, application, user))))).ExpectCodes(Refused);

        var body = Answer(server, authenticator.Assert(await StartAsync(api, application, user, "bootstrap")));
        body["applicationId"] = other.Id;
        (await api.PostAsync("/api/webauthn/login", body)).ExpectCodes(Refused);
    }

    [Fact]
    public async Task Who_is_shut_out_or_has_expired_does_not_get_in_by_the_api_either()
    {
        var (server, api, user, authenticator) = await WithPasskeyAsync();
        var request = await StartAsync(api, await server.AddApplicationAsync(), user, "bootstrap");
        await server.DeactivateAsync(user);
        (await api.PostAsync("/api/webauthn/login", Answer(server, authenticator.Assert(request)))).ExpectEmpty(HttpStatusCode.Locked);

        var expired = await server.AddUserAsync(change: wanted => wanted with { ExpiresAt = server.Clock.GetUtcNow() });
        authenticator = await server.AddPasskeyAsync(expired);
        request = await StartAsync(api, await server.AddApplicationAsync(), expired, "bootstrap");
        (await api.PostAsync("/api/webauthn/login", Answer(server, authenticator.Assert(request)))).ExpectEmpty(HttpStatusCode.Gone);
    }

    [Fact]
    public async Task One_passkey_can_be_asked_for()
    {
        var (server, api, user, first) = await WithPasskeyAsync();
        var second = await server.AddPasskeyAsync(user);
        var wanted = (await server.Get<PasskeyStore>().OfAsync(user.Id, CancellationToken.None)).Single(row => row.CredentialId.AsSpan().SequenceEqual(second.CredentialId));
        var application = await server.AddApplicationAsync();

        var request = await StartAsync(api, application, user, "general", wanted.Id);
        Assert.Single(request["allowCredentials"]!.AsArray());
        (await api.PostAsync("/api/webauthn/assert", Answer(server, first.Assert(request)))).ExpectCodes(Refused);
        (await api.PostAsync("/api/webauthn/assert", Answer(server, second.Assert(request)))).Expect("credential");
    }

    [Fact]
    public async Task A_challenge_of_a_page_does_not_count_here()
    {
        var (server, api, user, authenticator) = await WithPasskeyAsync();
        var request = await StartAsync(api, await server.AddApplicationAsync(), user);
        request["challenge"] = server.Get<PasskeyChallenges>().Make(new() { Purpose = PasskeyPurpose.SignIn, UserId = user.Id });

        (await api.PostAsync("/api/webauthn/assert", Answer(server, authenticator.Assert(request)))).ExpectCodes(Refused);
    }

    [Fact]
    public async Task Who_is_shut_out_asserts_nothing()
    {
        var (server, api, user, authenticator) = await WithPasskeyAsync();
        var request = await StartAsync(api, await server.AddApplicationAsync(), user);
        await server.DeactivateAsync(user);

        (await api.PostAsync("/api/webauthn/assert", Answer(server, authenticator.Assert(request)))).ExpectCodes(Refused);
    }

    [Fact]
    public async Task An_application_or_a_workflow_may_be_switched_off()
    {
        var (server, api, user, _) = await WithPasskeyAsync();
        var without = await server.AddApplicationAsync(settings => settings with { WebAuthnConfiguration = new() { Enabled = false } });
        var never = await server.AddApplicationAsync(settings => settings with { WebAuthnConfiguration = new() { ReauthenticationWorkflow = new(false) } });

        (await api.PostAsync("/api/webauthn/start", Start(without, user))).ExpectCodes("[WebAuthnDisabled]");
        (await api.PostAsync("/api/webauthn/start", Start(never, user, "reauthentication"))).ExpectCodes("[WebAuthnDisabled]");
        await StartAsync(api, never, user);
    }

    [Fact]
    public async Task What_is_missing_or_unknown_is_told()
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync();
        var application = await server.AddApplicationAsync();

        (await api.PostAsync("/api/webauthn/start", null)).ExpectCodes("[missing]applicationId", "[missing]workflow", "[missing]loginId");
        (await api.PostAsync("/api/webauthn/start", new JsonObject { ["applicationId"] = Guid.NewGuid(), ["workflow"] = "general", ["loginId"] = "x" })).ExpectCodes("[invalid]applicationId");
        (await api.PostAsync("/api/webauthn/start", new JsonObject { ["applicationId"] = application.Id, ["workflow"] = "general", ["loginId"] = TestServer.NewEmail() })).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.PostAsync("/api/webauthn/start", new JsonObject { ["applicationId"] = application.Id, ["workflow"] = "never", ["userId"] = Guid.NewGuid() })).ExpectCodes("[invalid]workflow");
        (await api.PostAsync("/api/webauthn/register/start", null)).ExpectCodes("[missing]userId", "[missing]workflow");
        (await api.PostAsync("/api/webauthn/register/complete", null)).ExpectCodes("[missing]userId", "[missing]origin", "[missing]rpId", "[missing]credential");
        (await api.PostAsync("/api/webauthn/assert", null)).ExpectCodes("[missing]origin", "[missing]rpId", "[missing]credential");
        (await api.PostAsync("/api/webauthn/assert", new JsonObject { ["origin"] = server.Issuer, ["rpId"] = "localhost", ["credential"] = new JsonObject() })).ExpectCodes(Refused);
        (await api.GetAsync("/api/webauthn")).ExpectCodes("[missing]userId");
        (await api.GetAsync($"/api/webauthn?userId={Guid.NewGuid()}")).ExpectEmpty(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/webauthn/{Guid.NewGuid()}")).ExpectEmpty(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task All_of_a_person_s_passkeys_are_deleted_at_once_and_nobody_else_s()
    {
        var (server, api, user, _) = await WithPasskeyAsync();
        await server.AddPasskeyAsync(user);
        var (_, _, other, _) = await WithPasskeyAsync();

        (await api.DeleteAsync($"/api/webauthn?userId={user.Id}")).ExpectEmpty(HttpStatusCode.OK);

        Assert.Empty((await api.GetAsync($"/api/webauthn?userId={user.Id}")).Json["credentials"]!.AsArray());
        Assert.Single((await api.GetAsync($"/api/webauthn?userId={other.Id}")).Json["credentials"]!.AsArray());
    }

    [Fact]
    public async Task Beginning_listing_and_deleting_need_a_key_and_a_wrong_key_is_refused_everywhere()
    {
        var (server, _, user, _) = await WithPasskeyAsync();
        var nobody = server.ApiWith(null);
        (await nobody.PostAsync("/api/webauthn/start", null)).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await nobody.PostAsync("/api/webauthn/register/start", null)).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await nobody.GetAsync($"/api/webauthn?userId={user.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await nobody.DeleteAsync($"/api/webauthn?userId={user.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await server.ApiWith("wrong").PostAsync("/api/webauthn/assert", null)).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_limited_key_gives_no_administrator_a_passkey_and_takes_none_away()
    {
        var server = await TestServer.SharedAsync();
        var admin = await server.AddUserAsync(application: server.Get<ApplicationCatalog>().Find(AdminApplication.Id)!);
        await server.AddPasskeyAsync(admin);
        var passkey = Assert.Single(await server.Get<PasskeyStore>().OfAsync(admin.Id, CancellationToken.None));
        var api = await server.NewApiAsync(permissions: [("/api/webauthn", ["DELETE", "GET"]), ("/api/webauthn/register/start", ["POST"])]);

        (await api.PostAsync("/api/webauthn/register/start", new JsonObject { ["userId"] = admin.Id, ["workflow"] = "general" })).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await api.DeleteAsync($"/api/webauthn/{passkey.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
        (await api.DeleteAsync($"/api/webauthn?userId={admin.Id}")).ExpectEmpty(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Failures_without_a_key_slow_an_address_down()
    {
        await using var server = await TestServer.StartAsync();
        var nobody = server.ApiWith(null);
        for (var attempt = 0; attempt < 30; attempt++)
        {
            (await nobody.PostAsync("/api/webauthn/assert", Answer(server, []))).ExpectCodes(Refused);
        }

        (await nobody.PostAsync("/api/webauthn/assert", Answer(server, []))).ExpectEmpty(HttpStatusCode.TooManyRequests);
        (await (await server.NewApiAsync()).PostAsync("/api/webauthn/assert", Answer(server, []))).ExpectCodes(Refused);
    }

    [Fact]
    public async Task Under_an_address_without_a_name_there_are_no_passkeys()
    {
        await using var server = await TestServer.StartAsync("PublicUrl=https://192.0.2.1");
        var user = await server.AddUserAsync();

        (await (await server.NewApiAsync()).PostAsync("/api/webauthn/register/start", new JsonObject { ["userId"] = user.Id, ["workflow"] = "general" }))
            .ExpectCodes("[WebAuthnDisabled]");
    }

    private static JsonObject Answer(TestServer server, JsonObject credential, User? user = null)
    {
        var body = new JsonObject { ["origin"] = server.Issuer, ["rpId"] = "localhost", ["credential"] = credential.DeepClone() };
        if (user is not null)
        {
            body["userId"] = user.Id;
        }

        return body;
    }

    private static JsonObject Start(Application application, User user, string workflow = "general", Guid? credentialId = null) => new()
    {
        ["applicationId"] = application.Id, ["workflow"] = workflow, ["loginId"] = user.Email, ["credentialId"] = credentialId,
    };

    private static async Task<JsonObject> StartAsync(ApiClient api, Application application, User user, string workflow = "general", Guid? credentialId = null) =>
        (await api.PostAsync("/api/webauthn/start", Start(application, user, workflow, credentialId))).Expect("options");

    private static async Task<(TestServer Server, ApiClient Api, User User, SoftAuthenticator Authenticator)> WithPasskeyAsync()
    {
        var server = await TestServer.SharedAsync();
        var user = await server.AddUserAsync();
        return (server, await server.NewApiAsync(), user, await server.AddPasskeyAsync(user));
    }
}
