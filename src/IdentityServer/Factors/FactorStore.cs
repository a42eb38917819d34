using System.Security.Cryptography;
using IdentityServer.Audit;
using IdentityServer.Browsers;
using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Factors;

/// <summary>
/// How second factors come and go. A factor counts after its first right code. With every change the person's security stamp
/// changes too, so that sign-ins that wait for a factor start again, and trusted browsers are not trusted any more.
/// </summary>
public sealed class FactorStore(
    Database database, SecondFactors factors, FactorSecrets secrets, RecoveryCodes recoveryCodes, MailedCodes mailed, SecurityNotices notices, TimeProvider clock)
{
    /// <summary>How many factors a person may have.</summary>
    public const int Max = 10;

    private const string CodeAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int MaxName = 191;

    /// <summary>
    /// Adds an authenticator whose code this is. The code's step is spent. Null: the code is wrong, or the person was shut out or
    /// has <see cref="Max"/> factors.
    /// </summary>
    public async Task<AddedFactor?> AddAuthenticatorAsync(
        User user, byte[] secret, string? code, string? name, string actor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var digits = new string([.. (code ?? string.Empty).Where(letter => !char.IsWhiteSpace(letter))]);
        if (digits.Length != Totp.Digits || Totp.StepsOf(secret, digits, now, last: 0) is not [.., var step])
        {
            return null;
        }

        return await AddAsync(
            user,
            (_, _) => Task.FromResult(true),
            (id, code) => new TwoFactorMethod
            {
                Id = id,
                Code = code,
                UserId = user.Id,
                Kind = TwoFactorKind.Authenticator,
                Name = Name(name),
                Secret = secrets.Seal(secret),
                LastStep = step,
                CreatedAt = now,
                LastUsedAt = now,
            },
            actor,
            now,
            cancellation);
    }

    /// <summary>
    /// Adds codes by mail to the person's address, confirmed by one that was mailed for <paramref name="transaction"/>. Null: the code
    /// is wrong, or they have that factor, or the person was shut out.
    /// </summary>
    public Task<AddedFactor?> AddEmailAsync(User user, string transaction, string? code, string actor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var digits = new string([.. (code ?? string.Empty).Where(letter => !char.IsWhiteSpace(letter))]);
        return AddAsync(
            user,
            async (db, token) => await FactorTries.WaitAsync(db, user.Id, now, token) == TimeSpan.Zero
                && !await db.TwoFactorMethods.AnyAsync(row => row.UserId == user.Id && row.Kind == TwoFactorKind.Email, token)
                && (await mailed.SpendAsync(db, user.Id, transaction, digits, now, token) || await CountWrongAsync(db, user.Id, now, token)),
            (id, method) => new TwoFactorMethod
            {
                Id = id,
                Code = method,
                UserId = user.Id,
                Kind = TwoFactorKind.Email,
                Email = user.Email,
                CreatedAt = now,
                LastUsedAt = now,
            },
            actor,
            now,
            cancellation);
    }

    /// <summary>Gives a factor another name. False: there is none of this id.</summary>
    public Task<bool> RenameAsync(Guid userId, string code, string? name, string actor, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var renamed = await db.TwoFactorMethods.Where(row => row.UserId == userId && row.Code == code)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Name, Name(name)), token) == 1;
            if (renamed)
            {
                AuditLog.Add(db, actor, "second factor renamed", Data(userId, code), clock.GetUtcNow());
            }

            return renamed;
        },
        cancellation);

    /// <summary>Removes a factor; with the last one the recovery codes go as well. Null: there is none of this id.</summary>
    public Task<User?> RemoveAsync(Guid userId, string code, string actor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(
            async (db, token) => await HoldAsync(db, userId, token) && await RemoveAsync(db, userId, code, actor, now, token)
                ? await ChangeAsync(db, userId, NoticeKind.FactorRemoved, now, token)
                : null,
            cancellation);
    }

    /// <summary>
    /// Removes a factor of somebody who proves one by a code. A recovery code removes all: who needs one has lost them.
    /// The outcome says what came of the code; nothing was removed unless it is right.
    /// </summary>
    public Task<(FactorOutcome Outcome, bool Found)> RemoveAsync(
        User user, string code, string? typed, string actor, CancellationToken cancellation, string? transaction = null)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync<(FactorOutcome, bool)>(
            async (db, token) =>
            {
                if (!await db.TwoFactorMethods.AnyAsync(row => row.UserId == user.Id && row.Code == code, token))
                {
                    return (new FactorOutcome.Wrong(), false);
                }

                var outcome = await factors.ProveAsync(db, user, typed, null, now, token, transaction);
                if (outcome is FactorOutcome.Right right)
                {
                    await (right.ByRecoveryCode ? RemoveAllAsync(db, user.Id, actor, now, token) : RemoveAsync(db, user.Id, code, actor, now, token));
                    await ChangeAsync(db, user.Id, NoticeKind.FactorRemoved, now, token);
                }

                return (outcome, true);
            },
            cancellation);
    }

    /// <summary>New recovery codes in place of the old. Null: the person has no second factor.</summary>
    public Task<IReadOnlyList<string>?> RegenerateAsync(Guid userId, string actor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(
            async (db, token) =>
            {
                if (!await HoldAsync(db, userId, token) || !await db.TwoFactorMethods.AnyAsync(row => row.UserId == userId, token))
                {
                    return null;
                }

                AuditLog.Add(db, actor, "recovery codes replaced", Data(userId), now);
                var user = await db.Users.AsNoTracking().SingleAsync(row => row.Id == userId, token);
                await notices.QueueAsync(db, user, NoticeKind.RecoveryCodesRenewed, device: null, network: null, token);
                return await recoveryCodes.ReplaceAsync(db, userId, now, token);
            },
            cancellation);
    }

    // Few tries: guesses count here as they do at the sign-in.
    private static async Task<bool> CountWrongAsync(ServerDbContext db, Guid userId, DateTimeOffset now, CancellationToken token)
    {
        await FactorTries.CountAsync(db, userId, now, token);
        return false;
    }

    private Task<AddedFactor?> AddAsync(
        User user, Func<ServerDbContext, CancellationToken, Task<bool>> confirm, Func<Guid, string, TwoFactorMethod> make, string actor, DateTimeOffset now, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var (id, stamp) = (user.Id, user.SecurityStamp);
            if (await db.Users.Where(row => row.Id == id && row.Active && row.SecurityStamp == stamp)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.SecurityStamp, row => row.SecurityStamp), token) == 0)
            {
                return null;
            }

            var taken = await db.TwoFactorMethods.Where(row => row.UserId == id).Select(row => row.Code).ToListAsync(token);
            if (taken.Count >= Max || !await confirm(db, token))
            {
                return null;
            }

            string code;
            do
            {
                code = RandomNumberGenerator.GetString(CodeAlphabet, 4);
            }
            while (taken.Contains(code));

            var method = make(Guid.CreateVersion7(now), code);
            db.TwoFactorMethods.Add(method);
            var codes = taken.Count == 0 ? await recoveryCodes.ReplaceAsync(db, id, now, token) : null;
            AuditLog.Add(db, actor, "second factor added", Data(id, code), now);
            await db.SaveChangesAsync(token); // So that what is asked next finds it.
            return new AddedFactor((await ChangeAsync(db, id, NoticeKind.FactorAdded, now, token))!, method, codes);
        },
        cancellation);

    private static async Task<bool> HoldAsync(ServerDbContext db, Guid userId, CancellationToken token) =>
        await db.Users.Where(row => row.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(row => row.SecurityStamp, row => row.SecurityStamp), token) == 1;

    private static async Task<bool> RemoveAsync(ServerDbContext db, Guid userId, string code, string actor, DateTimeOffset now, CancellationToken token)
    {
        if (await db.TwoFactorMethods.Where(row => row.UserId == userId && row.Code == code).ExecuteDeleteAsync(token) == 0)
        {
            return false;
        }

        AuditLog.Add(db, actor, "second factor removed", Data(userId, code), now);
        return true;
    }

    private static async Task RemoveAllAsync(ServerDbContext db, Guid userId, string actor, DateTimeOffset now, CancellationToken token)
    {
        await db.TwoFactorMethods.Where(row => row.UserId == userId).ExecuteDeleteAsync(token);
        AuditLog.Add(db, actor, "all second factors removed", Data(userId), now);
    }

    // What follows from any change: whether there is a factor, the stamp, the end of trust, a mail to the person.
    private async Task<User?> ChangeAsync(ServerDbContext db, Guid userId, NoticeKind kind, DateTimeOffset now, CancellationToken token)
    {
        var stamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var any = await db.TwoFactorMethods.AnyAsync(row => row.UserId == userId, token);
        await db.Users.Where(row => row.Id == userId).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.TwoFactorEnabled, any).SetProperty(row => row.SecurityStamp, stamp).SetProperty(row => row.UpdatedAt, now), token);
        if (!any)
        {
            await db.RecoveryCodes.Where(row => row.UserId == userId).ExecuteDeleteAsync(token);
        }

        await TrustedBrowsers.EndAsync(db, userId, token);
        var user = await db.Users.AsNoTracking().FirstOrDefaultAsync(row => row.Id == userId, token);
        if (user is not null)
        {
            await notices.QueueAsync(db, user, kind, device: null, network: null, token);
        }

        return user;
    }

    private static string? Name(string? name) =>
        name?.Trim() is { Length: > 0 } trimmed ? trimmed.Length > MaxName ? trimmed[..MaxName] : trimmed : null;

    private static Dictionary<string, string> Data(Guid userId, string? code = null)
    {
        var data = new Dictionary<string, string> { ["userId"] = userId.ToString() };
        if (code is not null)
        {
            data["methodId"] = code;
        }

        return data;
    }
}
