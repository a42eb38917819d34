using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of sign-ins (§10.1).</summary>
internal static class LoginShape
{
    /// <summary>The heading.</summary>
    public const string Group = "Sign-in";

    /// <summary>Somebody who is in.</summary>
    public static readonly ObjectShape Answer = Shape.Object(
        "LoginResponse",
        Shown("user", UserShape.User),
        ShownIfSet("token", Shape.Text, "An access token; if an application was named, and the person may have tokens of it."),
        ShownIfSet("tokenExpirationInstant", Shape.Instant),
        ShownIfSet("refreshToken", Shape.Text, "For the registered, where loginConfiguration.generateRefreshTokens is on."),
        ShownIfSet("refreshTokenId", Shape.Uuid),
        ShownIfSet("twoFactorTrustId", Shape.Text, "What a trusted device keeps and sends with its next sign-in."),
        ShownIfSet("emailVerificationId", Shape.Text, "With 212, where verificationStrategy is FormField: goes to /api/user/verify-email with the code in the mail."),
        ShownIfSet("registrationVerificationId", Shape.Text, "With 213, likewise, to /api/user/verify-registration."),
        ShownIfSet("trustToken", Shape.Text, "After a second factor, where /api/two-factor/start had a trustChallenge."),
        ShownIfSet("state", Shape.Any));

    /// <summary>What every call of the family takes.</summary>
    public static readonly IReadOnlyList<Member> Common =
    [
        Taken("applicationId", Shape.Uuid, "Without it there are no tokens."),
        Taken("noJWT", Shape.Flag),
        Taken("ipAddress", Shape.Text, "Where the person is; counts if a key is sent."),
        Taken("metaData", Shape.Any, "device.description names the device."),
        Taken("state", Shape.Any, "Comes back as it was sent."),
    ];

    /// <summary>The answers of every call that signs in.</summary>
    public static readonly IReadOnlyList<ApiStatus> Statuses =
    [
        new(LoginAnswers.NotRegistered, "Who they are is proven; they are not registered for the application.", Answer),
        new(LoginAnswers.PasswordChangeDue, "The password must be changed first.", Shape.Object(
            null, Shown("changePasswordId", Shape.Text), Shown("changePasswordReason", Shape.Text))),
        new(LoginAnswers.AddressUnproven, "The e-mail address must be proven first, as the application's unverified.behavior says. There are no tokens.", Answer),
        new(LoginAnswers.RegistrationUnproven, "As 200, and the registration is not proven, which the application's verifyRegistration asks about.", Answer),
        new(LoginAnswers.SecondFactorDue, "A second factor is due, or to be set up.", Shape.Object(
            null,
            Shown("twoFactorId", Shape.Text, "Goes to /api/two-factor/login, within five minutes."),
            Shown("methods", Shape.List(TwoFactorMethodWire.Shape)),
            ShownIfSet("configurableMethods", Shape.List(Shape.Text), "There if the person has to set one up."))),
        new(StatusCodes.Status410Gone, "The account has expired. There is no body."),
        new(StatusCodes.Status423Locked, "The account is deactivated. There is no body."),
    ];

    /// <summary>PUT /api/login/{userId}.</summary>
    public static readonly ApiCall Report = new(Group, "reportLogin", "Records a sign-in that happened elsewhere")
    {
        Query = [Taken("ipAddress", Shape.Text, "Where the person is.")],
        Answer = Shape.Object(null, Shown("user", UserShape.User)),
        MayMiss = true,
        More =
        [
            new(LoginAnswers.NotRegistered, "Recorded; they are not registered for the application.", Shape.Object(null, Shown("user", UserShape.User))),
            new(StatusCodes.Status410Gone, "The account has expired; nothing was recorded. There is no body."),
            new(StatusCodes.Status423Locked, "The account is deactivated; nothing was recorded. There is no body."),
        ],
    };

    /// <summary>POST /api/login.</summary>
    public static readonly ApiCall Login = new(Group, "login", "Signs in with a password")
    {
        Remarks = "Needs a key, unless the application's loginConfiguration.requireAuthentication is off. 404: nobody of that name, or another password.",
        Body = Shape.Object(
            null,
            [
                Taken("loginId", Shape.Text, "E-mail address or user name."),
                Taken("password", Shape.Text),
                Taken("oneTimePassword", Shape.Text, "Instead of both: what a change of the password gave."),
                Taken("loginIdTypes", Shape.List(Shape.Text), "Ignored: both are looked at."),
                Taken("twoFactorTrustId", Shape.Text, "What a trusted device kept."),
                Taken("newDevice", Shape.Flag, "Ignored."),
                .. Common,
            ]),
        Answer = Answer,
        Open = true,
        MayMiss = true,
        More = Statuses,
        Example = """{ "loginId": "ada@example.com", "password": "correct horse battery staple", "applicationId": "10000000-0000-0002-0000-000000000001" }""",
    };
}
