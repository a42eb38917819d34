using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of sign-in by mail (§12).</summary>
internal static class PasswordlessShape
{
    private const string Needs = "Needs passwordlessConfiguration.enabled of the application; without it 400 with [PasswordlessDisabled].";

    /// <summary>POST /api/passwordless/start.</summary>
    public static readonly ApiCall Start = new(LoginShape.Group, "startPasswordlessLogin", "Begins a sign-in by mail")
    {
        Remarks = Needs + " 404: nobody of that name.",
        Body = Shape.Object(
            null,
            Needed("applicationId", Shape.Uuid),
            Needed("loginId", Shape.Text, "E-mail address or user name."),
            Taken("loginIdTypes", Shape.List(Shape.Text), "Ignored: both are looked at."),
            Taken("loginStrategy", Shape.Text, "ClickableLink, the default, or FormField: then the person types the oneTimeCode."),
            Taken("state", Shape.Any, "Comes back from login. The parameters of an authorize request, client_id among them, let a mailed link finish it.")),
        Answer = Shape.Object(
            null,
            Shown("code", Shape.Text, "Goes to send and to login. Good for ten minutes and for one sign-in."),
            ShownIfSet("oneTimeCode", Shape.Text, "With FormField: what the person types; it is mailed by send.")),
        MayMiss = true,
        Example = """{ "applicationId": "10000000-0000-0002-0000-000000000001", "loginId": "ada@example.com", "loginStrategy": "FormField" }""",
    };

    /// <summary>POST /api/passwordless/send.</summary>
    public static readonly ApiCall Send = new(LoginShape.Group, "sendPasswordlessCode", "Mails what was begun")
    {
        Remarks = "The answer is the same whether or not a mail leaves. Without a code, applicationId, loginId and state begin a sign-in by "
            + "link at the same time; the state then holds an authorize request.",
        Body = Shape.Object(
            null,
            Taken("code", Shape.Text),
            Taken("applicationId", Shape.Uuid),
            Taken("loginId", Shape.Text),
            Taken("state", Shape.Any)),
        Open = true,
        Example = """{ "code": "what start answered" }""",
    };

    /// <summary>POST /api/passwordless/login.</summary>
    public static readonly ApiCall Login = new(LoginShape.Group, "passwordlessLogin", "Signs in by mail")
    {
        Remarks = "404: unknown, used or expired, or the wrong one-time code; ten of those are counted.",
        Body = Shape.Object(
            null,
            [
                Needed("code", Shape.Text),
                Taken("oneTimeCode", Shape.Text, "What the person typed; needed with FormField."),
                Taken("twoFactorTrustId", Shape.Text, "What a trusted device kept."),
                .. LoginShape.Common.Where(member => member.Name != "state"),
            ]),
        Answer = LoginShape.Answer,
        Open = true,
        MayMiss = true,
        More = LoginShape.Statuses,
        Example = """{ "code": "what start answered", "oneTimeCode": "BCD234" }""",
    };
}
