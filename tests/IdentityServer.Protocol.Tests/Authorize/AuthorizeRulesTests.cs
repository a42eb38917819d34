namespace IdentityServer.Protocol.Tests;

public class AuthorizeRulesTests
{
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private static readonly ClientSettings Client = new()
    {
        ClientId = "app",
        RedirectUris = ["https://app.example/callback"],
        AllowedGrantTypes = new HashSet<string> { GrantTypes.AuthorizationCode },
        ScopesAllowed = new HashSet<string>(Scopes.Standard),
    };

    private static readonly (string Name, string Value)[] Good =
    [
        ("client_id", "app"), ("redirect_uri", "https://app.example/callback"), ("response_type", "code"), ("scope", "openid email"),
        ("state", "s"), ("nonce", "n"), ("code_challenge", Challenge), ("code_challenge_method", "S256"),
    ];

    [Fact]
    public void A_complete_request_passes()
    {
        Assert.Null(AuthorizeRules.CheckAddress(With(), Client));
        Assert.Null(AuthorizeRules.Check(With(), Client));
    }

    [Theory]
    [InlineData("response_type", "", "invalid_request", "missing_response_type", "The request is missing the response_type parameter.")]
    [InlineData("response_type", "token", "unsupported_response_type", "invalid_response_type", "The response_type is not supported. Use code.")]
    [InlineData("response_type", "code id_token", "unsupported_response_type", "invalid_response_type", "The response_type is not supported. Use code.")]
    [InlineData("response_type", "Code", "unsupported_response_type", "invalid_response_type", "The response_type is not supported. Use code.")]
    [InlineData("response_mode", "web_message", "invalid_request", "invalid_response_mode", "The response_mode is not supported. Use query, fragment or form_post.")]
    [InlineData("request", "e30.e30.", "request_not_supported", "request_not_supported", "The request parameter is not supported.")]
    [InlineData("request_uri", "https://app.example/r", "request_uri_not_supported", "request_uri_not_supported", "The request_uri parameter is not supported.")]
    [InlineData("registration", "{}", "registration_not_supported", "registration_not_supported", "The registration parameter is not supported.")]
    [InlineData("prompt", "none login", "invalid_request", "invalid_prompt", null)]
    [InlineData("prompt", "never", "invalid_request", "invalid_prompt", null)]
    [InlineData("prompt", "login  consent", "invalid_request", "invalid_prompt", null)]
    [InlineData("scope", "openid\"", "invalid_scope", "invalid_scope", null)]
    [InlineData("scope", "openid  email", "invalid_scope", "invalid_scope", null)]
    [InlineData("scope", "openid admin", "invalid_scope", "unknown_scope", "The request asks for a scope that this client may not have.")]
    [InlineData("max_age", "-1", "invalid_request", "invalid_max_age", "The max_age parameter is not a number of seconds.")]
    [InlineData("max_age", "1.5", "invalid_request", "invalid_max_age", "The max_age parameter is not a number of seconds.")]
    [InlineData("max_age", " 1", "invalid_request", "invalid_max_age", "The max_age parameter is not a number of seconds.")]
    [InlineData("max_age", "99999999999", "invalid_request", "invalid_max_age", "The max_age parameter is not a number of seconds.")]
    [InlineData("claims", "{", "invalid_request", "invalid_claims", null)]
    [InlineData("code_challenge", "", "invalid_request", "missing_code_challenge", "A code_challenge is required (PKCE).")]
    [InlineData("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", "invalid_request", "invalid_pkce_code_challenge", null)]
    [InlineData("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", "invalid_request", "invalid_pkce_code_challenge", null)]
    [InlineData("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", "invalid_request", "invalid_pkce_code_challenge", null)]
    [InlineData("code_challenge_method", "plain", "invalid_request", "invalid_pkce_code_challenge_method", "The code_challenge_method must be S256.")]
    [InlineData("code_challenge_method", "", "invalid_request", "invalid_pkce_code_challenge_method", "The code_challenge_method must be S256.")]
    [InlineData("resource", "api", "invalid_target", "invalid_resource", "A resource must be an absolute URI without a fragment.")]
    [InlineData("resource", "/api", "invalid_target", "invalid_resource", "A resource must be an absolute URI without a fragment.")]
    [InlineData("resource", "https://api.example/#part", "invalid_target", "invalid_resource", "A resource must be an absolute URI without a fragment.")]
    public void One_bent_value_is_refused(string parameter, string value, string code, string reason, string? description) =>
        AuthorizeRules.Check(With((parameter, value)), Client).Is(code, reason, description);

