using IdentityServer.Email;
using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of mails. An extension of ours: FusionAuth has no such calls.</summary>
internal static class MailShape
{
    private const string Heading = "Logs";

    private static readonly Shape Statuses = Shape.Words(Enum.GetNames<MailStatus>());

    private static readonly ObjectShape Mail = Shape.Object(
        "Mail",
        Shown("id", Shape.Uuid, "Also its Message-ID."),
        Shown("status", Statuses, "Dead: given up after a day of tries, or because the mail server refused it for good."),
        Shown("template", Shape.Text, "The template of the theme that it was made of."),
        ShownIfSet("userId", Shape.Uuid),
        ShownIfSet("to", Shape.Text, "The address, until the mail is sent."),
        ShownIfSet("subject", Shape.Text, "Until it is sent; never of a mail with a link or a code."),
        Shown("attempts", Shape.Whole, "How often it was tried."),
        ShownIfSet("lastError", Shape.Text, "What the last try ended with."),
        Shown("canRetry", Shape.Flag, "Whether it was given up and can be tried once more."),
        Shown("insertInstant", Shape.Instant),
        ShownIfSet("nextAttemptInstant", Shape.Instant, "While it waits."),
        ShownIfSet("finishInstant", Shape.Instant, "When it was sent or given up."),
        ShownIfSet("expirationInstant", Shape.Instant, "When its link or code expires: it is not sent after that."));

    /// <summary>GET of one.</summary>
    public static ApiCall Get => new(Heading, "retrieveMail", "Shows what became of a mail")
    {
        Remarks = "What stands in it is never shown.",
        Answer = Shape.Object(null, Required("mail", Mail)),
    };

    /// <summary>DELETE.</summary>
    public static ApiCall Delete => new(Heading, "deleteMail", "Deletes a mail that was given up");

    /// <summary>POST of a retry.</summary>
    public static ApiCall Retry => new(Heading, "retryMail", "Has a mail that was given up tried once more")
    {
        Remarks = "Without a body. If it is not taken then, it is given up again.",
        More = [new(403, "There is no mail server.")],
    };

    /// <summary>The search.</summary>
    public static ApiSearch Search => new(
        Heading, "Mail", "mails, newest first",
        [
            Taken("status", Statuses),
            Taken("template", Shape.Text),
            Taken("userId", Shape.Uuid),
            Taken("start", Shape.Instant),
            Taken("end", Shape.Instant),
        ])
    {
        Answer = Shape.Object(null, Required("mails", Shape.List(Mail)), Required("total", Shape.Whole)),
    };
}
