using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of second factors (§11).</summary>
internal static class TwoFactorShape
{
    /// <summary>A code is wrong.</summary>
    public const int WrongCode = StatusCodes.Status421MisdirectedRequest;

    private const string Group = "Second factors";

    private static readonly Shape Codes = Shape.Object(
        null, ShownIfSet("recoveryCodes", Shape.List(Shape.Text), "Ten, with the first factor. Nobody can read them again."));

    private static readonly ApiStatus Wrong = new(WrongCode, "The code is wrong, or was used already. There is no body.");

    private static readonly Shape StatusAnswer = Shape.Object(
        null,
        Shown("trusts", Shape.List(Shape.Object(
            null, ShownIfSet("applicationId", Shape.Uuid), Shown("expiration", Shape.Instant), Shown("startInstant", Shape.Instant)))),
        ShownIfSet("twoFactorTrustId", Shape.Text));

    /// <summary>GET /api/two-factor/secret.</summary>
    public static readonly ApiCall Secret = new(Group, "generateTwoFactorSecret", "Makes a secret for an authenticator app")
    {
        Remarks = "It is not stored. The app gets it, and the call that adds the factor.",
        TakesToken = true,
        Answer = Shape.Object(null, Shown("secret", Shape.Text, "In base 64."), Shown("secretBase32Encoded", Shape.Text, "The same in base 32, as apps read it.")),
    };

    /// <summary>POST /api/two-factor/start.</summary>
    public static readonly ApiCall Start = new(Group, "startTwoFactorLogin", "Begins a sign-in that waits for a second factor")
    {
        Remarks = "The caller vouches for the first factor, so /api/two-factor/login answers without tokens.",
        Body = Shape.Object(
            null,
            Taken("userId", Shape.Uuid, "Or loginId."),
            Taken("loginId", Shape.Text),
            Taken("applicationId", Shape.Uuid),
            Taken("trustChallenge", Shape.Text, "Anything random: then /api/two-factor/login gives a trustToken, which counts with it for a change of password."),
            Taken("state", Shape.Any)),
        Answer = Shape.Object(null, Shown("twoFactorId", Shape.Text), Shown("methods", Shape.List(TwoFactorMethodWire.Shape))),
        MayMiss = true,
        Example = """{ "loginId": "ada@example.com" }""",
    };

    /// <summary>POST /api/two-factor/login.</summary>
    public static readonly ApiCall Login = new(LoginShape.Group, "twoFactorLogin", "Goes on with a second factor")
    {
        Remarks = "404: the sign-in is unknown, done or older than five minutes.",
        Body = Shape.Object(
            null,
            [
                Needed("twoFactorId", Shape.Text),
                Needed("code", Shape.Text, "Of an authenticator, or a recovery code."),
                Taken("trustComputer", Shape.Flag, "Asks for a twoFactorTrustId."),
                .. LoginShape.Common,
            ]),
        Answer = LoginShape.Answer,
        Open = true,
        MayMiss = true,
        More = [.. LoginShape.Statuses, Wrong],
        Example = """{ "twoFactorId": "…", "code": "123456" }""",
    };

    /// <summary>POST /api/two-factor/send.</summary>
    public static readonly ApiCall SendOwn = new(Group, "sendTwoFactorCode", "Mails a code with which a factor is added or removed")
    {
        Remarks = "To the proven address of the person, who calls with an access token or is named by who has a key.",
        TakesToken = true,
        Body = Shape.Object(
            null,
            Taken("userId", Shape.Uuid, "With a key."),
            Taken("method", Shape.Words(TwoFactorMethodWire.Email), "To add it."),
            Taken("methodId", Shape.Text, "To remove it."),
            Taken("email", Shape.Text, "The person's own address, if it is sent.")),
        MayMiss = true,
        Example = """{ "userId": "00000000-0000-0001-0000-000000000000", "method": "email" }""",
    };

