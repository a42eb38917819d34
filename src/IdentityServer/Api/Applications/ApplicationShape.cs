using IdentityServer.Applications;
using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of applications (§8).</summary>
internal static class ApplicationShape
{
    private const string Unused = "Stored and returned; nothing acts on it.";

    private static readonly ObjectShape Settings = RecordShape.Of<ApplicationSettings>(ApplicationSettings.Json);

    private static readonly ObjectShape Oauth = RecordShape.Of<OauthConfiguration>(ApplicationSettings.Json).With(
        Shown("clientId", Shape.Text, "The application's id, unless another was given at creation."),
        new Member("clientSecret", Shape.Text, "Made at random if none is given; shown in the answer to the call that set it, and never again."),
        Kept("requireClientAuthentication", Shape.Flag, "What clientAuthenticationPolicy says, in older words."),
        Optional("authorizedURLValidationPolicy", Shape.Any, Unused),
        Optional("logoutBehavior", Shape.Any, Unused),
        Optional("providedScopePolicy", Shape.Any, Unused),
        Optional("deviceVerificationURL", Shape.Any, Unused),
        Optional("debug", Shape.Any, Unused));

    /// <summary>An application.</summary>
    public static readonly ObjectShape Application = Settings.As("Application").With(
    [
        Shown("id", Shape.Uuid),
        Shown("tenantId", Shape.Uuid),
        Required("name", Shape.Text),
        Shown("active", Shape.Flag),
        Shown("state", Shape.Words("Active", "Inactive")),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant),
        Kept("roles", Shape.List(RoleShape.Role), "Taken at creation; afterwards roles have calls of their own."),
        Shown("scopes", Shape.List(ScopeShape.Scope)),
        Kept("oauthConfiguration", Oauth),
        Optional("formConfiguration", RecordShape.Of<FormConfiguration>(ApplicationSettings.Json).With(
            Optional("selfServiceFormConfiguration", Shape.Any, Unused))),
        Kept("multiFactorConfiguration", RecordShape.Of<MultiFactorConfiguration>(ApplicationSettings.Json).With(
            Optional("email", Shape.Any, Unused),
            Optional("sms", Shape.Any, Unused),
            Optional("voice", Shape.Any, Unused))),
        Kept("jwtConfiguration", RecordShape.Of<JwtConfiguration>(ApplicationSettings.Json).With(
            Optional("refreshTokenExpirationPolicy", Shape.Any, Unused),
            Optional("refreshTokenOneTimeUseConfiguration", Shape.Any, Unused),
            Optional("refreshTokenRevocationPolicy", Shape.Any, Unused),
            Optional("refreshTokenSlidingWindowConfiguration", Shape.Any, Unused))),
        Kept("clientMetadata", RecordShape.Of<ClientMetadata>(ApplicationSettings.Json).WithOthers(), "In the names of RFC 7591 and OpenID Connect registration."),
        .. ApplicationWire.Kept.Select(name => Optional(name, Shape.Any, Unused)),
    ]);

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Applications", "Application", "an application", "application", Application)
    {
        Beside = [Taken("sourceApplicationId", Shape.Uuid, "At creation: an application to begin as a copy of.")],
        Example = """
            {
              "application": {
                "name": "Home finder",
                "roles": [{ "name": "buyer", "isDefault": true }],
                "oauthConfiguration": { "authorizedRedirectURLs": ["http://localhost:5000/callback"] },
                "registrationConfiguration": { "enabled": true }
              }
            }
            """,
    };

    /// <summary>GET of all.</summary>
    public static ApiCall List => Noun.List("applications", "applications") with
    {
        Query = [Taken("inactive", Shape.Flag, "Whether to list those that were deactivated instead.")],
    };

    /// <summary>The search.</summary>
    public static ApiSearch Search => Noun.Search(
        "applications", "applications",
        Taken("name", Shape.Text, "With * for anything; without one, the text may stand anywhere."),
        Taken("state", Shape.Words("Active", "Inactive")),
        Taken("tenantId", Shape.Uuid),
        Taken("orderBy", Shape.Text, "name or insertInstant, with ASC or DESC behind it."));

    /// <summary>GET of the section alone.</summary>
    public static ApiCall OauthConfiguration => new(Noun.Group, "retrieveOauthConfiguration", "Shows an application's OAuth settings")
    {
        Answer = Shape.Object(
            null,
            Shown("oauthConfiguration", Oauth),
            Shown("httpSessionMaxInactiveInterval", Shape.Whole, "Seconds without use after which a sign-in ends."),
            ShownIfSet("logoutURL", Shape.Text)),
    };

    /// <summary>PUT, which also brings back.</summary>
    public static ApiCall Replace => Noun.Replace with
    {
        Remarks = "What is not sent returns to its default, except roles and the client secret.",
        BodyIsOptional = true,
        Query = [Taken("reactivate", Shape.Flag, "Only brings a deactivated application back; the body is left out.")],
    };

    /// <summary>DELETE.</summary>
    public static ApiCall Delete => Noun.Delete with
    {
        Summary = "Deactivates or deletes an application",
        Query = [Taken("hardDelete", Shape.Flag, "Whether to delete it for good.")],
    };
}
