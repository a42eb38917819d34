using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

/// <summary>What the reference portal of the compatibility notes (§19) does, call by call, from its set-up to its sign-out.</summary>
public sealed class ReferencePortalTests
{
    private const string Callback = "http://localhost:5000/callback";
    // RFC 7636, appendix B.
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private const string Secret = "5E_pVQeSQ2v4d7ckDy6rz_Z0HZjNSShUEbWPRYst2hg";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_portal_works(bool basic)
    {
        var server = await TestServer.SharedAsync();
        var api = await server.NewApiAsync(permissions:
        [
            ("/api/user", ["GET", "POST", "PUT", "PATCH", "DELETE"]),
            ("/api/user/registration", ["GET", "POST", "PUT", "PATCH", "DELETE"]),
            ("/api/form", ["GET"]),
            ("/api/form/field", ["GET"]),
        ]);
        var (clientId, formId, fields) = await SetUpAsync(await server.NewApiAsync());
        using var browser = server.NewBrowser();
        var email = TestServer.NewEmail();

        // b. /register: the same query as /login, without scope, tenant and nonce; PKCE only in the later published example, which
        // is the one that sends its credentials in the body.
        var query = $"?response_type=code&client_id={clientId}&redirect_uri={Uri.EscapeDataString(Callback)}&state=Xq1"
            + (basic ? string.Empty : $"&code_challenge={Challenge}&code_challenge_method=S256");
        var second = await browser.SubmitAsync(await browser.OpenAsync("/oauth2/register" + query), ("user.email", email), ("user.password", TestServer.Password));
        var done = await browser.SubmitAsync(
            second, ("registration.data.minprice", "250000"), ("registration.data.maxprice", "400000"), ("registration.data.geographicarea", "Denver"));
        var answer = AuthorizeAnswer.Read(done);
        Assert.Equal((Callback, "Xq1", "en", "Authenticated"), (answer.Address, answer["state"], answer["locale"], answer["userState"]));

        // c. Token, by either way of authenticating.
        var tokens = await TokensAsync(server, clientId, answer.Code, basic);
        Assert.Equal("Bearer", tokens.Json.GetProperty("token_type").GetString());
        Assert.Equal(3600, tokens.Json.GetProperty("expires_in").GetInt32());
        Assert.InRange(tokens.AccessToken.Length, 1, 2047);
        var userId = tokens.Json.GetProperty("userId").GetString();

        // d. Userinfo.
        var info = await UserInfoAsync(server, tokens.AccessToken);
        Assert.Equal((userId, clientId, email), (info.GetProperty("sub").GetString(), info.GetProperty("applicationId").GetString(), info.GetProperty("email").GetString()));
        Assert.Equal("buyer", info.GetProperty("roles")[0].GetString());

        // e. The home page: a registration, a form, each field of its second step.
        var registration = (await api.GetAsync($"/api/user/registration/{userId}/{clientId}")).Expect("registration");
        Assert.Equal("""{"minprice":250000,"maxprice":400000,"geographicarea":"Denver"}""", registration["data"]!.ToJsonString());
        Assert.Equal(
            ("""["buyer"]""", "[]", "{}", "ACTIVE"),
            (registration["roles"]!.ToJsonString(), registration["preferredLanguages"]!.ToJsonString(), registration["tokens"]!.ToJsonString(), registration["usernameStatus"]!.GetValue<string>()));
        var form = (await api.GetAsync($"/api/form/{formId}")).Expect("form");
        var shown = new List<string>();
        foreach (var id in form["steps"]![1]!["fields"]!.AsArray())
        {
            var field = (await api.GetAsync($"/api/form/field/{id}")).Expect("field");
            shown.Add($"{field["key"]} {field["control"]} {field["required"]!.GetValue<bool>()}");
        }

        Assert.Equal(["registration.data.minprice number True", "registration.data.maxprice number False", "registration.data.geographicarea text False"], shown);
        Assert.Equal(fields, form["steps"]![1]!["fields"]!.AsArray().Select(id => id!.GetValue<string>()));

        // f. Update.
        var patched = (await api.PatchAsync($"/api/user/registration/{userId}", ApiFixture.Json(
            $$$"""{"registration":{"applicationId":"{{{clientId}}}","data":{"minprice":200000,"maxprice":400000,"geographicarea":"Boulder"} } }"""))).Expect("registration");
        Assert.Equal("""{"minprice":200000,"maxprice":400000,"geographicarea":"Boulder"}""", patched["data"]!.ToJsonString());
        Assert.Equal("""["buyer"]""", patched["roles"]!.ToJsonString());

        // g. Sign-out, and in again with the password of the form.
        var signOut = await browser.OpenAsync($"/oauth2/logout?client_id={clientId}");
        Assert.Equal("http://localhost:5000", signOut.Location);
        var login = await browser.SubmitAsync(await browser.OpenAsync("/oauth2/authorize" + query), ("loginId", email), ("password", TestServer.Password));
        Assert.Equal("Authenticated", AuthorizeAnswer.Read(login)["userState"]);
    }

