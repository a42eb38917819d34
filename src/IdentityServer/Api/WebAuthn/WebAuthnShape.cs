using System.Text.Json;
using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of passkeys (§13).</summary>
internal static class WebAuthnShape
{
    private const string Heading = "Passkeys";

    private static readonly Shape Workflow = Shape.Words(Enum.GetNames<PasskeyWorkflow>().Select(JsonNamingPolicy.CamelCase.ConvertName));

    private static readonly ObjectShape Passkey = Shape.Object(
        "WebAuthnCredential",
        Shown("id", Shape.Uuid),
        Shown("credentialId", Shape.Text, "The authenticator's id for it, in base64url."),
        Shown("userId", Shape.Uuid),
        Shown("tenantId", Shape.Uuid),
        ShownIfSet("name", Shape.Text, "What its owner signs in with otherwise."),
        ShownIfSet("displayName", Shape.Text, "What it is called."),
        Shown("relyingPartyId", Shape.Text),
        ShownIfSet("algorithm", Shape.Words("ES256", "RS256")),
        Shown("attestationType", Shape.Words("none")),
        ShownIfSet("publicKey", Shape.Text, "PEM."),
        Shown("signCount", Shape.Long),
        Shown("transports", Shape.List(Shape.Text)),
        ShownIfSet("discoverable", Shape.Flag, "Whether it signs in without a user name."),
        Shown("authenticatorSupportsUserVerification", Shape.Flag),
        ShownIfSet("userAgent", Shape.Text),
        Shown("data", Shape.Free),
        Shown("insertInstant", Shape.Instant),
        ShownIfSet("lastUseInstant", Shape.Instant));

    private static readonly ObjectShape One = Shape.Object(null, Shown("credential", Passkey));

    private static readonly ObjectShape Descriptor = Shape.Object(
        "PublicKeyCredentialDescriptor", Shown("type", Shape.Text), Shown("id", Shape.Text), Shown("transports", Shape.List(Shape.Text)));

    private static readonly ObjectShape Credential = Shape.Object(
        "PublicKeyCredential",
        Needed("id", Shape.Text, "In base64url, like all that is binary."),
        Needed("type", Shape.Words("public-key")),
        Taken("clientExtensionResults", Shape.Free),
        Taken("transports", Shape.List(Shape.Text)),
        Needed("response", Shape.Free, "As WebAuthn's toJSON() writes it."));

    private static readonly Member[] Answered =
    [
        Needed("origin", Shape.Text, "Must be the origin of the server's public address."),
        Needed("rpId", Shape.Text, "Must be its host."),
        Needed("credential", Credential),
    ];

    /// <summary>POST register/start.</summary>
    public static readonly ApiCall StartRegistration = new(Heading, "startWebAuthnRegistration", "Begins the registration of a passkey")
    {
        Remarks = "The options are for navigator.credentials.create(), on a page of the server's own origin. The challenge is good once, for a quarter of an hour.",
        Body = Shape.Object(
            null,
            Needed("userId", Shape.Uuid),
            Needed("workflow", Workflow, "bootstrap asks for a passkey that signs in without a user name."),
            Taken("name", Shape.Text),
            Taken("displayName", Shape.Text, "What the passkey is called."),
            Taken("userAgent", Shape.Text)),
        Answer = Shape.Object(null, Shown("options", Shape.Object(
            "PublicKeyCredentialCreationOptions",
            Shown("attestation", Shape.Text),
            Shown("authenticatorSelection", Shape.Free),
            Shown("challenge", Shape.Text),
            Shown("excludeCredentials", Shape.List(Descriptor)),
            Shown("extensions", Shape.Free),
            Shown("pubKeyCredParams", Shape.List(Shape.Object(null, Shown("alg", Shape.Whole), Shown("type", Shape.Text)))),
            Shown("rp", Shape.Object(null, Shown("id", Shape.Text), Shown("name", Shape.Text))),
            Shown("timeout", Shape.Whole),
            Shown("user", Shape.Object(null, Shown("id", Shape.Text), Shown("name", Shape.Text), Shown("displayName", Shape.Text)))))),
        MayMiss = true,
        Example = """{ "userId": "8ffee38d-48c3-48c9-b386-9c3c114c7bc9", "workflow": "bootstrap", "displayName": "My laptop" }""",
    };

    /// <summary>POST register/complete.</summary>
    public static readonly ApiCall CompleteRegistration = new(Heading, "completeWebAuthnRegistration", "Registers a passkey")
    {
        Body = Shape.Object(null, [Needed("userId", Shape.Uuid), .. Answered]),
        Answer = One,
        Open = true,
    };

    /// <summary>POST start.</summary>
    public static readonly ApiCall Start = new(Heading, "startWebAuthn", "Asks somebody for one of their passkeys")
    {
        Remarks = "The options are for navigator.credentials.get(), on a page of the server's own origin. The challenge is good once, for a quarter of an hour.",
        Body = Shape.Object(
            null,
            Needed("applicationId", Shape.Uuid),
            Needed("workflow", Workflow, "bootstrap and reauthentication need a verified user."),
            Taken("userId", Shape.Uuid, "This or loginId is needed."),
            Taken("loginId", Shape.Text),
            Taken("credentialId", Shape.Uuid, "The id of one passkey, to ask for that alone.")),
        Answer = Shape.Object(null, Shown("options", Shape.Object(
            "PublicKeyCredentialRequestOptions",
            Shown("challenge", Shape.Text),
            Shown("rpId", Shape.Text),
            Shown("timeout", Shape.Whole),
            Shown("userVerification", Shape.Text),
            Shown("allowCredentials", Shape.List(Descriptor))))),
        MayMiss = true,
        Example = """{ "applicationId": "3c219e58-ed0e-4b18-ad48-f4f92793ae32", "workflow": "general", "loginId": "ada@example.com" }""",
    };

    /// <summary>POST assert.</summary>
    public static readonly ApiCall Assert = new(Heading, "assertWebAuthn", "Checks an answer, without signing anybody in")
    {
        Body = Shape.Object(null, Answered),
        Answer = One,
        Open = true,
    };

    /// <summary>POST login.</summary>
    public static readonly ApiCall Login = new(Heading, "loginWebAuthn", "Signs in with a passkey")
    {
        Remarks = "The challenge has to be one of the workflows bootstrap or reauthentication, and of the application, if one is named.",
        Body = Shape.Object(null, [.. Answered, Taken("twoFactorTrustId", Shape.Text, "What a trusted device kept."), .. LoginShape.Common]),
        Answer = LoginShape.Answer,
        Open = true,
        More = LoginShape.Statuses,
    };

    /// <summary>GET of one.</summary>
    public static readonly ApiCall Get = new(Heading, "retrieveWebAuthnCredential", "Shows a passkey") { Answer = One };

    /// <summary>GET of one person's.</summary>
    public static readonly ApiCall List = new(Heading, "retrieveWebAuthnCredentials", "Lists somebody's passkeys")
    {
        Query = [Needed("userId", Shape.Uuid)],
        Answer = Shape.Object(null, Shown("credentials", Shape.List(Passkey))),
        MayMiss = true,
    };

    /// <summary>DELETE of one.</summary>
    public static readonly ApiCall Delete = new(Heading, "deleteWebAuthnCredential", "Removes a passkey");

    /// <summary>DELETE of one person's.</summary>
    public static readonly ApiCall DeleteAll = new(Heading, "deleteWebAuthnCredentials", "Removes all of somebody's passkeys")
    {
        Query = [Needed("userId", Shape.Uuid)],
        MayMiss = true,
    };
}
