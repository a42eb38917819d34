using System.Text.Json;
using IdentityServer.Data;

namespace IdentityServer.Audit;

/// <summary>
/// The audit log: what was done and by whom, written in the transaction of the deed. Only deeds that succeeded, and locks, get a
/// row; what a stranger can repeat at will goes to the structured log instead, so that nobody fills the disk.
/// </summary>
public static class AuditLog
{
    /// <summary>The actor of what the server does by itself.</summary>
    public const string System = "system";

    /// <summary>The actor of what people do with their own account.</summary>
    public static string User(Guid id) => id.ToString();

    /// <summary>
    /// Notes a deed; it is stored if the transaction is. <paramref name="data"/> names objects and changed fields, never their
    /// secret values.
    /// </summary>
    public static void Add(ServerDbContext db, string actor, string message, IReadOnlyDictionary<string, string>? data, DateTimeOffset now) =>
        db.AuditEntries.Add(new AuditEntry
        {
            Instant = now,
            Actor = actor,
            Message = message,
            Data = data is null ? null : JsonSerializer.Serialize(data),
        });
}
