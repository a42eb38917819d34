using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace IdentityServer.Protocol.Tests;

public class TokenTests
{
    private const string Issuer = "https://id.example";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
    private static readonly Guid Application = Guid.Parse("85a03867-dccf-4882-adde-1a79aeec50df");
    private static readonly Guid Tenant = Guid.Parse("0a51b5d2-3f0e-4b7e-9a55-6f1f7a4d1c01");
    private static readonly SigningKey Key = SigningKey.Create(JwsAlgorithm.ES256, "k");
    private static readonly JsonWebKeySet Keys = new([Key.PublicKey]);

    private static readonly AccessTokenClaims Access = new()
    {
        Issuer = Issuer,
        Audience = ["app"],
        Subject = "user",
        ClientId = "app",
        JwtId = "j",
        IssuedAt = Now,
        ExpiresAt = Now.AddHours(1),
        Scope = ScopeSet.Of("openid", "email"),
        AuthenticatedAt = Now.AddMinutes(-5),
        AuthenticationContext = "1",
        AuthenticationMethods = ["pwd", "otp"],
        Roles = ["buyer"],
        ApplicationId = Application,
        SessionId = "s",
        TenantId = Tenant,
        AuthenticationType = "PASSWORD",
        AuthorizationId = Application,
    };

    private static readonly IdTokenClaims Id = new() { Issuer = Issuer, Subject = "user", ClientId = "app", IssuedAt = Now, ExpiresAt = Now.AddHours(1) };

    // RFC 9068 §2.1, §2.2
    [Fact]
    public void An_access_token_has_the_shape_of_RFC_9068()
    {
        var token = JsonWebToken.Parse(JsonWebToken.Sign(Key, TokenTypes.AccessToken, Access)).Value();

        Assert.Equal("""{"alg":"ES256","typ":"at+jwt","kid":"k"}""", token.Header.GetRawText());
        Assert.Equal(
            """{"iss":"https://id.example","sub":"user","aud":"app","client_id":"app","exp":1700003600,"iat":1700000000,"jti":"j","""
            + """ "scope":"openid email","auth_time":1699999700,"acr":"1","amr":["pwd","otp"],"roles":["buyer"],""".TrimStart()
            + """ "applicationId":"85a03867-dccf-4882-adde-1a79aeec50df","sid":"s","tid":"0a51b5d2-3f0e-4b7e-9a55-6f1f7a4d1c01",""".TrimStart()
            + """ "authenticationType":"PASSWORD","authz_id":"85a03867-dccf-4882-adde-1a79aeec50df"}""".TrimStart(),
            token.Payload.GetRawText());
    }

    [Fact]
    public void An_access_token_says_nothing_that_it_does_not_know()
    {
        var claims = new AccessTokenClaims
        {
            Issuer = Issuer, Audience = ["a", "b"], Subject = "app", ClientId = "app", JwtId = "j", IssuedAt = Now, ExpiresAt = Now.AddHours(1),
        };

        Assert.Equal(
            """{"iss":"https://id.example","sub":"app","aud":["a","b"],"client_id":"app","exp":1700003600,"iat":1700000000,"jti":"j"}""",
            JsonWebToken.Parse(JsonWebToken.Sign(Key, TokenTypes.AccessToken, claims)).Value().Payload.GetRawText());
    }

    [Fact]
    public void An_access_token_is_read_as_it_was_written()
    {
        var read = Verify(JsonWebToken.Sign(Key, TokenTypes.AccessToken, Access)).Value();

        Assert.Equal(
            (Access.Subject, Access.ClientId, Access.JwtId, Access.IssuedAt, Access.ExpiresAt, Access.AuthenticatedAt),
            (read.Subject, read.ClientId, read.JwtId, read.IssuedAt, read.ExpiresAt, read.AuthenticatedAt));
        Assert.Equal(
            (Access.AuthenticationContext, Access.SessionId, Access.AuthenticationType, Access.ApplicationId, Access.TenantId, Access.AuthorizationId),
            (read.AuthenticationContext, read.SessionId, read.AuthenticationType, read.ApplicationId, read.TenantId, read.AuthorizationId));
        Assert.Equal(Access.Audience, read.Audience);
        Assert.Equal(Access.Scope, read.Scope);
        Assert.Equal(Access.AuthenticationMethods, read.AuthenticationMethods);
        Assert.Equal(Access.Roles, read.Roles);
    }

    [Fact]
    public void No_registration_and_no_roles_are_not_the_same()
    {
        Assert.Null(Verify(JsonWebToken.Sign(Key, TokenTypes.AccessToken, Access with { Roles = null })).Value().Roles);
        Assert.Empty(Verify(JsonWebToken.Sign(Key, TokenTypes.AccessToken, Access with { Roles = [] })).Value().Roles!);
    }

