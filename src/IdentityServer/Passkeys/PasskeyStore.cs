using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Passkeys;

/// <summary>People's passkeys, to be listed, named and removed.</summary>
public sealed class PasskeyStore(Database database, SecurityNotices notices, TimeProvider clock)
{
    /// <summary>The longest name.</summary>
    public const int MaxName = 191;

    /// <summary>A person's passkeys, the newest first.</summary>
    public Task<List<Passkey>> OfAsync(Guid userId, CancellationToken cancellation) => database.ReadAsync(
        (db, token) => db.Passkeys.Where(row => row.UserId == userId).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).ToListAsync(token),
        cancellation);

    /// <summary>One passkey; of this person, if one is named.</summary>
    public Task<Passkey?> FindAsync(Guid id, Guid? userId, CancellationToken cancellation) => database.ReadAsync(
        (db, token) => db.Passkeys.FirstOrDefaultAsync(row => row.Id == id && (userId == null || row.UserId == userId), token), cancellation);

    /// <summary>Names a passkey of this person. False: there is none.</summary>
    public Task<bool> RenameAsync(Guid id, Guid userId, string name, string actor, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var found = await db.Passkeys.Where(row => row.Id == id && row.UserId == userId)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Name, name), token) == 1;
            if (found)
            {
                AuditLog.Add(db, actor, "passkey renamed", Data(userId, id), clock.GetUtcNow());
            }

            return found;
        },
        cancellation);

    /// <summary>Removes a passkey of this person, who is told by mail, and from where. False: there is none.</summary>
    public Task<bool> RemoveAsync(Guid id, Guid userId, string actor, string? userAgent, string? network, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var found = await db.Passkeys.Where(row => row.Id == id && row.UserId == userId).ExecuteDeleteAsync(token) == 1;
            if (found)
            {
                AuditLog.Add(db, actor, "passkey removed", Data(userId, id), clock.GetUtcNow());
                var user = await db.Users.AsNoTracking().SingleAsync(row => row.Id == userId, token);
                await notices.QueueAsync(db, user, NoticeKind.PasskeyRemoved, DeviceView.Of(userAgent).Words, network, token);
            }

            return found;
        },
        cancellation);

    /// <summary>What the audit log says of a passkey.</summary>
    internal static Dictionary<string, string> Data(Guid userId, Guid passkeyId) =>
        new() { ["userId"] = userId.ToString(), ["passkeyId"] = passkeyId.ToString() };
}
