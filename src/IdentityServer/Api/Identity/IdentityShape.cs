using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of the proof of an address in three calls (§7).</summary>
internal static class IdentityShape
{
    /// <summary>POST start.</summary>
    public static readonly ApiCall Start = new(PasswordsShape.Group, "startIdentityVerification", "Begins the proof of an address")
    {
        Body = Shape.Object(
            null,
            Needed("loginId", Shape.Text, "The e-mail address of somebody who is here."),
            Taken("loginIdType", Shape.Words("email")),
            Taken("applicationId", Shape.Uuid, "What the mail names."),
            Taken("existingUserStrategy", Shape.Words("mustExist")),
            Taken("verificationStrategy", Shape.Words("ClickableLink", "FormField"), "The application's, if it is left out."),
            Taken("state", Shape.Free, "Comes back from complete.")),
        Answer = Shape.Object(
            null, Shown("verificationId", Shape.Text), ShownIfSet("oneTimeCode", Shape.Text, "With FormField: what the mail says, and the proof takes.")),
        MayMiss = true,
        Example = """{ "loginId": "ada@example.com", "verificationStrategy": "FormField" }""",
    };

    /// <summary>POST send.</summary>
    public static readonly ApiCall Send = new(PasswordsShape.Group, "sendIdentityVerification", "Mails what was begun")
    {
        Body = Shape.Object(null, Needed("verificationId", Shape.Text)),
        MayMiss = true,
        More = [PasswordsShape.NoMail],
        Example = """{ "verificationId": "…" }""",
    };

    /// <summary>POST complete.</summary>
    public static readonly ApiCall Complete = new(PasswordsShape.Group, "completeIdentityVerification", "Finishes the proof of an address")
    {
        Body = Shape.Object(null, Needed("verificationId", Shape.Text), Taken("oneTimeCode", Shape.Text, "Needed with FormField.")),
        Answer = Shape.Object(null, ShownIfSet("state", Shape.Any, "As it was sent.")),
        MayMiss = true,
        Example = """{ "verificationId": "…", "oneTimeCode": "BCD234" }""",
    };
}
