using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of sign-ins (§18, §4.2).</summary>
internal static class LoginRecordShape
{
    private const string Heading = "Logs";

    private static readonly Shape Records = Shape.List(Shape.Object(
        "LoginRecord",
        ShownIfSet("applicationId", Shape.Uuid, "Missing where somebody signed in to their account here."),
        ShownIfSet("applicationName", Shape.Text),
        Shown("userId", Shape.Uuid),
        ShownIfSet("loginId", Shape.Text, "What was typed; missing where nothing was."),
        ShownIfSet("loginIdType", Shape.Words("email", "username")),
        Shown("instant", Shape.Instant),
        ShownIfSet("ipAddress", Shape.Text)));

    private static readonly Member RetrieveTotal = Taken("retrieveTotal", Shape.Flag, "Whether to count them all.");

    private static readonly ApiSearch Search = new(
        Heading, "LoginRecord", "sign-ins, newest first",
        [Taken("applicationId", Shape.Uuid), Taken("userId", Shape.Uuid), Taken("start", Shape.Instant), Taken("end", Shape.Instant)])
    {
        Answer = Shape.Object(null, Required("logins", Records), ShownIfSet("total", Shape.Whole)),
    };

    /// <summary>GET of the newest.</summary>
    public static ApiCall Recent => new("Users", "retrieveRecentLogins", "Lists recent sign-ins, newest first")
    {
        Query =
        [
            Taken("userId", Shape.Uuid, "Everybody's, if left out."),
            Taken("offset", Shape.Whole, "0 if left out."),
            Taken("limit", Shape.Whole, "10 if left out, at most 1000."),
        ],
        Answer = Shape.Object(null, Required("logins", Records)),
    };

    /// <summary>The search, with the criteria in the address.</summary>
    public static ApiCall SearchByGet => Search.ByGet with { Query = [.. Search.ByGet.Query, RetrieveTotal] };

    /// <summary>The search, with the criteria in the body.</summary>
    public static ApiCall SearchByPost => Search.ByPost with { Body = ((ObjectShape)Search.ByPost.Body!).With(RetrieveTotal) };
}