    [Theory]
    [InlineData("response_mode", "query")]
    [InlineData("response_mode", "fragment")]
    [InlineData("response_mode", "form_post")]
    [InlineData("prompt", "none")]
    [InlineData("prompt", "login consent select_account")]
    [InlineData("max_age", "0")]
    [InlineData("scope", "")]
    [InlineData("display", "popup")]
    [InlineData("something", "unknown")]
    [InlineData("resource", "urn:example:api")]
    [InlineData("claims", """{"userinfo":{"email":null}}""")]
    public void One_permitted_value_is_accepted(string parameter, string value) =>
        Assert.Null(AuthorizeRules.Check(With((parameter, value)), Client));

    [Theory]
    [InlineData("state")]
    [InlineData("scope")]
    [InlineData("something_unknown")]
    public void A_repeated_parameter_is_refused_once_the_address_is_proven(string parameter)
    {
        var request = AuthorizeRequest.Parse(Expect.Parameters([.. Good, (parameter, "x"), (parameter, "x")]));

        Assert.Null(AuthorizeRules.CheckAddress(request, Client));
        AuthorizeRules.Check(request, Client)
            .Is("invalid_request", "repeated_parameter", "A request parameter is included more than once.");
    }

    [Fact]
    public void A_repeated_state_is_not_sent_back()
    {
        var request = AuthorizeRequest.Parse(Expect.Parameters([.. Good, ("state", "other")]));

        Assert.DoesNotContain("state=", AuthorizeResponse.Failure(request, "https://id.example", OAuthError.RepeatedParameter).ToUrl(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client_id")]
    [InlineData("redirect_uri")]
    public void A_repeated_client_or_address_proves_neither(string parameter)
    {
        var value = Good.Single(pair => pair.Name == parameter).Value;
        var request = AuthorizeRequest.Parse(Expect.Parameters([.. Good, (parameter, value)]));

        AuthorizeRules.CheckAddress(request, Client)
            .Is("invalid_request", "repeated_parameter", "A request parameter is included more than once.");
    }

    [Fact]
    public void An_unknown_client_is_not_redirected_to() =>
        AuthorizeRules.CheckAddress(With(), client: null)
            .Is("invalid_request", "invalid_client_id", "The client_id is not one of an active application.");

    [Theory]
    [InlineData("client_id", "", "missing_client_id")]
    [InlineData("redirect_uri", "", "missing_redirect_uri")]
    [InlineData("redirect_uri", "https://app.example/callback/", "invalid_redirect_uri")]
    [InlineData("redirect_uri", "https://app.example/callback?x=1", "invalid_redirect_uri")]
    [InlineData("redirect_uri", "https://evil.example/callback", "invalid_redirect_uri")]
    public void Without_client_and_registered_address_nothing_is_redirected(string parameter, string value, string reason) =>
        AuthorizeRules.CheckAddress(With((parameter, value)), Client).Is("invalid_request", reason);

    [Fact]
    public void A_client_without_the_code_grant_is_refused() =>
        AuthorizeRules.Check(With(), Client with { AllowedGrantTypes = new HashSet<string> { GrantTypes.ClientCredentials } })
            .Is("unauthorized_client", "grant_type_disabled", "This client may not use this grant type.");

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, true, false)]
    [InlineData(false, false, true)]
    public void Only_a_confidential_client_can_be_let_off_PKCE(bool isPublic, bool requirePkce, bool passes)
    {
        var error = AuthorizeRules.Check(
            With(("code_challenge", ""), ("code_challenge_method", "")), Client with { IsPublic = isPublic, RequirePkce = requirePkce });

        Assert.Equal(passes, error is null);
    }

    [Fact]
    public void A_method_without_a_challenge_is_refused_even_where_PKCE_is_not_required() =>
        AuthorizeRules.Check(With(("code_challenge", "")), Client with { RequirePkce = false })
            .Is("invalid_request", "missing_code_challenge", "A code_challenge is required (PKCE).");

    [Fact]
    public void An_unknown_scope_is_allowed_or_left_out_as_the_policy_says()
    {
        var request = With(("scope", "openid admin email"));
        var allow = Client with { UnknownScopePolicy = UnknownScopePolicy.Allow };
        var remove = Client with { UnknownScopePolicy = UnknownScopePolicy.Remove };

        Assert.Null(AuthorizeRules.Check(request, allow));
        Assert.Null(AuthorizeRules.Check(request, remove));
        Assert.Equal("openid admin email", allow.NarrowScope(request.Scope).ToString());
        Assert.Equal("openid email", remove.NarrowScope(request.Scope).ToString());
        Assert.Equal("openid email", Client.NarrowScope(request.Scope).ToString());
    }

    [Fact]
    public void A_listed_resource_becomes_the_audience_and_an_unlisted_one_is_refused()
    {
        var client = Client with { AllowedResources = ["https://api.example/a", "https://api.example/b"] };
        var listed = AuthorizeRequest.Parse(Expect.Parameters([.. Good, ("resource", "https://api.example/b"), ("resource", "https://api.example/a")]));

        Assert.Null(AuthorizeRules.Check(listed, client));
        Assert.Equal(["https://api.example/b", "https://api.example/a"], client.NarrowResources(listed.Resources));
        AuthorizeRules.Check(With(("resource", "https://api.example/c")), client)
            .Is("invalid_target", "invalid_resource", "The request asks for a resource that this client may not use.");
    }

    [Fact]
    public void Where_no_resource_is_listed_the_parameter_is_ignored()
    {
        Assert.Null(AuthorizeRules.Check(With(("resource", "https://api.example/c")), Client));
        Assert.Empty(Client.NarrowResources(["https://api.example/c"]));
    }

    [Fact]
    public void A_request_is_read_as_it_was_sent()
    {
        var request = With(
            ("prompt", "login consent"), ("max_age", "3600"), ("login_hint", "ana"), ("id_token_hint", "h"), ("ui_locales", "fr-CA fr"),
            ("locale", "de"), ("acr_values", "mfa pwd"), ("response_mode", "fragment"));

        Assert.Equal(("app", "https://app.example/callback", "code"), (request.ClientId, request.RedirectUri, request.ResponseType));
        Assert.Equal(("s", "n", "fragment"), (request.State, request.Nonce, request.ReplyMode));
        Assert.Equal(new PromptSet(HasNone: false, HasLogin: true, HasConsent: true, HasSelectAccount: false), request.Prompt);
        Assert.Equal(3600, request.MaxAge);
        Assert.Equal(("ana", "h"), (request.LoginHint, request.IdTokenHint));
        Assert.Equal(["de", "fr-CA", "fr"], request.UiLocales);
        Assert.Equal(["mfa", "pwd"], request.AcrValues);
        Assert.Equal(["openid", "email"], request.Scope);
    }

    [Fact]
    public void A_request_in_a_log_names_no_person_and_no_secret()
    {
        var text = With(("login_hint", "ana@example.com"), ("id_token_hint", "eyJ")).ToString();

        Assert.Equal("authorize request of app for openid email", text);
    }

    private static AuthorizeRequest With(params (string Name, string Value)[] bent) =>
        AuthorizeRequest.Parse(Expect.Parameters([.. Good.Where(pair => bent.All(other => other.Name != pair.Name)), .. bent]));
}
