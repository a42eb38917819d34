using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of registrations (§5).</summary>
internal static class RegistrationShape
{
    private const string AnyApplication = "The application is named in the path or by registration.applicationId.";

    /// <summary>A registration.</summary>
    public static readonly ObjectShape Registration = Shape.Object(
        "Registration",
        Kept("id", Shape.Uuid, "Taken at creation."),
        Kept("applicationId", Shape.Uuid),
        Kept("data", Shape.Free),
        Kept("roles", Shape.List(Shape.Text), "Left out at creation: the application's default roles."),
        Optional("username", Shape.Text, "Only shown; nobody signs in with it."),
        Shown("usernameStatus", Shape.Words("ACTIVE")),
        Optional("timezone", Shape.Text),
        Kept("preferredLanguages", Shape.List(Shape.Text)),
        Shown("tokens", Shape.Free),
        Shown("verified", Shape.Flag),
        ShownIfSet("verifiedInstant", Shape.Instant),
        ShownIfSet("lastLoginInstant", Shape.Instant),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Registrations", "Registration", "a registration", "registration", Registration)
    {
        Example = """
            {
              "registration": {
                "applicationId": "85a03867-dccf-4882-adde-1a79aeec50df",
                "data": { "minprice": 250000 }
              }
            }
            """,
        PatchExample = """
            {
              "registration": {
                "applicationId": "85a03867-dccf-4882-adde-1a79aeec50df",
                "data": { "minprice": 200000 }
              }
            }
            """,
    };

    /// <summary>POST, which may create the person too.</summary>
    public static ApiCall Create => Noun.Create with
    {
        Id = "register",
        Summary = "Registers a user in an application",
        Remarks = "The user in the body is created as well.",
        Body = Shape.Object(
            null,
            Required("registration", Registration),
            Optional("user", UserShape.User),
            Taken("skipVerification", Shape.Flag, "Whether the new user's address counts as verified."),
            Taken("skipRegistrationVerification", Shape.Flag, "Whether the registration counts as verified.")),
        Answer = Shape.Object(null, Required("registration", Registration), ShownIfSet("user", UserShape.User)),
        Example = """
            {
              "user": { "email": "ada@example.com", "password": "four unrelated words here" },
              "registration": { "applicationId": "85a03867-dccf-4882-adde-1a79aeec50df" }
            }
            """,
    };

    /// <summary>POST for a user who is there, or who gets this id.</summary>
    public static ApiCall CreateWithId => Create with
    {
        Id = "registerWithId",
        Remarks = "With user in the body, the user is created as well, under the id in the path.",
    };

    /// <summary>PUT.</summary>
    public static ApiCall Replace => Noun.Replace with { Remarks = "What is not sent returns to its default. " + AnyApplication };

    /// <summary>PATCH.</summary>
    public static ApiCall Patch => Noun.Patch with { Remarks = "In one of three dialects, by content type. " + AnyApplication };
}