    [Fact]
    public void An_access_token_ends_at_its_second()
    {
        var token = JsonWebToken.Sign(Key, TokenTypes.AccessToken, Access);

        AccessTokenClaims.Verify(token, Keys, Issuer, Access.ExpiresAt.AddTicks(-1)).Value();
        AccessTokenClaims.Verify(token, Keys, Issuer, Access.ExpiresAt)
            .Refused("invalid_token", "access_token_expired", "The access token has expired.");
    }

    [Fact]
    public void Another_issuers_access_token_is_refused() =>
        AccessTokenClaims.Verify(JsonWebToken.Sign(Key, TokenTypes.AccessToken, Access), Keys, "https://other.example", Now)
            .Refused("invalid_token", "access_token_invalid", "The access token is not valid.");

    [Fact]
    public void No_token_passes_for_one_of_another_kind()
    {
        Verify(JsonWebToken.Sign(Key, TokenTypes.IdToken, Access)).Refused("invalid_token", "access_token_invalid");
        IdTokenHint.Verify(JsonWebToken.Sign(Key, TokenTypes.AccessToken, Access), Keys, Issuer)
            .Refused("invalid_request", "invalid_id_token_hint");
    }

    [Fact]
    public void An_access_token_that_lacks_a_required_claim_is_refused()
    {
        foreach (var claim in new[] { "iss", "sub", "aud", "client_id", "exp", "iat", "jti" })
        {
            var payload = System.Text.Json.Nodes.JsonNode.Parse(
                """{"iss":"https://id.example","sub":"u","aud":"a","client_id":"a","exp":1700003600,"iat":1700000000,"jti":"j"}""")!.AsObject();
            payload.Remove(claim);

            Verify(JsonWebTokenTests.SignRaw("""{"alg":"ES256","typ":"at+jwt","kid":"k"}""", payload.ToJsonString(), Key))
                .Refused("invalid_token", "access_token_malformed", "The access token is malformed.");
        }
    }

    [Fact]
    public void A_full_access_token_stays_well_under_a_kilobyte() =>
        Assert.InRange(JsonWebToken.Sign(Key, TokenTypes.AccessToken, Access).Length, 1, 800);

    // OpenID Connect Core §2
    [Fact]
    public void An_id_token_has_the_claims_of_the_specification()
    {
        var claims = Id with
        {
            JwtId = "j", AuthenticatedAt = Now, Nonce = "n", AuthenticationContext = "1", AuthenticationMethods = ["pwd"], AuthorizedParty = "app",
            AccessTokenHash = "h", SessionId = "s", TenantId = Tenant, AuthenticationType = "PASSWORD",
            User = new ClaimSet().Add("email", "a@b.example").Add("email_verified", true),
        };

        Assert.Equal(
            """{"iss":"https://id.example","sub":"user","aud":"app","exp":1700003600,"iat":1700000000,"jti":"j","auth_time":1700000000,"""
            + """ "nonce":"n","acr":"1","amr":["pwd"],"azp":"app","at_hash":"h","sid":"s","tid":"0a51b5d2-3f0e-4b7e-9a55-6f1f7a4d1c01",""".TrimStart()
            + """ "authenticationType":"PASSWORD","email":"a@b.example","email_verified":true}""".TrimStart(),
            JsonWebToken.Parse(JsonWebToken.Sign(Key, TokenTypes.IdToken, claims)).Value().Payload.GetRawText());
    }

    [Fact]
    public void A_user_cannot_set_what_the_protocol_sets()
    {
        var user = new ClaimSet().Add("sub", "admin").Add("iss", "x").Add("nonce", "x").Add("authz_id", "x").Add("roles", ["admin"]).Add("name", "Ana");

        var id = JsonWebToken.Parse(JsonWebToken.Sign(Key, TokenTypes.IdToken, Id with { User = user })).Value();
        var access = JsonWebToken.Parse(JsonWebToken.Sign(Key, TokenTypes.AccessToken, Access with { Roles = null, User = user })).Value();

        Assert.Equal(("user", Issuer, null, "Ana"), (id.GetString("sub"), id.GetString("iss"), id.GetString("nonce"), id.GetString("name")));
        Assert.Equal(("user", "Ana"), (access.GetString("sub"), access.GetString("name")));
        Assert.Empty(access.GetStrings("roles"));
    }

