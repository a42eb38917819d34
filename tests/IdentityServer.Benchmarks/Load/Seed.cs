using System.Text.Json.Nodes;

namespace IdentityServer.Benchmarks.Load;

/// <summary>What a load test needs in the database: two applications that differ in the algorithm of their ID tokens, and a person.</summary>
internal static class Seed
{
    public const string Secret = "a-secret-that-only-the-load-test-uses";
    public const string Email = "load@example.com";
    public const string Password = "correct horse battery staple";
    public const string RedirectUri = "https://client.example/callback";

    public const string EcdsaClient = "es256";
    public const string RsaClient = "rs256";

    private const string EcdsaId = "b6a4a7c1-7d2f-4c83-9f0e-0d9a5f3b1e01";
    private const string RsaId = "b6a4a7c1-7d2f-4c83-9f0e-0d9a5f3b1e02";
    private const string PersonId = "b6a4a7c1-7d2f-4c83-9f0e-0d9a5f3b1e03";

    /// <summary>Writes the kickstart file that sets it up, and returns its path.</summary>
    public static string WriteKickstart(string folder)
    {
        var path = Path.Combine(folder, "kickstart.json");
        File.WriteAllText(path, new JsonObject
        {
            ["requests"] = new JsonArray(
                Post("/api/application/" + EcdsaId, NewApplication(EcdsaClient, "ES256")),
                Post("/api/application/" + RsaId, NewApplication(RsaClient, "RS256")),
                Post("/api/user/registration/" + PersonId, new JsonObject
                {
                    ["user"] = new JsonObject { ["email"] = Email, ["fullName"] = "Ada Lovelace", ["password"] = Password },
                    ["registration"] = new JsonObject { ["applicationId"] = EcdsaId },
                }),
                Post("/api/user/registration/" + PersonId, new JsonObject { ["registration"] = new JsonObject { ["applicationId"] = RsaId } })),
        }.ToJsonString());
        return path;
    }

    private static JsonObject Post(string url, JsonObject body) => new() { ["method"] = "POST", ["url"] = url, ["body"] = body };

    private static JsonObject NewApplication(string clientId, string algorithm) => new()
    {
        ["application"] = new JsonObject
        {
            ["name"] = clientId,
            ["roles"] = new JsonArray(new JsonObject { ["name"] = "member", ["isDefault"] = true }),
            ["oauthConfiguration"] = new JsonObject
            {
                ["clientId"] = clientId,
                ["clientSecret"] = Secret,
                ["authorizedRedirectURLs"] = new JsonArray(RedirectUri),
                ["enabledGrants"] = new JsonArray("authorization_code", "refresh_token", "client_credentials"),
            },
            ["clientMetadata"] = new JsonObject { ["id_token_signed_response_alg"] = algorithm },
        },
    };
}
