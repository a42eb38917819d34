using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of signing keys (§15).</summary>
internal static class KeyShape
{
    private const string Heading = "Keys";

    private static readonly ObjectShape Certificate = Shape.Object(
        "CertificateInformation",
        Shown("issuer", Shape.Text),
        Shown("subject", Shape.Text),
        Shown("serialNumber", Shape.Text),
        Shown("validFrom", Shape.Instant),
        Shown("validTo", Shape.Instant));

    private static readonly ObjectShape Key = Shape.Object(
        "Key",
        Shown("id", Shape.Uuid),
        Required("name", Shape.Text),
        Kept("algorithm", Shape.Text, "RS256, ES256, HS256 and their longer kin, or Ed25519."),
        Shown("type", Shape.Text),
        Optional("length", Shape.Whole, "In bits; of RSA keys that are generated."),
        Optional("kid", Shape.Text, "Of keys that are imported."),
        Optional("issuer", Shape.Text),
        Optional("publicKey", Shape.Text, "PEM."),
        Optional("certificate", Shape.Text, "PEM."),
        Taken("privateKey", Shape.Text, "PEM."),
        Taken("secret", Shape.Text, "Of HMAC keys."),
        ShownIfSet("certificateInformation", Certificate),
        ShownIfSet("expirationInstant", Shape.Instant),
        Shown("hasPrivateKey", Shape.Flag),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new(Heading, "Key", "a signing key", "key", Key)
    {
        Example = """{ "key": { "name": "Tokens of 2027", "algorithm": "RS256", "length": 2048 } }""",
    };

    /// <summary>POST of a new one.</summary>
    public static ApiCall Generate => Noun.Create with { Id = "generateKey", Summary = "Generates a signing key" };

    /// <summary>POST of a given one.</summary>
    public static ApiCall Import => Noun.Create with
    {
        Id = "importKey",
        Summary = "Imports a signing key",
        Example = """{ "key": { "name": "Tokens of the old system", "privateKey": "-----BEGIN PRIVATE KEY-----…" } }""",
    };

    /// <summary>PUT.</summary>
    public static ApiCall Rename => Noun.Replace with { Summary = "Renames a signing key", Remarks = "Nothing else of a key can be changed." };

    /// <summary>GET of all.</summary>
    public static ApiCall List => Noun.List("keys", "all signing keys that were made or imported here");

    /// <summary>The search.</summary>
    public static ApiSearch Search => Noun.Search(
        "keys", "signing keys",
        Taken("name", Shape.Text, "With * for anything; without one, the text may stand anywhere."),
        Taken("algorithm", Shape.Text),
        Taken("type", Shape.Text),
        Taken("orderBy", Shape.Text, "name, with ASC or DESC behind it."));
}

/// <summary>What the OpenAPI document says of API keys (§2).</summary>
internal static class ApiKeyShape
{
    private static readonly ObjectShape Key = Shape.Object(
        "ApiKey",
        Shown("id", Shape.Uuid),
        new Member("key", Shape.Text, "Made at random if none is given; shown in the answer to its creation, and never again."),
        Optional("name", Shape.Text),
        Kept("metaData", Shape.Object(
            "ApiKeyMetaData", Kept("attributes", Shape.Object("ApiKeyAttributes", Optional("description", Shape.Text))))),
        Kept("permissions", Shape.Object(
            "ApiKeyPermissions", Kept("endpoints", Shape.Map(Shape.List(Shape.Text)), "Methods by endpoint, which is a path without ids. Empty: everything."))),
        Optional("tenantId", Shape.Uuid),
        Shown("keyManager", Shape.Flag),
        Shown("retrievable", Shape.Flag),
        Optional("expirationInstant", Shape.Instant),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Keys", "APIKey", "an API key", "apiKey", Key)
    {
        Beside = [Taken("sourceKeyId", Shape.Uuid, "At creation: a key whose permissions to copy.")],
        Example = """{ "apiKey": { "name": "Portal", "permissions": { "endpoints": { "/api/user": ["GET"] } } } }""",
        PatchExample = """{ "apiKey": { "permissions": { "endpoints": { "/api/user": ["POST"] } } } }""",
    };

    /// <summary>POST.</summary>
    public static ApiCall Create => Noun.Create with { Remarks = "All calls of API keys need a key that is a key manager." };
}
