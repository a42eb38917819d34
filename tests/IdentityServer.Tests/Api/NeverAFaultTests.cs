using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests.Api;

/// <summary>Whatever is sent, the answer is one of the statuses of §1.6 and never a fault of ours.</summary>
public sealed class NeverAFaultTests
{
    private const int Rounds = 6;

    private static readonly string[] Words =
    [
        "users", "members", "key", "auditLog", "search", "queryString", "startRow", "sortFields", "ids", "encryptionScheme", "salt", "factor", "registrations", "memberships",
        "algorithm", "length", "privateKey", "publicKey", "secret", "message", "insertUser", "roleIds", "memberIds", "groupId", "require_pushed_authorization_requests",
        "user", "registration", "application", "role", "scope", "apiKey", "email", "username", "password", "data", "roles", "name", "applicationId", "birthDate",
        "expiry", "oauthConfiguration", "clientMetadata", "jwtConfiguration", "registrationConfiguration", "enabledGrants", "authorizedRedirectURLs",
        "authorizedOriginURLs", "jwks", "keys", "kty", "n", "e", "crv", "x", "y", "post_logout_redirect_uris", "timeToLiveInSeconds", "permissions", "endpoints",
        "preferredLanguages", "clientSecret", "clientId", "expirationInstant", "op", "path", "value", "from", "hardDelete", "id", "", "é", "\u2028", "logoutURL", "jwks_uri",
        "key", "control", "type", "options", "optionLabels", "validator", "expression", "minLength", "maxValue", "steps", "fields", "texts", "visibleIf", "values", "consentId",
        "loginId", "refreshToken", "token", "global", "timeToLiveInSeconds", "currentPassword", "trustToken", "trustChallenge", "changePasswordId", "verificationId", "oneTimeCode",
        "oneTimePassword", "method", "methodId", "code", "secretBase32Encoded", "twoFactorId", "state", "noJWT", "metaData", "ipAddress", "verificationStrategy", "verifyRegistration",
        "userId", "formId", "formConfiguration", "selfServiceFormId",
    ];

    private static readonly string[] Texts =
    [
        "", " ", "a", "a@example.com", "http://localhost", "https://a.example.com/cb", "://", "http://[::1", "https://exa mple.com", "RSA", "EC", "P-256", "AQAB", "add", "copy",
        "move", "/user/data", "/application/data/-", "/", "~", "1815-12-10", "9999-99-99", "authorization_code", "none", "private_key_jwt", "true", "null", "𝒳", "\u0001",
        "00000000-0000-0000-0000-000000000000", new('x', 5000), "admin", "en_US", "../..", "%00", "select", "number", "registration.data.a", "user.data['x'][0]", "(a+)+$", "collectData", "'; DROP TABLE users; --",
    ];

    [Theory, OnEachDatabase]
    public async Task Random_json_is_answered_with_a_status_of_the_api(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var api = await server.NewApiAsync(keyManager: true);
        var (application, user) = (await api.NewApplicationAsync(roles: "buyer"), await server.AddUserAsync());
        await api.PostAsync($"/api/user/registration/{user.Id}", ApiFixture.Json($$$$"""{"registration":{"applicationId":"{{{{application}}}}"}}"""));
        var field = await api.NewFieldAsync("registration.data.fuzzed");
        var form = await api.NewFormAsync([field]);
        var role = (await api.GetAsync($"/api/application/{application}")).Expect("application")["roles"]![0]!["id"];
        var there = new Dictionary<string, string>
        {
            ["{applicationId}"] = application, ["{userId}"] = user.Id.ToString(), ["{fieldId}"] = field, ["{formId}"] = form, ["{roleId}"] = role!.GetValue<string>(),
            ["{id}"] = "1",
        };
        var person = await PersonAsync(server);
        using var client = server.NewClient();
        var contract = await OpenApiContract.OfAsync(client);
        (string Method, string Path, string[] Query)[] calls =
        [
            .. contract.Operations.Select(call => (call.Method, call.Path, call.Operation["parameters"]!.AsArray()
                .Where(parameter => parameter!["in"]?.GetValue<string>() == "query").Select(parameter => parameter!["name"]!.GetValue<string>()).ToArray())),
        ];
        string[] types = ["application/json", "text/plain", ApiClient.MergePatch, ApiClient.JsonPatch];
        var seed = Environment.TickCount;
        var random = new Random(seed);

        // Every call there is, so that a new one can't be forgotten, each several times.
        for (var round = 0; round < Rounds * calls.Length; round++)
        {
            var (method, template, query) = calls[round % calls.Length];
            if (method == "DELETE" && template is "/api/application/{applicationId}" or "/api/user/{userId}" or "/api/user/bulk")
            {
                continue; // It would leave nothing to try the rest on.
            }

            var path = Path(random, template, query, there);
            var body = Body(random);
            var caller = random.Next(6) == 0 ? person : api;
            var answer = await caller.SendAsync(method, path, method == "GET" ? null : body, Pick(random, types));
            Assert.True(
                (int)answer.Status is 200 or 202 or 400 or 401 or 403 or 404 or 413 || (answer.Status is HttpStatusCode.RequestUriTooLong && path.Length > 4000),
                $"Seed {seed}, round {round}: {method} {path} was answered with {(int)answer.Status} to {Encoding.UTF8.GetString(body)}");
            Assert.True(
                (answer.MediaType is not null) == ((int)answer.Status is 400 || answer.Body.Length > 0),
                $"Seed {seed}, round {round}: {method} {path} was answered with {(int)answer.Status}, {answer.MediaType}, {answer.Body}");
        }
    }

