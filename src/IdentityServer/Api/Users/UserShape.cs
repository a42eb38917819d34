using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of users (§4).</summary>
internal static class UserShape
{
    private static readonly ObjectShape Identity = Shape.Object(
        "UserIdentity",
        Shown("type", Shape.Words("email", "username")),
        Shown("value", Shape.Text),
        Shown("displayValue", Shape.Text),
        Shown("primary", Shape.Flag),
        Shown("verified", Shape.Flag),
        ShownIfSet("verifiedInstant", Shape.Instant),
        Shown("verifiedReason", Shape.Text),
        Shown("insertInstant", Shape.Instant),
        ShownIfSet("lastLoginInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>A user.</summary>
    public static readonly ObjectShape User = Shape.Object(
        "User",
        Shown("id", Shape.Uuid),
        Shown("tenantId", Shape.Uuid),
        Shown("active", Shape.Flag),
        Optional("email", Shape.Text, "An e-mail address or a user name is needed."),
        Optional("username", Shape.Text),
        Shown("usernameStatus", Shape.Words("ACTIVE")),
        Taken("password", Shape.Text, "Kept as it is, if left out."),
        Optional("firstName", Shape.Text),
        Optional("middleName", Shape.Text),
        Optional("lastName", Shape.Text),
        Optional("fullName", Shape.Text),
        Optional("imageUrl", Shape.Text),
        Optional("mobilePhone", Shape.Text),
        Optional("parentEmail", Shape.Text),
        Optional("timezone", Shape.Text),
        Optional("birthDate", Shape.Date),
        Kept("preferredLanguages", Shape.List(Shape.Text)),
        Kept("data", Shape.Free),
        Optional("expiry", Shape.Instant, "From then on nobody gets in."),
        Shown("verified", Shape.Flag),
        ShownIfSet("verifiedInstant", Shape.Instant),
        Kept("passwordChangeRequired", Shape.Flag),
        ShownIfSet("passwordLastUpdateInstant", Shape.Instant),
        ShownIfSet("encryptionScheme", Shape.Text),
        ShownIfSet("lastLoginInstant", Shape.Instant),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant),
        Shown("connectorId", Shape.Uuid),
        Shown("registrations", Shape.List(RegistrationShape.Registration)),
        Shown("memberships", Shape.List(MemberShape.Membership)),
        Shown("twoFactor", Shape.Object("UserTwoFactor", Shown("methods", Shape.List(Shape.Free)))),
        Shown("identities", Shape.List(Identity)));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Users", "User", "a user", "user", User)
    {
        Beside = [Taken("skipVerification", Shape.Flag, "At creation: whether the address counts as verified."), Taken("sendSetPasswordEmail", Shape.Flag, "At creation: whether the person is mailed a link to set their password.")],
        Example = """{ "user": { "email": "ada@example.com", "password": "four unrelated words here", "firstName": "Ada" } }""",
    };

    /// <summary>GET by what they sign in with.</summary>
    public static ApiCall Find => Noun.Get with
    {
        Id = "retrieveUserByLoginId",
        Summary = "Shows the user who signs in with this",
        Query =
        [
            Taken("email", Shape.Text),
            Taken("username", Shape.Text),
            Taken("loginId", Shape.Text, "Either of them."),
            Taken("loginIdTypes", Shape.List(Shape.Words("email", "username")), "Which of them loginId may be; both if left out."),
        ],
        MayMiss = true,
    };

    /// <summary>PUT, which also brings back.</summary>
    public static ApiCall Replace => Noun.Replace with
    {
        Remarks = "What is not sent returns to its default, except the password, registrations and memberships.",
        BodyIsOptional = true,
        Query = [Taken("reactivate", Shape.Flag, "Only brings a deactivated user back; the body is left out.")],
    };

    /// <summary>DELETE.</summary>
    public static ApiCall Delete => Noun.Delete with
    {
        Summary = "Deactivates or deletes a user",
        Query = [Taken("hardDelete", Shape.Flag, "Whether to delete everything of the user for good.")],
    };
}
