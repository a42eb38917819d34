using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of the audit log (§18).</summary>
internal static class AuditLogShape
{
    private static readonly ObjectShape Entry = Shape.Object(
        "AuditLog",
        Shown("id", Shape.Long),
        Shown("insertInstant", Shape.Instant),
        Required("insertUser", Shape.Text, "Who did it: an id, or what whoever adds an entry says."),
        Required("message", Shape.Text),
        Kept("data", Shape.Any),
        Optional("reason", Shape.Text),
        Optional("oldValue", Shape.Any),
        Optional("newValue", Shape.Any));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Logs", "AuditLog", "an entry of the audit log", "auditLog", Entry)
    {
        Example = """{ "auditLog": { "insertUser": "billing", "message": "Refunded an order" } }""",
    };

    /// <summary>The search.</summary>
    public static ApiSearch Search => Noun.Search(
        "auditLogs", "the audit log, newest entries first",
        Taken("user", Shape.Text),
        Taken("message", Shape.Text),
        Taken("reason", Shape.Text),
        Taken("oldValue", Shape.Text),
        Taken("newValue", Shape.Text),
        Taken("start", Shape.Instant),
        Taken("end", Shape.Instant));
}