    // Somebody who calls about their own account, by a token.
    private static async Task<ApiClient> PersonAsync(TestServer server)
    {
        var application = await server.AddApplicationAsync();
        var user = await server.AddUserAsync(application: application);
        var login = new JsonObject { ["loginId"] = user.Email, ["password"] = TestServer.Password, ["applicationId"] = application.Id };
        return server.ApiOf((await (await server.NewApiAsync()).PostAsync("/api/login", login)).Json["token"]!.GetValue<string>());
    }

    // Mostly what is there, sometimes what could be, sometimes neither.
    private static string Path(Random random, string template, string[] query, Dictionary<string, string> there)
    {
        var path = string.Join('/', template.Split('/').Select(segment => !segment.StartsWith('{') ? segment : random.Next(8) switch
        {
            0 => Guid.NewGuid().ToString(),
            1 => Pick(random, ["%ff", "%01", "..%2f..", "-1", "99999999999999999999", "{}", "undefined"]),
            _ => there.GetValueOrDefault(segment, Guid.NewGuid().ToString()),
        }));
        var values = query.Where(name => name is not ("hardDelete" or "reactivate") && random.Next(2) == 0)
            .Select(name => $"{Uri.EscapeDataString(name)}={Pick(random, ["%ff%fe", "%00", "true", "1", "-1", "*", "(", "a%3a%22", "undefined", there["{userId}"], Uri.EscapeDataString(Pick(random, Texts))])}");
        return path + "?" + string.Join('&', values);
    }

    private static byte[] Body(Random random)
    {
        JsonNode body = random.Next(6) == 0
            ? new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Operation(random))])
            : Shaped(random);
        var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        if (random.Next(10) == 0 && bytes.Length > 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    // An envelope that is looked into, around anything.
    private static JsonObject Shaped(Random random)
    {
        var result = Object(random, 0);
        foreach (var name in new[] { "user", "registration", "application", "role", "scope", "apiKey", "field", "form", "consent", "userConsent", "group", "members", "key", "auditLog", "search" })
        {
            if (random.Next(2) == 0)
            {
                result[name] = Object(random, 1);
            }
        }

        return result;
    }

    private static JsonObject Operation(Random random) => new()
    {
        ["op"] = Pick(random, ["add", "remove", "replace", "move", "copy", "test"]),
        ["path"] = Pick(random, ["/user/data", "/application/data/x", "/application/oauthConfiguration/enabledGrants/-", "/registration/roles/0", "", "/user", "/"]),
        ["from"] = Pick(random, ["/user/data", "/application", "/registration/data", ""]),
        ["value"] = Value(random, 1),
    };

    private static JsonObject Object(Random random, int depth)
    {
        var result = new JsonObject();
        for (var count = random.Next(6); count > 0; count--)
        {
            result[Pick(random, Words)] = Value(random, depth + 1);
        }

        return result;
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(depth > 5 ? 6 : 9) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        3 => random.NextDouble() * 1e300,
        4 or 5 => Pick(random, Texts),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1))]),
        _ => Object(random, depth),
    };

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
