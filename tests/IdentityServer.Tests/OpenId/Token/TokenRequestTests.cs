using System.Net;
using System.Text;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId.Token;

/// <summary>What a request to the token endpoint must look like (RFC 6749 §3.2), whatever it asks for.</summary>
public sealed class TokenRequestTests : IAsyncLifetime
{
    private const string Secret = "a secret of this test";

    private TestServer server = null!;
    private Application application = null!;

    private string Credentials => Endpoint.Basic(application.ClientId, Secret);

    public async Task InitializeAsync()
    {
        server = await TestServer.SharedAsync();
        application = await server.AddApplicationAsync(made => made with { OauthConfiguration = Endpoint.AllGrants(made.OauthConfiguration) }, Secret);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Only_POST_gets_tokens(string method)
    {
        var answer = await server.SendAsync(new HttpMethod(method), Endpoint.Token + "?grant_type=client_credentials", Credentials);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Equal(["POST"], answer.Response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencodedly")]
    [InlineData("application/x-www-form-urlencoded, application/json")]
    [InlineData("application/x-www-form-urlencoded;;;=")]
    public async Task Only_a_form_is_read(string? contentType)
    {
        var content = new ByteArrayContent("grant_type=client_credentials"u8.ToArray());
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        var answer = await server.SendAsync(HttpMethod.Post, Endpoint.Token, Credentials, content);

        answer.MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "invalid_content_type", "The request body must be application/x-www-form-urlencoded.");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=UTF-8")]
    [InlineData("APPLICATION/X-WWW-FORM-URLENCODED")]
    public async Task The_spelling_of_the_type_does_not_matter(string contentType)
    {
        var content = new ByteArrayContent("grant_type=client_credentials"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        (await server.SendAsync(HttpMethod.Post, Endpoint.Token, Credentials, content)).Expect();
    }

    [Fact]
    public async Task The_query_is_not_read()
    {
        var answer = await server.PostFormAsync(Endpoint.Token + "?grant_type=client_credentials", Credentials);

        answer.MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "missing_grant_type", "The request is missing the grant_type parameter.");
    }

    [Theory]
    [InlineData("grant_type")]
    [InlineData("scope")]
    [InlineData("something_unknown")]
    public async Task A_parameter_may_not_repeat(string name)
    {
        var answer = await server.PostFormAsync(Endpoint.Token, Credentials, ("grant_type", "client_credentials"), (name, "x"), (name, "x"));

        answer.MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "repeated_parameter", "A request parameter is included more than once.");
    }

    [Fact]
    public async Task Unknown_parameters_are_ignored_and_empty_ones_are_as_left_out()
    {
        (await server.PostFormAsync(Endpoint.Token, Credentials, ("grant_type", "client_credentials"), ("something_unknown", "x"), ("scope", ""))).Expect();
        (await server.PostFormAsync(Endpoint.Token, Credentials, ("grant_type", "")))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "missing_grant_type", "The request is missing the grant_type parameter.");
    }

    [Fact]
    public async Task A_request_has_its_bounds()
    {
        var many = Enumerable.Range(0, 101).Select(number => ($"p{number}", "x")).ToArray();
        (await server.PostFormAsync(Endpoint.Token, Credentials, many))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "too_many_parameters", "The request has too many parameters.");
        (await server.PostFormAsync(Endpoint.Token, Credentials, ("grant_type", new string('x', 16 * 1024 + 1))))
            .MustRefuse(HttpStatusCode.BadRequest, "invalid_request", "parameter_too_long", "The name or value of a request parameter is too long.");
        (await server.PostFormAsync(Endpoint.Token, Credentials, ("grant_type", "client\u0001credentials"))).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "invalid_characters", "The name or value of a request parameter contains control characters.");
        (await server.PostFormAsync(Endpoint.Token, Credentials, [.. Enumerable.Range(0, 2000).Select(number => ($"p{number}", "x"))])).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "invalid_body", "The request body is not a well-formed form, or is too large.");
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes("grant_type=" + new string('x', 1024 * 1024)));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded");

        var answer = await server.SendAsync(HttpMethod.Post, Endpoint.Token, Credentials, content);

        answer.MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "invalid_body", "The request body is not a well-formed form, or is too large.");
    }

    [Theory]
    [InlineData("password")]
    [InlineData("implicit")]
    [InlineData("urn:ietf:params:oauth:grant-type:device_code")]
    [InlineData("Client_Credentials")]
    [InlineData(" client_credentials")]
    public async Task A_grant_type_that_there_is_not_is_named_so(string grantType) =>
        (await server.PostFormAsync(Endpoint.Token, Credentials, ("grant_type", grantType))).MustRefuse(
            HttpStatusCode.BadRequest, "unsupported_grant_type", "invalid_grant_type", "The grant_type is not supported.");

    [Theory]
    [InlineData("authorization_code")]
    [InlineData("refresh_token")]
    [InlineData("client_credentials")]
    public async Task A_grant_type_that_the_application_was_not_given_is_refused(string grantType)
    {
        var without = await server.AddApplicationAsync(
            made => made with { OauthConfiguration = made.OauthConfiguration with { EnabledGrants = [] } }, Secret);

        var answer = await server.PostFormAsync(
            Endpoint.Token, Endpoint.Basic(without.ClientId, Secret), ("grant_type", grantType), ("code", "x"), ("refresh_token", "x"));

        answer.MustRefuse(HttpStatusCode.BadRequest, "unauthorized_client", "grant_type_disabled", "This client may not use this grant type.");
    }

    [Theory]
    [InlineData("authorization_code", "code")]
    [InlineData("refresh_token", "refresh_token")]
    public async Task Each_grant_says_what_it_misses(string grantType, string parameter) =>
        (await server.PostFormAsync(Endpoint.Token, Credentials, ("grant_type", grantType))).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "missing_" + parameter, $"The request is missing the {parameter} parameter.");

    [Theory]
    [InlineData("a  b")]
    [InlineData(" a")]
    [InlineData("a\"b")]
    [InlineData("ä")]
    public async Task A_scope_that_is_no_list_of_scopes_is_refused(string scope) =>
        (await server.PostFormAsync(Endpoint.Token, Credentials, ("grant_type", "client_credentials"), ("scope", scope))).MustRefuse(
            HttpStatusCode.BadRequest, "invalid_scope", "invalid_scope", "The scope parameter is not a list of scope names separated by single spaces.");

    [Fact]
    public async Task Tokens_are_never_kept_by_a_cache() =>
        (await server.PostFormAsync(Endpoint.Token, Credentials, ("grant_type", "client_credentials"))).Expect().MustNotBeKept();

    [Fact]
    public async Task No_bytes_at_all_make_a_fault()
    {
        var random = new Random(4711);
        string[] paths = [Endpoint.Token, Endpoint.Introspect, Endpoint.Revoke, Endpoint.UserInfo];
        string[] pieces = ["grant_type", "client_id", "code", "refresh_token", "token", "access_token", "client_assertion", "=", "&", "%", "%00", "+", "a.b.c", "Basic ", "Bearer ", "\n", "é", "\0"];
        for (var round = 0; round < 300; round++)
        {
            var body = Enumerable.Range(0, random.Next(12)).SelectMany(_ => random.Next(3) == 0
                ? Enumerable.Range(0, random.Next(9)).Select(_ => (byte)random.Next(256)).ToArray()
                : Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)])).ToArray();
            var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded");
            var header = random.Next(2) == 0 ? null : pieces[random.Next(2) + 13] + Convert.ToBase64String(body);

            var answer = await server.SendAsync(HttpMethod.Post, paths[random.Next(paths.Length)], header, content);

            Assert.InRange((int)answer.Status, 400, 499);
            Assert.NotNull(answer.Error);
        }
    }
}
