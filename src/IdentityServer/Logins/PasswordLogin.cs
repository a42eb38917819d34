using IdentityServer.Audit;
using IdentityServer.Browsers;
using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace IdentityServer.Logins;

/// <summary>
/// Signing in with a password. This room owns the order of the checks, the counting of failures and the lock; what a page, the
/// API or a grant makes of the outcome is theirs.
/// </summary>
public sealed class PasswordLogin(
    Database database, People people, Passwords passwords, AddressBrake brake, KnownBrowsers browsers, IOptions<IdentityOptions> identity, TimeProvider clock, ILogger<PasswordLogin> log)
{
    private const string ElsewhereMarker = "failed-logins-elsewhere";
    private const int LongestLockFactor = 60; // One minute at first, an hour at most.

    private static readonly LoginOutcome Wrong = new LoginOutcome.WrongCredentials();

    private LockoutOptions Lockout => identity.Value.Lockout;

    /// <summary>Checks the password and everything else that must hold, counts a failure, records a success.</summary>
    public async Task<LoginOutcome> AttemptAsync(LoginAttempt attempt, CancellationToken cancellation)
    {
        if (attempt.Application is { AllowsPassword: false })
        {
            return Wrong; // Through whatever door: no password is right there.
        }

        if (!brake.TryCharge(attempt.Address, out var retryAfter))
        {
            log.Throttled(attempt.Address);
            return new LoginOutcome.Throttled(retryAfter);
        }

        var outcome = await CheckAsync(attempt, cancellation);
        if (outcome is not LoginOutcome.WrongCredentials)
        {
            brake.PayBack(attempt.Address);
        }

        return outcome;
    }

    private async Task<LoginOutcome> CheckAsync(LoginAttempt attempt, CancellationToken cancellation)
    {
        var user = await people.FindByLoginIdAsync(attempt.LoginId, cancellation);

        // Where this person signed in before, strangers' guesses lock nobody out, and failures count on tries of its own.
        var known = await browsers.TryChargeAsync(user?.Id, attempt.Browser, cancellation);
        var verdict = await passwords.VerifyAsync(user?.PasswordHash, attempt.Password, cancellation);
        switch (verdict)
        {
            case PasswordVerdict.Busy:
                log.Busy();
                return new LoginOutcome.Busy(PasswordGate.RetryAfter);

            case PasswordVerdict.Wrong when user is null:
                log.UnknownUser(attempt.Address);
                await database.WriteAsync(CountElsewhereAsync, cancellation);
                return Wrong;

            case PasswordVerdict.Wrong when known:
                log.WrongPassword(user.Id, attempt.Address);
                return Wrong;

            case PasswordVerdict.Wrong:
                await CountFailureAsync(user.Id, attempt, cancellation);
                return Wrong;

            default:
                return await FinishAsync(user!, known, verdict, attempt, cancellation);
        }
    }

    private async Task<LoginOutcome> FinishAsync(User user, bool known, PasswordVerdict verdict, LoginAttempt attempt, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (user.LockoutEnd > now && !known)
        {
            log.RefusedLocked(user.Id, attempt.Address);
            await database.WriteAsync(CountElsewhereAsync, cancellation);
            return Wrong;
        }

        if (!user.Active)
        {
            log.RefusedDisabled(user.Id, attempt.Address);
            return new LoginOutcome.Disabled(user);
        }

        if (user.ExpiresAt <= now)
        {
            log.RefusedExpired(user.Id, attempt.Address);
            return new LoginOutcome.Expired(user);
        }

        // Without a new hash (the gate may be busy) the old one stays for another time.
        var newHash = verdict is PasswordVerdict.RightButOutdated ? await passwords.HashAsync(attempt.Password, cancellation) : null;
        if (!await RecordSuccessAsync(user, known, newHash, attempt, now, cancellation))
        {
            log.RefusedLocked(user.Id, attempt.Address);
            return Wrong;
        }

        log.SignedIn(user.Id, attempt.Application?.Id, attempt.Address);
        return user.PasswordChangeRequired ? new LoginOutcome.PasswordChangeRequired(user) : new LoginOutcome.SignedIn(user);
    }

    // Holds only if the account is still what was checked: of many guesses at once, the right one is worth nothing when the others
    // have locked the account meanwhile.
    private Task<bool> RecordSuccessAsync(User user, bool known, string? newHash, LoginAttempt attempt, DateTimeOffset now, CancellationToken cancellation) =>
        database.WriteAsync(
            async (db, token) =>
            {
                var hash = newHash ?? user.PasswordHash;
                var recorded = await db.Users
                    .Where(row => row.Id == user.Id && row.Active && row.PasswordHash == user.PasswordHash && (known || row.LockoutEnd == null || row.LockoutEnd <= now))
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(row => row.LastLoginAt, now)
                            .SetProperty(row => row.PasswordHash, hash)
                            .SetProperty(row => row.AccessFailedCount, row => row.LockoutEnd > now ? row.AccessFailedCount : 0)
                            .SetProperty(row => row.LockoutCount, row => row.LockoutEnd > now ? row.LockoutCount : 0)
                            .SetProperty(row => row.LockoutEnd, row => row.LockoutEnd > now ? row.LockoutEnd : null), // It goes on for others.
                        token) == 1;
                if (!recorded)
                {
                    return false;
                }

                if (attempt.Application is { Id: var applicationId })
                {
                    await db.Registrations.Where(row => row.UserId == user.Id && row.ApplicationId == applicationId)
                        .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastLoginAt, now), token);
                }

                AuditLog.Add(db, AuditLog.User(user.Id), "signed in", Data(attempt), now);
                return true;
            },
            cancellation);

    // The first statement counts and holds the row until the end of the transaction, so every failure is counted, on any number of
    // nodes. While the account is locked nothing is counted: a stranger can't prolong the lock.
    private async Task CountFailureAsync(Guid userId, LoginAttempt attempt, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var lockedFor = await database.WriteAsync(
            async (db, token) =>
            {
                var account = db.Users.Where(row => row.Id == userId && (row.LockoutEnd == null || row.LockoutEnd <= now));
                if (await account.ExecuteUpdateAsync(set => set.SetProperty(row => row.AccessFailedCount, row => row.AccessFailedCount + 1), token) == 0)
                {
                    await CountElsewhereAsync(db, token);
                    return TimeSpan.Zero;
                }

                var counts = await account.Select(row => new { row.AccessFailedCount, row.LockoutCount }).SingleAsync(token);
                if (counts.AccessFailedCount < Lockout.MaxFailedAccessAttempts)
                {
                    return TimeSpan.Zero;
                }

                var duration = Lockout.DefaultLockoutTimeSpan * Math.Min(LongestLockFactor, 1 << Math.Min(counts.LockoutCount, 6));
                var until = now + duration;
                await account.ExecuteUpdateAsync(
                    set => set.SetProperty(row => row.AccessFailedCount, 0)
                        .SetProperty(row => row.LockoutCount, row => row.LockoutCount + 1)
                        .SetProperty(row => row.LockoutEnd, until),
                    token);
                AuditLog.Add(db, AuditLog.System, "user locked after wrong passwords", Data(attempt, userId), now);
                return duration;
            },
            cancellation);
        log.WrongPassword(userId, attempt.Address);
        if (lockedFor > TimeSpan.Zero)
        {
            log.Locked(userId, lockedFor, attempt.Address);
        }
    }

    // A failure that counts for no account costs a write all the same: an answer that came sooner would tell strangers that there
    // is no such account, or that it is locked.
    private static Task CountElsewhereAsync(ServerDbContext db, CancellationToken token) => Marker.CountAsync(db, ElsewhereMarker, token);

    private static Dictionary<string, string> Data(LoginAttempt attempt, Guid? userId = null)
    {
        var data = new Dictionary<string, string>();
        if (userId is { } id)
        {
            data["userId"] = id.ToString();
        }

        if (attempt.Application is { } application)
        {
            data["applicationId"] = application.IdText;
        }

        if (attempt.Address is { } address)
        {
            data["address"] = address.ToString();
        }

        return data;
    }
}
