using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IdentityServer.Registrations;

/// <summary>What became of a person's wish to delete their account.</summary>
public abstract record DeletionOutcome
{
    private DeletionOutcome()
    {
    }

    /// <summary>It will be deleted; until then they can sign in and keep it.</summary>
    public sealed record Scheduled(DateTimeOffset At) : DeletionOutcome;

    /// <summary>It is deleted.</summary>
    public sealed record Deleted : DeletionOutcome;

    /// <summary>Nobody would be left to administer this server.</summary>
    public sealed record LastAdministrator : DeletionOutcome;
}

/// <summary>How people end their accounts: after a time in which they can change their mind, and not as the last administrator.</summary>
public sealed class AccountDeletion(
    Database database, IEnumerable<IUserAccess> access, SecurityNotices notices, IOptions<ServerOptions> options, TimeProvider clock)
{
    private const int AtOnce = 50;

    /// <summary>Signs the person out everywhere, and deletes the account, or notes when it will be.</summary>
    public Task<DeletionOutcome> RequestAsync(Guid userId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var days = options.Value.Accounts.DeletionGraceDays;
        return database.WriteAsync<DeletionOutcome>(
            async (db, token) =>
            {
                if (await Administrators.IsLastAsync(db, userId, now, token))
                {
                    return new DeletionOutcome.LastAdministrator();
                }

                if (days == 0)
                {
                    await DeleteAsync(db, db.Users.Where(row => row.Id == userId), userId, token);
                    return new DeletionOutcome.Deleted();
                }

                var at = now.AddDays(days);
                await db.Users.Where(row => row.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(row => row.DeletesAt, at), token);
                foreach (var kind in access)
                {
                    await kind.EndAsync(db, userId, applicationId: null, now, token);
                }

                if (await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == userId, token) is { } user)
                {
                    await notices.QueueAsync(db, user, NoticeKind.DeletionRequested, null, null, token);
                }

                AuditLog.Add(db, AuditLog.User(userId), "account deletion requested", null, now);
                return new DeletionOutcome.Scheduled(at);
            },
            cancellation);
    }

    /// <summary>Keeps an account that was to be deleted. False: it was too late, or nobody wanted it deleted any more.</summary>
    public Task<bool> KeepAsync(Guid userId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(
            async (db, token) =>
            {
                var kept = await db.Users.Where(row => row.Id == userId && row.DeletesAt != null)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.DeletesAt, (DateTimeOffset?)null), token) == 1;
                if (kept)
                {
                    AuditLog.Add(db, AuditLog.User(userId), "account kept", null, now);
                }

                return kept;
            },
            cancellation);
    }

    /// <summary>Deletes the accounts whose time has come; returns how many.</summary>
    public async Task<int> DeleteDueAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var deleted = 0;
        for (var after = Guid.Empty; ;)
        {
            var due = await database.ReadAsync(
                (db, token) => db.Users.Where(row => row.DeletesAt <= now && row.Id > after).OrderBy(row => row.Id).Select(row => row.Id).Take(AtOnce).ToListAsync(token),
                cancellation);
            foreach (var id in due)
            {
                deleted += await database.WriteAsync((db, token) => DeleteDueAsync(db, id, now, token), cancellation) ? 1 : 0;
            }

            if (due.Count < AtOnce)
            {
                return deleted;
            }

            after = due[^1];
        }
    }

    // Other administrators may have gone since the wish was made; then the account waits for another.
    private async Task<bool> DeleteDueAsync(ServerDbContext db, Guid userId, DateTimeOffset now, CancellationToken token) =>
        !await Administrators.IsLastAsync(db, userId, now, token)
        && await DeleteAsync(db, db.Users.Where(row => row.Id == userId && row.DeletesAt <= now), userId, token);

    // Foreign keys take along what is theirs.
    private async Task<bool> DeleteAsync(ServerDbContext db, IQueryable<User> user, Guid userId, CancellationToken token)
    {
        var deleted = await user.ExecuteDeleteAsync(token) == 1;
        if (deleted)
        {
            AuditLog.Add(
                db, AuditLog.System, "user deleted", new Dictionary<string, string> { ["userId"] = userId.ToString() }, clock.GetUtcNow());
        }

        return deleted;
    }
}
