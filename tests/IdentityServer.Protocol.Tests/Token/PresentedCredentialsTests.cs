using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace IdentityServer.Protocol.Tests;

public class PresentedCredentialsTests
{
    [Fact]
    public void A_public_client_names_itself() =>
        Assert.Equal(new PresentedCredentials("none", "app"), Parse(null, ("client_id", "app")).Value());

    [Fact]
    public void A_secret_in_the_body_is_client_secret_post() =>
        Assert.Equal(new PresentedCredentials("client_secret_post", "app", "s e+c%72et"), Parse(null, ("client_id", "app"), ("client_secret", "s e+c%72et")).Value());

    // RFC 6749 §2.3.1
    [Theory]
    [InlineData("s6BhdRkqt3:7Fjfp0ZBr1KtDRbnfVdmIw", "s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw")]
    [InlineData("a%20b:c+d", "a b", "c d")]
    [InlineData("urn%3Aapp:p%3Aq%25%2B", "urn:app", "p:q%+")]
    [InlineData("app:a:b", "app", "a:b")]
    [InlineData("app:%C3%BC", "app", "ü")]
    [InlineData("app:", "app", "")]
    public void Basic_credentials_are_form_decoded(string credentials, string clientId, string secret) =>
        Assert.Equal(new PresentedCredentials("client_secret_basic", clientId, secret), Parse(Basic(credentials)).Value());

    [Fact]
    public void The_scheme_is_compared_without_case() =>
        Assert.Equal("app", Parse("bAsIc " + Convert.ToBase64String("app:s"u8)).Value().ClientId);

    [Theory]
    [InlineData("app")]
    [InlineData(":secret")]
    [InlineData("app:%")]
    [InlineData("app:%4")]
    [InlineData("app:%zz")]
    [InlineData("app:%ff")]
    [InlineData("app:%00")]
    public void Malformed_Basic_credentials_look_like_wrong_ones(string credentials) => Refused(Parse(Basic(credentials)));

    [Theory]
    [InlineData("Basic ")]
    [InlineData("Basic ====")]
    [InlineData("Basic YXBw*")]
    public void Basic_credentials_that_are_not_base64_look_like_wrong_ones(string header) => Refused(Parse(header));

    [Fact]
    public void Basic_credentials_have_an_end() => Refused(Parse(Basic("app:" + new string('x', 4096))));

    [Theory]
    [InlineData("Bearer abc")]
    [InlineData("Basic")]
    [InlineData("Digest username=\"app\"")]
    public void Another_scheme_is_refused(string header) => Assert.Equal(401, Parse(header, ("client_id", "app")).Refused(
        "invalid_client", "invalid_client_authentication_scheme", "The Authorization header of this endpoint uses the Basic scheme.").Status);

    [Fact]
    public void Without_any_client_there_is_none() => Assert.Equal(401, Parse(null, ("client_secret", "s")).Refused(
        "invalid_client", "client_authentication_missing", "The request does not say which client it comes from.").Status);

    [Theory]
    [InlineData(true, "s", null)]
    [InlineData(true, null, "a")]
    [InlineData(false, "s", "a")]
    public void Two_methods_at_once_are_refused(bool basic, string? secret, string? assertion) =>
        Parse(basic ? Basic("app:s") : null, ("client_id", "app"), ("client_secret", secret ?? ""), ("client_assertion", assertion ?? "")).Refused(
            "invalid_request", "invalid_client_authentication", "The request authenticates the client in more than one way.");

    [Fact]
    public void The_body_may_repeat_the_client_that_Basic_names_but_no_other()
    {
        Assert.Equal("app", Parse(Basic("app:s"), ("client_id", "app")).Value().ClientId);
        Parse(Basic("app:s"), ("client_id", "other")).Refused(
            "invalid_request", "client_id_mismatch", "The client_id differs from the one that the client authentication names.");
    }

    [Fact]
    public void An_assertion_names_its_client_by_its_subject()
    {
        var assertion = JsonWebTokenTests.SignRaw("""{"alg":"ES256"}""", """{"sub":"app"}""");

        Assert.Equal(new PresentedCredentials("private_key_jwt", "app", Assertion: assertion), ParseAssertion(assertion).Value());
        Assert.Equal("app", ParseAssertion(assertion, ("client_id", "app")).Value().ClientId);
        ParseAssertion(assertion, ("client_id", "other")).Refused("invalid_request", "client_id_mismatch");
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"sub":""}""")]
    [InlineData("""{"sub":7}""")]
    [InlineData("""{"sub":"\ud800"}""")]
    [InlineData("""{"sub":"a","sub":"b"}""")]
    public void An_assertion_without_subject_looks_like_a_wrong_one(string payload) =>
        Refused(ParseAssertion(JsonWebTokenTests.SignRaw("""{"alg":"ES256"}""", payload)));

    [Fact]
    public void An_assertion_needs_its_type_and_the_type_its_assertion()
    {
        Parse(null, ("client_assertion", "e30.e30.AA")).Refused("invalid_request", "missing_client_assertion_type");
        Parse(null, ("client_assertion_type", ClientAssertionTypes.JwtBearer)).Refused("invalid_request", "missing_client_assertion");
        Refused(Parse(null, ("client_assertion", "e30.e30.AA"), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")));
    }

    [Fact]
    public void Neither_secret_nor_assertion_reaches_a_log()
    {
        Assert.Equal("app by client_secret_basic", Parse(Basic("app:secret")).Value().ToString());
        Assert.Equal("app by private_key_jwt", new PresentedCredentials("private_key_jwt", "app", Assertion: "e30.e30.AA").ToString());
    }

    [Fact]
    public void Any_name_and_secret_arrive_as_they_were() => Prop.ForAll<NonEmptyString, NonNull<string>>((name, secret) =>
    {
        var (n, s) = (Clean(name.Get), Clean(secret.Get));
        if (n.Length > 0 && n.Length + s.Length < 300)
            Assert.Equal(new PresentedCredentials("client_secret_basic", n, s), Parse(Basic(Uri.EscapeDataString(n) + ":" + Uri.EscapeDataString(s))).Value());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_header_at_all_makes_it_fall_over() => Prop.ForAll<NonNull<string>, byte[]>((text, bytes) =>
    {
        Parse(text.Get);
        Parse("Basic " + text.Get);
        Parse("Basic " + Convert.ToBase64String(bytes));
        ParseAssertion(text.Get.Length == 0 ? "." : text.Get);
    }).QuickCheckThrowOnFailure();

    private static string Clean(string text) => new([.. text.Where(c => c != '\0' && !char.IsSurrogate(c))]);

    private static void Refused(OAuthResult<PresentedCredentials> result) =>
        Assert.Equal(401, result.Refused("invalid_client", "invalid_client_authentication", "Client authentication failed.").Status);

    private static string Basic(string credentials) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    private static OAuthResult<PresentedCredentials> ParseAssertion(string assertion, params (string, string)[] more) =>
        PresentedCredentials.Parse(null, Strip([("client_assertion", assertion), ("client_assertion_type", ClientAssertionTypes.JwtBearer), .. more]));

    private static OAuthResult<PresentedCredentials> Parse(string? header, params (string, string)[] pairs) =>
        PresentedCredentials.Parse(header, Strip(pairs));

    // Arbitrary text may hold what a request parameter cannot.
    private static RequestParameters Strip((string Name, string Value)[] pairs) =>
        Expect.Parameters([.. pairs.Select(pair => (pair.Name, new string([.. pair.Value.Where(c => !char.IsControl(c))])))]);
}
