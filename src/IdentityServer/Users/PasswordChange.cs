using System.Security.Cryptography;
using IdentityServer.Audit;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Users;

/// <summary>How people set their own password, the first or a new one. What ends with the old one is the caller's to say.</summary>
public sealed class PasswordChange(Passwords passwords, BreachedPasswords breached, SecurityNotices notices, TimeProvider clock)
{
    /// <summary>The slow part: checks the password, and hashes it.</summary>
    public async Task<FieldResult<string>> PrepareAsync(User user, string password, int minLength, CancellationToken cancellation)
    {
        var errors = new FieldErrors();
        PasswordRules.Check(password, user.Email, user.Username, minLength, errors);
        breached.Check(password, errors);
        if (errors.Any)
        {
            return errors;
        }

        return await passwords.HashAsync(password, cancellation) is { } hash ? hash : PasswordGate.Busy();
    }

    /// <summary>
    /// Sets it in the caller's transaction, lifts a lock that guessing the old one brought about, and tells the owner by mail. False: the person's credentials
    /// were changed since <paramref name="user"/> was read, and nothing was set.
    /// </summary>
    public async Task<bool> SetAsync(ServerDbContext db, User user, string hash, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var (id, known, next) = (user.Id, user.SecurityStamp, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
        var set = await db.Users.Where(row => row.Id == id && row.SecurityStamp == known).ExecuteUpdateAsync(
            row => row.SetProperty(user => user.PasswordHash, hash)
                .SetProperty(user => user.PasswordChangedAt, now)
                .SetProperty(user => user.PasswordChangeRequired, false)
                .SetProperty(user => user.SecurityStamp, next)
                .SetProperty(user => user.AccessFailedCount, 0)
                .SetProperty(user => user.LockoutCount, 0)
                .SetProperty(user => user.LockoutEnd, (DateTimeOffset?)null)
                .SetProperty(user => user.UpdatedAt, now),
            cancellation) == 1;
        if (set)
        {
            AuditLog.Add(db, AuditLog.User(id), user.PasswordHash is null ? "password set" : "password changed", null, now);
            if (user.PasswordHash is not null)
            {
                await notices.QueueAsync(db, user, NoticeKind.PasswordChanged, null, null, cancellation);
            }
        }

        return set;
    }
}
