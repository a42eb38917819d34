using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using IdentityServer.Users;

namespace IdentityServer.Tests.OpenId.UserInfo;

/// <summary>The userinfo endpoint (OpenID Connect Core §5.3, RFC 6750).</summary>
public sealed class UserInfoTests : IAsyncLifetime
{
    private TestServer server = null!;
    private RelyingParty party = null!;
    private User user = null!;

    public async Task InitializeAsync()
    {
        server = await TestServer.SharedAsync();
        party = await RelyingParty.AddAsync(server);
        user = await AddFullUserAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_token_comes_in_the_header_or_in_the_form()
    {
        var token = (await party.GetTokensAsync(user)).Expect().AccessToken;

        foreach (var answer in new[]
        {
            await server.SendAsync(HttpMethod.Get, Endpoint.UserInfo, Endpoint.Bearer(token)),
            await server.SendAsync(HttpMethod.Get, Endpoint.UserInfo, "bearer " + token),
            await server.SendAsync(HttpMethod.Post, Endpoint.UserInfo, Endpoint.Bearer(token)),
            await server.PostFormAsync(Endpoint.UserInfo, Endpoint.Bearer(token)),
            await server.PostFormAsync(Endpoint.UserInfo, null, ("access_token", token)),
        })
        {
            Assert.Equal(user.Id.ToString(), answer.Expect().Json.GetProperty("sub").GetString());
            Assert.Equal("application/json", answer.Response.Content.Headers.ContentType?.ToString());
            answer.MustNotBeKept();
        }
    }

    [Fact]
    public async Task Without_a_token_the_challenge_names_no_error()
    {
        var token = (await party.GetTokensAsync(user)).Expect().AccessToken;

        // The query is no place for a token: it ends up in logs.
        foreach (var answer in new[]
        {
            await server.SendAsync(HttpMethod.Get, Endpoint.UserInfo),
            await server.SendAsync(HttpMethod.Get, Endpoint.UserInfo + "?access_token=" + token),
            await server.SendAsync(HttpMethod.Get, Endpoint.UserInfo, "Basic " + token),
            await server.PostFormAsync(Endpoint.UserInfo + "?access_token=" + token, null),
        })
        {
            answer.MustRefuse(HttpStatusCode.Unauthorized, "invalid_token", "access_token_required", "An access token is required.");
            Assert.Equal("Bearer realm=\"IdentityServer\"", answer.Response.Headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task Two_tokens_at_once_are_refused()
    {
        var token = (await party.GetTokensAsync(user)).Expect().AccessToken;

        var answer = await server.PostFormAsync(Endpoint.UserInfo, Endpoint.Bearer(token), ("access_token", token));

        answer.MustRefuse(
            HttpStatusCode.BadRequest, "invalid_request", "access_token_required", "Send the access token once: in the Authorization header or in the form.");
        Assert.Equal(
            "Bearer realm=\"IdentityServer\", error=\"invalid_request\", error_description=\"Send the access token once: in the Authorization header or in the form.\"",
            answer.Response.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("nonsense", "access_token_malformed", "The access token is malformed.")]
    [InlineData("a.b.c", "access_token_malformed", "The access token is malformed.")]
    public async Task What_is_no_token_is_told_so(string token, string reason, string description)
    {
        var answer = await server.SendAsync(HttpMethod.Get, Endpoint.UserInfo, Endpoint.Bearer(token));

        answer.MustRefuse(HttpStatusCode.Unauthorized, "invalid_token", reason, description);
        Assert.Equal(
            $"Bearer realm=\"IdentityServer\", error=\"invalid_token\", error_description=\"{description}\"",
            answer.Response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Another_kind_of_token_is_refused()
    {
        var tokens = (await party.GetTokensAsync(user, ("scope", "openid offline_access"))).Expect();

        (await party.GetUserInfoAsync(tokens.IdToken)).MustRefuseAccessToken();
        Assert.Equal(HttpStatusCode.Unauthorized, (await party.GetUserInfoAsync(tokens.RefreshToken)).Status);
    }

    [Fact]
    public async Task An_access_token_is_no_hint_at_a_person()
    {
        var tokens = (await party.GetTokensAsync(user)).Expect();
        using var browser = server.NewBrowser();

        var page = await browser.OpenAsync(party.Call(("id_token_hint", tokens.AccessToken), ("prompt", "none")).Url);

        Assert.Equal("invalid_request", AuthorizeAnswer.Read(page)["error"]);
    }

    [Fact]
    public async Task A_changed_signature_is_refused()
    {
        var token = (await party.GetTokensAsync(user)).Expect().AccessToken;
        var other = (await party.GetTokensAsync(await server.AddUserAsync())).Expect().AccessToken;

        (await party.GetUserInfoAsync(token[..token.LastIndexOf('.')] + other[other.LastIndexOf('.')..])).MustRefuseAccessToken();
    }

    [Fact]
    public async Task An_expired_token_is_told_so()
    {
        await using var timed = await TestServer.StartAsync();
        var client = await RelyingParty.AddAsync(timed);
        var token = (await client.GetTokensAsync(await timed.AddUserAsync())).Expect().AccessToken;
        timed.Clock.Advance(TimeSpan.FromSeconds(3599));
        (await client.GetUserInfoAsync(token)).Expect();
        timed.Clock.Advance(TimeSpan.FromSeconds(1));

        var answer = await client.GetUserInfoAsync(token);

        answer.MustRefuse(HttpStatusCode.Unauthorized, "invalid_token", "access_token_expired", "The access token has expired.");
        Assert.Equal(
            "Bearer realm=\"IdentityServer\", error=\"invalid_token\", error_description=\"The access token has expired.\"",
            answer.Response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Without_the_scope_openid_it_tells_nothing()
    {
        var tokens = (await party.GetTokensAsync(user, ("scope", "profile"))).Expect();

        var answer = await party.GetUserInfoAsync(tokens.AccessToken);

        answer.MustRefuse(HttpStatusCode.Forbidden, "insufficient_scope", "missing_required_scope", "The access token lacks the scope that this needs.");
        Assert.Equal(
            "Bearer realm=\"IdentityServer\", error=\"insufficient_scope\", error_description=\"The access token lacks the scope that this needs.\", scope=\"openid\"",
            answer.Response.Headers.WwwAuthenticate.ToString());
    }

    [Theory]
    [InlineData("openid", "sub")]
    [InlineData("openid email", "email email_verified sub")]
    [InlineData("openid phone", "phone_number phone_number_verified sub")]
    [InlineData("openid address", "address sub")]
    [InlineData(
        "openid profile",
        "birthdate family_name gender given_name locale middle_name name nickname picture preferred_username profile sub updated_at website zoneinfo")]
    public async Task A_scope_releases_its_claims_and_no_other(string scope, string claims)
    {
        var answer = (await party.GetUserInfoAsync((await party.GetTokensAsync(user, ("scope", scope))).Expect().AccessToken)).Expect();

        Assert.Equal(claims, string.Join(' ', answer.Json.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Claims_have_the_values_and_types_that_the_specification_gives_them()
    {
        var answer = (await party.GetUserInfoAsync((await party.GetTokensAsync(user, ("scope", "openid profile email phone address"))).Expect().AccessToken)).Expect();

        var expected = new JsonObject
        {
            ["sub"] = user.Id.ToString(),
            ["name"] = "Ada King, Countess of Lovelace",
            ["given_name"] = "Ada",
            ["middle_name"] = "King",
            ["family_name"] = "Lovelace",
            ["nickname"] = "Ada \"the first\" <programmer>",
            ["preferred_username"] = user.Username,
            ["profile"] = "https://ada.example/about",
            ["picture"] = "https://ada.example/ada.png",
            ["website"] = "https://ada.example",
            ["gender"] = "female",
            ["birthdate"] = "1815-12-10",
            ["zoneinfo"] = "Europe/London",
            ["locale"] = "en-GB",
            ["updated_at"] = user.UpdatedAt.ToUnixTimeSeconds(),
            ["email"] = user.Email,
            ["email_verified"] = false,
            ["phone_number"] = "+44123456789",
            ["phone_number_verified"] = false,
            ["address"] = new JsonObject { ["locality"] = "London", ["country"] = "UK" },
        };
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(answer.Json.GetRawText())), $"It said {answer.Json}");
    }

    [Fact]
    public async Task What_is_not_known_is_left_out()
    {
        var bare = await server.AddUserAsync();
        var answer = (await party.GetUserInfoAsync((await party.GetTokensAsync(bare, ("scope", "openid profile phone address"))).Expect().AccessToken)).Expect();

        Assert.Equal(["sub", "name", "updated_at"], answer.Json.EnumerateObject().Select(claim => claim.Name));
    }

    [Fact]
    public async Task Free_data_speaks_for_no_claim_that_the_server_keeps_itself_and_in_no_other_type()
    {
        var liar = await server.AddUserAsync();
        await ChangeAsync(liar, changed => changed.Data = """
            {"email":"victim@example.com","email_verified":true,"phone_number_verified":true,"sub":"other","roles":["admin"],"nickname":5,
             "address":"London","website":["x"],"gender":{"a":1},"profile":null}
            """);

        var answer = (await party.GetUserInfoAsync((await party.GetTokensAsync(liar, ("scope", "openid profile email phone address"))).Expect().AccessToken)).Expect();

        Assert.Equal(liar.Id.ToString(), answer.Json.GetProperty("sub").GetString());
        Assert.Equal(liar.Email, answer.Json.GetProperty("email").GetString());
        Assert.False(answer.Json.GetProperty("email_verified").GetBoolean());
        Assert.All(
            ["roles", "phone_number_verified", "nickname", "address", "website", "gender", "profile"],
            name => Assert.False(answer.Json.TryGetProperty(name, out _), name));
    }

    [Fact]
    public async Task The_claims_parameter_asks_for_single_claims()
    {
        var tokens = (await party.GetTokensAsync(
            user, ("claims", """{"userinfo":{"nickname":null,"email":{"essential":true},"roles":null,"unheard_of":null},"id_token":{"name":null}}"""))).Expect();

        var answer = (await party.GetUserInfoAsync(tokens.AccessToken)).Expect();

        Assert.Equal(["email", "nickname", "sub"], answer.Json.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_tells_what_is_so_now()
    {
        var changing = await server.AddUserAsync();
        var token = (await party.GetTokensAsync(changing, ("scope", "openid profile"))).Expect().AccessToken;

        await ChangeAsync(changing, changed => changed.FullName = "Augusta Ada Byron");

        Assert.Equal("Augusta Ada Byron", (await party.GetUserInfoAsync(token)).Expect().Json.GetProperty("name").GetString());
    }

    // §3.4 of the compatibility notes: what a portal reads that asks for no scope at all.
    [Fact]
    public async Task Under_the_compatible_policy_it_tells_everything_with_application_and_roles()
    {
        var portal = await RelyingParty.AddAsync(server, oauth => oauth with { ScopeHandlingPolicy = ScopeHandlingPolicy.Compatibility }, roles: ["buyer*"]);
        var buyer = await server.AddUserAsync(application: portal.Application);
        var tokens = (await portal.GetTokensAsync(buyer, ("scope", null))).Expect();

        var answer = (await portal.GetUserInfoAsync(tokens.AccessToken)).Expect();

        Assert.Equal(buyer.Id.ToString(), answer.Json.GetProperty("sub").GetString());
        Assert.Equal(portal.Application.Id.ToString(), answer.Json.GetProperty("applicationId").GetString());
        Assert.Equal(["buyer"], answer.Json.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.Equal(buyer.Email, answer.Json.GetProperty("email").GetString());
        Assert.Equal(JsonValueKind.False, answer.Json.GetProperty("email_verified").ValueKind);
        Assert.All(
            ["aud", "auth_time", "authenticationType", "exp", "iat", "iss", "jti", "nbf", "nonce", "sid"],
            name => Assert.False(answer.Json.TryGetProperty(name, out _), name));
        Assert.False(tokens.Has("id_token"));
    }

    [Fact]
    public async Task Under_the_strict_policy_it_never_tells_application_or_roles()
    {
        var strict = await RelyingParty.AddAsync(server, roles: ["buyer*"]);
        var buyer = await server.AddUserAsync(application: strict.Application);

        var answer = (await strict.GetUserInfoAsync((await strict.GetTokensAsync(buyer, ("scope", "openid profile email"))).Expect().AccessToken)).Expect();

        Assert.False(answer.Json.TryGetProperty("applicationId", out _) || answer.Json.TryGetProperty("roles", out _));
    }

    private async Task<User> AddFullUserAsync()
    {
        var full = await server.AddUserAsync(change: wanted => wanted with { Username = "ada-" + Guid.NewGuid().ToString("N") });
        await ChangeAsync(full, changed =>
        {
            (changed.FirstName, changed.MiddleName, changed.LastName, changed.FullName) = ("Ada", "King", "Lovelace", "Ada King, Countess of Lovelace");
            (changed.ImageUrl, changed.Timezone, changed.MobilePhone) = ("https://ada.example/ada.png", "Europe/London", "+44123456789");
            (changed.BirthDate, changed.PreferredLanguages) = (new DateOnly(1815, 12, 10), ["en_GB", "fr"]);
            changed.Data = """
                {"nickname":"Ada \"the first\" <programmer>","profile":"https://ada.example/about","website":"https://ada.example","gender":"female",
                 "address":{"locality":"London","country":"UK"},"shoe_size":38}
                """;
        });
        return full;
    }

    private Task ChangeAsync(User who, Action<User> change) => server.Get<Database>().WriteAsync(
        (db, _) =>
        {
            change(db.Attach(who).Entity);
            return Task.CompletedTask;
        },
        CancellationToken.None);
}