    private static async Task<(string ClientId, string FormId, string[] Fields)> SetUpAsync(ApiClient api)
    {
        // a. The identifiers are the caller's choice.
        var (min, formId, clientId) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        var field = (await api.PostAsync($"/api/form/field/{min}", new JsonObject
        {
            ["field"] = ApiFixture.Json($$"""{"name":"Lowest price {{min}}","key":"registration.data.minprice","control":"number","type":"number","required":true}"""),
        })).Expect("field");
        Assert.Equal(
            ("[]", """{"enabled":false}""", "{}", "False"),
            (field["options"]!.ToJsonString(), field["validator"]!.ToJsonString(), field["data"]!.ToJsonString(), field["confirm"]!.GetValue<bool>().ToString()));
        string[] fields =
        [
            min,
            await api.NewFieldAsync("registration.data.maxprice", """{"control":"number","type":"number"}"""),
            await api.NewFieldAsync("registration.data.geographicarea"),
        ];
        var form = (await api.PostAsync($"/api/form/{formId}", ApiFixture.Json(
            $$$"""{"form":{"name":"House hunters {{{formId}}}","steps":[{"fields":["{{{FormFixture.Shipped("user.email")}}}","{{{FormFixture.Shipped("user.password")}}}"]},{"fields":["{{{string.Join("\",\"", fields)}}}"]}]}}"""))).Expect("form");
        Assert.Equal("registration collectData", $"{form["type"]} {form["steps"]![1]!["type"]}");
        (await api.PostAsync($"/api/application/{clientId}", ApiFixture.Json($$$"""
            {"application":{"name":"Home finder {{{clientId}}}","roles":[{"name":"buyer","isDefault":true}],"oauthConfiguration":{
              "authorizedRedirectURLs":["{{{Callback}}}"],"logoutURL":"http://localhost:5000","clientSecret":"{{{Secret}}}",
              "scopeHandlingPolicy":"Compatibility"},
              "registrationConfiguration":{"enabled":true,"type":"advanced","formId":"{{{formId}}}"} } }
            """))).Expect("application");
        return (clientId, formId, fields);
    }

    private static async Task<TokenAnswer> TokensAsync(TestServer server, string clientId, string code, bool basic)
    {
        using var client = server.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth2/token");
        var form = new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = Callback };
        if (basic)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{Secret}")));
        }
        else
        {
            (form["client_id"], form["client_secret"], form["code_verifier"]) = (clientId, Secret, Verifier);
        }

        request.Content = new FormUrlEncodedContent(form);
        var answer = await TokenAnswer.ReadAsync(await client.SendAsync(request));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Json.ToString());
        return answer;
    }

    private static async Task<JsonElement> UserInfoAsync(TestServer server, string accessToken)
    {
        using var client = server.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/oauth2/userinfo");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        return (await TokenAnswer.ReadAsync(await client.SendAsync(request))).Json;
    }
}