    /// <summary>POST /api/two-factor/send/{twoFactorId}.</summary>
    public static readonly ApiCall Send = new(LoginShape.Group, "sendTwoFactorCodeForLogin", "Mails the code of a sign-in that waits")
    {
        Remarks = "For people who have a factor of the method email. An older code is worth nothing from then on.",
        Body = Shape.Object(null, Needed("methodId", Shape.Text)),
        Open = true,
        MayMiss = true,
        Example = """{ "methodId": "35VW" }""",
    };

    /// <summary>GET /api/two-factor/status.</summary>
    public static readonly ApiCall StatusByGet = new(Group, "retrieveTwoFactorStatus", "Says whether a person would be asked for a second factor")
    {
        Query = [Needed("userId", Shape.Uuid), Taken("applicationId", Shape.Uuid), Taken("twoFactorTrustId", Shape.Text)],
        Answer = StatusAnswer,
        MayMiss = true,
        More = [new(LoginAnswers.SecondFactorDue, "They would.", StatusAnswer)],
    };

    /// <summary>POST /api/two-factor/status.</summary>
    public static readonly ApiCall Status = new(Group, "retrieveTwoFactorStatusWithRequest", StatusByGet.Summary)
    {
        Body = Shape.Object(null, Needed("userId", Shape.Uuid), Taken("applicationId", Shape.Uuid), Taken("twoFactorTrustId", Shape.Text)),
        Answer = StatusAnswer,
        MayMiss = true,
        More = StatusByGet.More,
        Example = """{ "userId": "00000000-0000-0001-0000-000000000000" }""",
    };

    /// <summary>POST /api/user/two-factor/{userId}.</summary>
    public static readonly ApiCall Enable = new(Group, "enableTwoFactor", "Adds a second factor to a person")
    {
        Remarks = "People add their own, without an id in the path, with an access token of a sign-in ten minutes ago at most.",
        TakesToken = true,
        MayMiss = true,
        Body = Shape.Object(
            null,
            Needed("method", Shape.Words(TwoFactorMethodWire.Authenticator, TwoFactorMethodWire.Email)),
            Needed("code", Shape.Text, "The app's, for the secret; or the mailed one."),
            Taken("secret", Shape.Text, "In base 64; or secretBase32Encoded."),
            Taken("secretBase32Encoded", Shape.Text),
            Taken("name", Shape.Text),
            Taken("applicationId", Shape.Uuid, "Ignored."),
            Taken("twoFactorId", Shape.Text, "Of a sign-in that waits until the person has a factor: it goes on.")),
        Answer = Codes,
        More = [Wrong],
        Example = """{ "method": "authenticator", "code": "123456", "secretBase32Encoded": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" }""",
    };

    /// <summary>PUT /api/user/two-factor/{userId}.</summary>
    public static readonly ApiCall Rename = new(Group, "updateTwoFactor", "Gives a factor another name")
    {
        Body = Shape.Object(null, Needed("methodId", Shape.Text), Taken("name", Shape.Text)),
        Example = """{ "methodId": "35VW", "name": "Phone" }""",
    };

    /// <summary>DELETE /api/user/two-factor/{userId}.</summary>
    public static readonly ApiCall Disable = new(Group, "disableTwoFactor", "Removes a factor")
    {
        Remarks = "With a code it counts only if that is right, and a recovery code removes all factors. Without one the key alone decides: for people who lost theirs. "
            + "People remove their own, without an id in the path, with an access token and a code.",
        TakesToken = true,
        MayMiss = true,
        Query = [Taken("methodId", Shape.Text), Taken("code", Shape.Text)],
        Body = Shape.Object(null, Taken("methodId", Shape.Text), Taken("code", Shape.Text)),
        BodyIsOptional = true,
        More = [Wrong],
    };

    /// <summary>POST /api/user/two-factor/recovery-code/{userId}.</summary>
    public static readonly ApiCall RecoveryCodes = new(Group, "generateTwoFactorRecoveryCodes", "Replaces a person's recovery codes")
    {
        Answer = Shape.Object(null, Shown("recoveryCodes", Shape.List(Shape.Text))),
    };
}
