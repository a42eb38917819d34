using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of passwords and verification (§7).</summary>
internal static class PasswordsShape
{
    /// <summary>The heading.</summary>
    public const string Group = "Passwords and verification";
    private const string OneTimeCode = "Needed with an id of an application whose verificationStrategy is FormField; else the id is enough.";

    /// <summary>The answer where mail is switched off.</summary>
    public static readonly ApiStatus NoMail = new(StatusCodes.Status403Forbidden, "No mail can be sent. There is no body.");

    private static readonly Shape VerificationBody = Shape.Object(
        null, Taken("verificationId", Shape.Text, "The id; in the body or in the path."), Taken("oneTimeCode", Shape.Text, OneTimeCode));

    /// <summary>POST forgot-password.</summary>
    public static readonly ApiCall Forgot = new(Group, "forgotPassword", "Mails a link for a new password")
    {
        Remarks = "With a key it returns the id, and tells of unknown people. Without one it answers the same whoever is asked about.",
        Open = true,
        Body = Shape.Object(
            null,
            Taken("loginId", Shape.Text, "E-mail address or user name; email and username name either alone."),
            Taken("email", Shape.Text),
            Taken("username", Shape.Text),
            Taken("loginIdTypes", Shape.List(Shape.Text)),
            Taken("applicationId", Shape.Uuid, "What the mail names."),
            Taken("sendForgotPasswordEmail", Shape.Flag, "With a key: off, the id is only returned."),
            Taken("state", Shape.Free, "Comes back when the password is changed by the id.")),
        Answer = Shape.Object(null, ShownIfSet("changePasswordId", Shape.Text, "With a key only.")),
        MayMiss = true,
        More = [NoMail, new(StatusCodes.Status422UnprocessableEntity, "The person has no e-mail address. There is no body.")],
        Example = """{ "loginId": "ada@example.com" }""",
    };

    /// <summary>GET change-password.</summary>
    public static readonly ApiCall Check = new(Group, "checkChangePassword", "Says whether an id can still change a password")
    {
        Remarks = "400 with [TrustTokenRequired]: it can, with a trustToken.",
        Open = true,
    };

    /// <summary>GET change-password of a person.</summary>
    public static readonly ApiCall CheckPerson = new(Group, "checkChangePasswordOfPerson", "Says whether a change of password takes a second factor")
    {
        Remarks = "400 with [TrustTokenRequired]: it does. /api/two-factor/start with a trustChallenge leads to a trustToken.",
        TakesToken = true,
        Query = [Taken("loginId", Shape.Text, "With a key.")],
        MayMiss = true,
    };

    /// <summary>POST change-password.</summary>
    public static readonly ApiCall Change = new(Group, "changePassword", "Changes a password")
    {
        Remarks = "By an id; or by the person, with their access token and the current password (404 if it is wrong); or, with a key, by loginId, and then "
            + "nothing comes back. All sessions, tokens and pending ids of the person end. Who has a second factor proves it first, except to a key: "
            + "400 with [TrustTokenRequired].",
        Open = true,
        TakesToken = true,
        Body = Shape.Object(
            null,
            Needed("password", Shape.Text),
            Taken("changePasswordId", Shape.Text, "Wins over the one in the path."),
            Taken("loginId", Shape.Text, "With a key."),
            Taken("currentPassword", Shape.Text, "Needed with an access token; with a key checked, if sent."),
            Taken("trustToken", Shape.Text, "What /api/two-factor/login gave for the trustChallenge. Counts once, for five minutes."),
            Taken("trustChallenge", Shape.Text),
            Taken("refreshToken", Shape.Text, "Ignored: it ends like all others."),
            Taken("applicationId", Shape.Uuid, "Ignored.")),
        Answer = Shape.Object(
            null, ShownIfSet("oneTimePassword", Shape.Text, "Signs in once, within a minute, at /api/login."), ShownIfSet("state", Shape.Any, "As it was sent.")),
        MayMiss = true,
        Example = """{ "changePasswordId": "…", "password": "four unrelated words here" }""",
    };

    /// <summary>POST verify-email.</summary>
    public static readonly ApiCall VerifyEmail = new(Group, "verifyEmail", "Proves an e-mail address")
    {
        Remarks = "By an id, or, with a key, of the user whom userId names.",
        Open = true,
        Body = Shape.Object(
            null,
            Taken("verificationId", Shape.Text, "The id; in the body or in the path."),
            Taken("oneTimeCode", Shape.Text, OneTimeCode),
            Taken("userId", Shape.Uuid, "With a key.")),
        BodyIsOptional = true,
        MayMiss = true,
        Example = """{ "verificationId": "…" }""",
    };

    /// <summary>PUT verify-email.</summary>
    public static readonly ApiCall ResendEmail = new(Group, "resendEmailVerification", "Mails a link that proves the address")
    {
        Remarks = "With a key it returns the id, and tells of unknown people. Without one it answers the same whoever is asked about.",
        Open = true,
        Query = [Needed("email", Shape.Text), Taken("applicationId", Shape.Uuid), Taken("sendVerifyEmail", Shape.Flag, "With a key: off, the id is only returned.")],
        Answer = Shape.Object(
            null,
            ShownIfSet("verificationId", Shape.Text, "With a key only."),
            ShownIfSet("oneTimeCode", Shape.Text, "What the mail says, where the application's verificationStrategy is FormField: then the id takes it.")),
        MayMiss = true,
        More = [NoMail],
    };

    /// <summary>POST verify-registration.</summary>
    public static readonly ApiCall VerifyRegistration = new(Group, "verifyRegistration", "Proves a registration")
    {
        Open = true,
        Body = VerificationBody,
        BodyIsOptional = true,
        MayMiss = true,
        Example = """{ "verificationId": "…" }""",
    };

    /// <summary>PUT verify-registration.</summary>
    public static readonly ApiCall ResendRegistration = ResendEmail with
    {
        Id = "resendRegistrationVerification",
        Summary = "Mails a link that proves a registration",
        Query =
        [
            Needed("email", Shape.Text),
            Needed("applicationId", Shape.Uuid),
            Taken("sendVerifyRegistrationEmail", Shape.Flag, "With a key: off, the id is only returned."),
        ],
    };
}
