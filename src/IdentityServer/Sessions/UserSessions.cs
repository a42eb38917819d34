using IdentityServer.Audit;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IdentityServer.Sessions;

/// <summary>All sessions of one person, for them to look through and to end.</summary>
public sealed class UserSessions(Database database, IOptions<ServerOptions> options, TimeProvider clock)
{
    private const int Most = 100;

    /// <summary>Those that are live, the last used first.</summary>
    public Task<List<Session>> ListAsync(Guid userId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var idleSince = now - TimeSpan.FromMinutes(options.Value.Sessions.IdleMinutes);
        return database.ReadAsync(
            (db, token) => db.Sessions
                .Where(row => row.UserId == userId && row.EndedAt == null && row.ExpiresAt > now && (row.Persistent || row.LastSeenAt > idleSince))
                .OrderByDescending(row => row.LastSeenAt).ThenByDescending(row => row.Id)
                .Take(Most)
                .ToListAsync(token),
            cancellation);
    }

    /// <summary>
    /// Ends one, and revokes what was given in it. False: the person has no such session. One that has ended is ended.
    /// </summary>
    public Task<bool> EndAsync(Guid userId, Guid sessionId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(
            async (db, token) =>
            {
                if (!await db.Sessions.AnyAsync(row => row.Id == sessionId && row.UserId == userId, token))
                {
                    return false;
                }

                if (await EndAsync(db.Sessions.Where(row => row.Id == sessionId), now, token) > 0)
                {
                    await AuthorizationAccess.RevokeOfSessionAsync(db, sessionId, token);
                    AuditLog.Add(
                        db, AuditLog.User(userId), "session ended", new Dictionary<string, string> { ["sessionId"] = sessionId.ToString() }, now);
                }

                return true;
            },
            cancellation);
    }

    /// <summary>Ends all but one, and revokes everything that was not given in that one.</summary>
    public Task EndOthersAsync(Guid userId, Guid kept, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(
            async (db, token) =>
            {
                await EndOthersAsync(db, userId, kept, now, token);
                AuditLog.Add(db, AuditLog.User(userId), "other sessions ended", null, now);
            },
            cancellation);
    }

    /// <summary>The same in the caller's transaction.</summary>
    public static async Task EndOthersAsync(ServerDbContext db, Guid userId, Guid kept, DateTimeOffset now, CancellationToken cancellation)
    {
        await EndAsync(db.Sessions.Where(row => row.UserId == userId && row.Id != kept), now, cancellation);
        await AuthorizationAccess.RevokeOfOtherSessionsAsync(db, userId, kept, cancellation);
    }

    private static Task<int> EndAsync(IQueryable<Session> sessions, DateTimeOffset now, CancellationToken cancellation) =>
        sessions.Where(row => row.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, now), cancellation);
}