    [Fact]
    public void Claims_keep_their_types_and_leave_out_what_is_unknown()
    {
        var claims = new ClaimSet()
            .Add("name", "Ünal \"Ü\"").Add("nickname", (string?)null).Add("website", "").Add("email_verified", false).Add("flag", (bool?)null)
            .Add("updated_at", Now).Add("when", (DateTimeOffset?)null).Add("n", 5L).Add("groups", ["a", "b"])
            .Add("address", JsonElement.Parse("""{"country":"CH"}""")).Add("none", JsonElement.Parse("null"))
            .Add("half", JsonElement.Parse("\"\\ud800\"")).Add("name", "again");

        Assert.Equal(
            """{"name":"Ünal \"Ü\"","email_verified":false,"updated_at":1700000000,"n":5,"groups":["a","b"],"address":{"country":"CH"}}""",
            Encoding.UTF8.GetString(Json.ToBytes(claims, static (claims, writer) =>
            {
                writer.WriteStartObject();
                claims.WriteTo(writer);
                writer.WriteEndObject();
            })));
    }

    [Fact]
    public void Any_text_in_a_claim_arrives_as_it_was() => Prop.ForAll<NonEmptyString>(text =>
    {
        var name = new string([.. text.Get.Where(c => !char.IsSurrogate(c))]);
        var token = JsonWebToken.Sign(Key, TokenTypes.IdToken, Id with { User = new ClaimSet().Add("name", name) });

        Assert.Equal(name, token.Verified(Keys, TokenTypes.IdToken, ["ES256"]).GetString("name") ?? "");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_hint_may_have_expired_but_must_be_ours()
    {
        var token = JsonWebToken.Sign(Key, TokenTypes.IdToken, Id with { SessionId = "s", ExpiresAt = Now.AddYears(-10) });

        Assert.Equal(new IdTokenHint("user", "app", "s"), IdTokenHint.Verify(token, Keys, Issuer).Value());
        IdTokenHint.Verify(token, Keys, "https://other.example").Refused("invalid_request", "invalid_id_token_hint");
        IdTokenHint.Verify(token, JsonWebKeySet.Empty, Issuer).Refused("invalid_request", "invalid_id_token_hint");
        IdTokenHint.Verify("nonsense", Keys, Issuer).Refused(
            "invalid_request", "invalid_id_token_hint", "The id_token_hint is not an ID token that was issued here to this client.");
    }

    // RFC 6749 §5.1
    [Fact]
    public void A_token_response_says_what_was_granted()
    {
        var output = new ArrayBufferWriter<byte>();

        new TokenResponse("a.b.c", 3600)
        {
            IdToken = "d.e.f", RefreshToken = "r", RefreshTokenId = Application, Scope = ScopeSet.Of("openid", "email"), UserId = Tenant,
        }.WriteTo(output);
        new TokenResponse("a.b.c", 60).WriteTo(output);

        Assert.Equal(
            """{"access_token":"a.b.c","token_type":"Bearer","expires_in":3600,"scope":"openid email","id_token":"d.e.f","refresh_token":"r","""
            + """ "refresh_token_id":"85a03867-dccf-4882-adde-1a79aeec50df","userId":"0a51b5d2-3f0e-4b7e-9a55-6f1f7a4d1c01"}""".TrimStart()
            + """{"access_token":"a.b.c","token_type":"Bearer","expires_in":60}""",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Tokens_do_not_reach_a_log() => Assert.Equal(
        "tokens for openid", new TokenResponse("a.b.c", 60) { RefreshToken = "r", Scope = ScopeSet.Of("openid") }.ToString());

    [Fact]
    public void A_token_request_is_read_as_it_was_sent()
    {
        var request = TokenRequest.Parse(Expect.Parameters(
            ("grant_type", "authorization_code"), ("code", "c"), ("redirect_uri", "https://app.example/cb"), ("code_verifier", "v"),
            ("refresh_token", "r"), ("scope", "openid"), ("resource", "https://api.example"))).Value();

        Assert.Equal(("authorization_code", "c", "https://app.example/cb"), (request.GrantType, request.Code, request.RedirectUri));
        Assert.Equal(("v", "r", "openid"), (request.CodeVerifier, request.RefreshToken, request.Scope?.ToString()));
        Assert.Equal(["https://api.example"], request.Resources);
        Assert.Equal("authorization_code", request.ToString());
    }

    [Fact]
    public void A_token_request_without_scope_asks_for_the_default() =>
        Assert.Null(TokenRequest.Parse(Expect.Parameters(("scope", ""))).Value().Scope);

    [Fact]
    public void A_malformed_token_request_is_refused()
    {
        TokenRequest.Parse(Expect.Parameters(("scope", "a  b"))).Refused("invalid_scope", "invalid_scope");
        TokenRequest.Parse(Expect.Parameters(("code", "a"), ("code", "a"))).Refused("invalid_request", "repeated_parameter");
    }

    private static OAuthResult<AccessTokenClaims> Verify(string token) => AccessTokenClaims.Verify(token, Keys, Issuer, Now);
}
