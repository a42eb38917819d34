using IdentityServer.Forms;
using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of consents (§16.4).</summary>
internal static class ConsentShape
{
    private static readonly ObjectShape Consent = Shape.Object(
        "Consent",
        [
            Shown("id", Shape.Uuid),
            Required("name", Shape.Text),
            Kept("defaultMinimumAgeForSelfConsent", Shape.Whole),
            Kept("values", Shape.List(Shape.Text)),
            Kept("multipleValuesAllowed", Shape.Flag),
            Kept("data", Shape.Free),
            Shown("insertInstant", Shape.Instant),
            Shown("lastUpdateInstant", Shape.Instant),
            .. ConsentsApi.Kept.Select(name => Optional(name, Shape.Any, "Stored and returned; nothing acts on it.")),
        ]);

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Consents", "Consent", "a consent that people can give", "consent", Consent)
    {
        Example = """{ "consent": { "name": "Newsletter", "defaultMinimumAgeForSelfConsent": 16 } }""",
    };

    /// <summary>GET of all.</summary>
    public static ApiCall List => Noun.List("consents", "all consents");
}

/// <summary>What the OpenAPI document says of consents that were given.</summary>
internal static class UserConsentShape
{
    private static readonly ObjectShape Given = Shape.Object(
        "UserConsent",
        Shown("id", Shape.Uuid),
        Kept("userId", Shape.Uuid, "Needed at creation."),
        Kept("consentId", Shape.Uuid, "Needed at creation."),
        Kept("giverUserId", Shape.Uuid, "Who gave it; the user, if left out."),
        Kept("status", Shape.Words(Enum.GetNames<ConsentStatus>())),
        Kept("values", Shape.List(Shape.Text)),
        Kept("data", Shape.Free),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Consents", "UserConsent", "a consent that somebody gave", "userConsent", Given)
    {
        Example = """
            {
              "userConsent": {
                "userId": "8ffee38d-48c3-48c9-b386-9c3c114c7bc9",
                "consentId": "0d1a7c3e-5a4c-4d5f-9a43-7b0f3f0a9c11"
              }
            }
            """,
    };

    /// <summary>GET of one person's.</summary>
    public static ApiCall List => Noun.List("userConsents", "what somebody consented to") with { Query = [Needed("userId", Shape.Uuid)] };
}
