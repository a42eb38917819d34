using System.Net;
using System.Text;
using IdentityServer.Applications;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.OpenId.Token;

/// <summary>How a client proves who it is (RFC 6749 §2.3, OpenID Connect Core §9), by secrets or by nothing.</summary>
public sealed class ClientAuthenticationTests : IAsyncLifetime
{
    // Every character that means something in a form, in a header or in UTF-8.
    private const string Secret = "p%:+ &=/?#\"\\ ä€😀";

    private static readonly (string Name, string Value) Grant = ("grant_type", "client_credentials");

    private TestServer server = null!;

    public async Task InitializeAsync() => server = await TestServer.SharedAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_secret_comes_in_the_header_form_encoded_or_in_the_form()
    {
        var application = await AddAsync();

        (await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, Secret), Grant)).Expect();
        (await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, Secret), Grant, ("client_id", application.ClientId))).Expect();
        (await server.PostFormAsync(Endpoint.Token, null, Grant, ("client_id", application.ClientId), ("client_secret", Secret))).Expect();
    }

    [Fact]
    public async Task The_scheme_is_case_insensitive()
    {
        var application = await AddAsync();
        var header = Endpoint.Basic(application.ClientId, Secret).Replace("Basic", "bASIC", StringComparison.Ordinal);

        (await server.PostFormAsync(Endpoint.Token, header, Grant)).Expect();
    }

    [Fact]
    public async Task Unknown_wrong_deactivated_and_malformed_look_alike_to_the_last_byte()
    {
        var application = await AddAsync();
        var deactivated = await AddAsync();
        await server.DeactivateAsync(deactivated);
        string[] headers =
        [
            Endpoint.Basic(application.ClientId, "wrong"),
            Endpoint.Basic(application.ClientId, ""),
            Endpoint.Basic(Guid.NewGuid().ToString(), Secret),
            Endpoint.Basic("", Secret),
            Endpoint.Basic(deactivated.ClientId, Secret),
            "Basic !",
            "Basic " + Convert.ToBase64String("no colon"u8),
            "Basic " + Convert.ToBase64String("%zz:secret"u8),
            "Basic " + Convert.ToBase64String([(byte)'a', (byte)':', 0xff, 0xfe]),
            "Basic " + Convert.ToBase64String(new byte[8000]),
        ];
        var looks = new List<string>();
        foreach (var header in headers)
        {
            var answer = await server.PostFormAsync(Endpoint.Token, header, Grant);
            answer.MustRefuseClient();
            looks.Add(LookOf(answer));
        }

        foreach (var clientId in new[] { application.ClientId, Guid.NewGuid().ToString() })
        {
            var answer = await server.PostFormAsync(Endpoint.Token, null, Grant, ("client_id", clientId), ("client_secret", "wrong"));
            looks.Add(LookOf(answer));
            looks.Add(LookOf(await server.PostFormAsync(Endpoint.Token, null, Grant, ("client_id", clientId))));
        }

        Assert.Single(looks.Distinct());
    }

    [Fact]
    public async Task A_request_that_names_no_client_is_told_so()
    {
        var answer = await server.PostFormAsync(Endpoint.Token, null, Grant);

        answer.MustRefuse(
            HttpStatusCode.Unauthorized, "invalid_client", "client_authentication_missing", "The request does not say which client it comes from.");
        Assert.Equal("Basic realm=\"IdentityServer\"", answer.Response.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("Bearer abc")]
    [InlineData("Digest username=\"x\"")]
    [InlineData("Basic")]
    public async Task Another_scheme_than_Basic_is_told_so(string header)
    {
        var answer = await server.PostFormAsync(Endpoint.Token, header, Grant);

        answer.MustRefuse(
            HttpStatusCode.Unauthorized, "invalid_client", "invalid_client_authentication_scheme",
            "The Authorization header of this endpoint uses the Basic scheme.");
        Assert.Equal("Basic realm=\"IdentityServer\"", answer.Response.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("client_secret", Secret, true)]
    [InlineData("client_assertion", "a.b.c", true)]
    [InlineData("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", true)]
    public async Task Two_methods_at_once_are_refused_even_if_both_are_right(string name, string value, bool header)
    {
        var application = await AddAsync();

        var answer = await server.PostFormAsync(
            Endpoint.Token, header ? Endpoint.Basic(application.ClientId, Secret) : null, Grant, ("client_id", application.ClientId), (name, value));

        answer.MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "invalid_client_authentication", "The request authenticates the client in more than one way.");
    }

    [Fact]
    public async Task A_secret_and_an_assertion_at_once_are_refused()
    {
        var application = await AddAsync();

        var answer = await server.PostFormAsync(
            Endpoint.Token, null, Grant, ("client_id", application.ClientId), ("client_secret", Secret), ("client_assertion", "a.b.c"));

        answer.MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "invalid_client_authentication", "The request authenticates the client in more than one way.");
    }

    [Fact]
    public async Task A_client_id_beside_the_header_must_be_the_same()
    {
        var (application, other) = (await AddAsync(), await AddAsync());

        var answer = await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, Secret), Grant, ("client_id", other.ClientId));

        answer.MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "client_id_mismatch", "The client_id differs from the one that the client authentication names.");
    }

    [Theory]
    [InlineData("client_secret_basic", true, false)]
    [InlineData("client_secret_post", false, true)]
    [InlineData("private_key_jwt", false, false)]
    [InlineData("none", false, false)]
    public async Task A_client_that_registered_a_method_uses_that_and_no_other(string registered, bool basic, bool post)
    {
        var application = await AddAsync(settings: made => made with { ClientMetadata = new() { TokenEndpointAuthMethod = registered } });

        var byHeader = await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, Secret), Grant);
        var byForm = await server.PostFormAsync(Endpoint.Token, null, Grant, ("client_id", application.ClientId), ("client_secret", Secret));
        var byName = await server.PostFormAsync(Endpoint.Token, null, Grant, ("client_id", application.ClientId));

        Must(byHeader, basic);
        Must(byForm, post);
        if (registered == "none")
        {
            byName.MustRefuse(HttpStatusCode.BadRequest, "unauthorized_client", "grant_type_disabled", "This client may not use this grant type.");
        }
        else
        {
            byName.MustRefuseClient();
        }
    }

    [Fact]
    public async Task Two_secrets_are_good_at_a_time_so_that_one_can_be_replaced()
    {
        var application = await AddAsync();
        await server.ChangeAsync(application, (db, stored) => db.ClientSecrets.Add(new StoredClientSecret
        {
            Id = Guid.CreateVersion7(),
            ApplicationId = stored.Id,
            Hash = Application.HashSecret("the next one"),
            CreatedAt = stored.CreatedAt.AddDays(1),
        }));

        (await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, Secret), Grant)).Expect();
        (await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, "the next one"), Grant)).Expect();
        (await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, "another"), Grant)).MustRefuseClient();

        await server.ChangeAsync(application, (db, stored) => db.ClientSecrets.RemoveRange(db.ClientSecrets.Where(row => row.ApplicationId == stored.Id && row.CreatedAt == stored.CreatedAt)));
        (await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, Secret), Grant)).MustRefuseClient();
        (await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, "the next one"), Grant)).Expect();
    }

    [Fact]
    public async Task A_public_client_names_itself_and_a_secret_that_it_sends_all_the_same_is_checked()
    {
        var user = await server.AddUserAsync();
        var open = await RelyingParty.AddPublicAsync(server);

        (await open.GetTokensAsync(user)).Expect();
        (await server.PostFormAsync(Endpoint.Token, null, ("grant_type", "refresh_token"), ("client_id", open.ClientId), ("client_secret", "x"), ("refresh_token", "x")))
            .MustRefuseClient();
        (await server.PostFormAsync(Endpoint.Token, Endpoint.Basic(open.ClientId, ""), ("grant_type", "refresh_token"), ("refresh_token", "x"))).MustRefuseClient();
    }

    // FusionAuth's NotRequiredWhenUsingPKCE: the verifier stands for the secret where there is a code that it fits, and nowhere else.
    [Fact]
    public async Task A_verifier_stands_for_the_secret_only_with_its_code()
    {
        var user = await server.AddUserAsync();
        var party = await RelyingParty.AddAsync(
            server, oauth => Endpoint.AllGrants(oauth) with { ClientAuthenticationPolicy = ClientAuthenticationPolicy.NotRequiredWhenUsingPKCE });
        (string, string) client = ("client_id", party.ClientId);
        (string, string) verifier = ("code_verifier", Pkce.NewVerifier());
        using var browser = server.NewBrowser();
        var call = party.Call(("scope", "openid offline_access"));
        var answer = AuthorizeAnswer.Read(await browser.SubmitLoginAsync(await browser.OpenAsync(call.Url), user));
        (string, string)[] code = [("grant_type", "authorization_code"), ("code", answer.Code), ("redirect_uri", RelyingParty.RedirectUri), client];

        (await server.PostFormAsync(Endpoint.Token, null, code)).MustRefuseClient();
        var tokens = (await server.PostFormAsync(Endpoint.Token, null, [.. code, ("code_verifier", call.Verifier)])).Expect();

        (await server.PostFormAsync(Endpoint.Token, null, Grant, client, verifier)).MustRefuseClient();
        (await server.PostFormAsync(Endpoint.Token, null, ("grant_type", "refresh_token"), ("refresh_token", tokens.RefreshToken), client, verifier))
            .MustRefuseClient();
        (string, string)[] bait = [("grant_type", "authorization_code"), ("token", tokens.AccessToken), client, verifier];
        (await server.PostFormAsync(Endpoint.Introspect, null, bait)).MustRefuseClient();
        (await server.PostFormAsync(Endpoint.Revoke, null, bait)).MustRefuseClient();
        (await party.GetUserInfoAsync(tokens.AccessToken)).Expect();
    }

    [Fact]
    public async Task Who_fails_too_often_waits_a_minute_and_nobody_else_does()
    {
        await using var braked = await TestServer.StartAsync();
        var application = await braked.AddApplicationAsync(Settings, Secret);
        var others = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => braked.AddApplicationAsync(Settings, Secret)));
        for (var failure = 0; failure < 20; failure++)
        {
            (await braked.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, "wrong"), Grant)).MustRefuseClient();
        }

        var answer = await braked.PostFormAsync(Endpoint.Token, Endpoint.Basic(application.ClientId, Secret), Grant);

        answer.MustRefuse(
            HttpStatusCode.TooManyRequests, "temporarily_unavailable", "too_many_failures",
            "Client authentication failed too often. Try again in a minute.");
        Assert.Equal(TimeSpan.FromMinutes(1), answer.Response.Headers.RetryAfter?.Delta);
        var statuses = await Task.WhenAll(others.Select(async other =>
            (await braked.PostFormAsync(Endpoint.Token, Endpoint.Basic(other.ClientId, Secret), Grant)).Status));
        Assert.Contains(HttpStatusCode.OK, statuses); // Clients share counters, though seldom.
    }

    private static void Must(TokenAnswer answer, bool succeed)
    {
        if (succeed)
        {
            answer.Expect();
        }
        else
        {
            answer.MustRefuseClient();
        }
    }

    private static string LookOf(TokenAnswer answer)
    {
        var headers = answer.Response.Headers.Concat(answer.Response.Content.Headers).Where(header => header.Key != "Date");
        return new StringBuilder().Append(answer.Status).Append(answer.Json.GetRawText())
            .AppendJoin('\n', headers.Select(header => $"{header.Key}: {string.Join(',', header.Value)}")).ToString();
    }

    private static ApplicationSettings Settings(ApplicationSettings made) =>
        made with { OauthConfiguration = Endpoint.AllGrants(made.OauthConfiguration) };

    private Task<Application> AddAsync(Func<ApplicationSettings, ApplicationSettings>? settings = null) =>
        server.AddApplicationAsync(made => settings is null ? Settings(made) : settings(Settings(made)), Secret);
}
