using System.Net;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Sessions;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Factors;

/// <summary>Checks codes. One door for all of them: pages, API, and the removal of a factor.</summary>
public sealed class SecondFactors(
    Database database, FactorSecrets secrets, RecoveryCodes recoveryCodes, MailedCodes mailed, TimeProvider clock, ILogger<SecondFactors> log)
{
    private const int MaxCode = 64;

    /// <summary>The person's factors, in the order in which they were added.</summary>
    public Task<List<TwoFactorMethod>> ListAsync(Guid userId, CancellationToken cancellation) => database.ReadAsync(
        (db, token) => db.TwoFactorMethods.Where(row => row.UserId == userId).OrderBy(row => row.Id).ToListAsync(token), cancellation);

    /// <summary>How many recovery codes are left.</summary>
    public Task<int> CountRecoveryCodesAsync(Guid userId, CancellationToken cancellation) =>
        database.ReadAsync((db, token) => RecoveryCodes.CountAsync(db, userId, token), cancellation);

    /// <summary>
    /// Checks a code of any of the person's factors, or a recovery code, and spends it. <paramref name="user"/> is as read when they
    /// proved the first factor; <paramref name="transaction"/> names the sign-in whose mailed codes count; null: none do.
    /// </summary>
    public async Task<FactorOutcome> ProveAsync(
        User user, string? typed, IPAddress? address, CancellationToken cancellation, string? transaction = null)
    {
        var now = clock.GetUtcNow();
        var outcome = await database.WriteAsync((db, token) => ProveAsync(db, user, typed, address, now, token, transaction), cancellation);
        switch (outcome)
        {
            case FactorOutcome.Right:
                log.Right(user.Id, address);
                break;
            case FactorOutcome.Wrong:
                log.Wrong(user.Id, address);
                break;
            case FactorOutcome.Wait:
                log.Waiting(user.Id, address);
                break;
        }

        return outcome;
    }

    /// <summary>The same in the caller's transaction, which keeps what it counts however it goes on.</summary>
    internal async Task<FactorOutcome> ProveAsync(
        ServerDbContext db, User user, string? typed, IPAddress? address, DateTimeOffset now, CancellationToken cancellation, string? transaction = null)
    {
        // Holds the person's row until the end, so that tries come one after the other on any number of nodes.
        var (id, stamp) = (user.Id, user.SecurityStamp);
        if (await db.Users.Where(row => row.Id == id && row.Active && row.SecurityStamp == stamp)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.SecurityStamp, row => row.SecurityStamp), cancellation) == 0)
        {
            return new FactorOutcome.Stale();
        }

        if (await FactorTries.WaitAsync(db, id, now, cancellation) is var wait && wait > TimeSpan.Zero)
        {
            return new FactorOutcome.Wait(wait);
        }

        if (await SpendAsync(db, id, typed, transaction, now, cancellation) is not { } right)
        {
            if (await FactorTries.CountAsync(db, id, now, cancellation) is var lockedFor && lockedFor > TimeSpan.Zero)
            {
                AuditLog.Add(db, AuditLog.System, "second factor locked after wrong codes", Data(address, ("userId", id.ToString())), now);
            }

            return new FactorOutcome.Wrong();
        }

        await FactorTries.ForgetAsync(db, id, cancellation);
        var message = right.ByRecoveryCode ? "recovery code used" : "second factor given";
        AuditLog.Add(db, AuditLog.User(id), message, Data(address), now);
        return right;
    }

    private async Task<FactorOutcome.Right?> SpendAsync(
        ServerDbContext db, Guid userId, string? typed, string? transaction, DateTimeOffset now, CancellationToken cancellation)
    {
        if (typed is not { Length: > 0 and <= MaxCode })
        {
            return null;
        }

        var digits = new string([.. typed.Where(letter => !char.IsWhiteSpace(letter) && letter != '-')]);
        if (digits.Length == Totp.Digits && digits.All(char.IsAsciiDigit))
        {
            return await SpendStepAsync(db, userId, digits, now, cancellation) ? new(Amr.OneTimePassword, false, 0)
                : transaction is not null && await SpendMailedAsync(db, userId, transaction, digits, now, cancellation) ? new(Amr.Email, false, 0)
                : null;
        }

        return await recoveryCodes.SpendAsync(db, userId, typed, cancellation)
            ? new(Amr.OneTimePassword, true, await RecoveryCodes.CountAsync(db, userId, cancellation))
            : null;
    }

    // Only of those who chose mail as a factor, and not where the mailbox was the first factor already.
    private async Task<bool> SpendMailedAsync(
        ServerDbContext db, Guid userId, string transaction, string digits, DateTimeOffset now, CancellationToken cancellation) =>
        await mailed.SpendAsync(db, userId, transaction, digits, now, cancellation)
        && await db.TwoFactorMethods.Where(row => row.UserId == userId && row.Kind == TwoFactorKind.Email)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastUsedAt, now), cancellation) > 0;

    // RFC 6238 §5.2: a step is good once. The last one only grows, by one statement.
    private async Task<bool> SpendStepAsync(ServerDbContext db, Guid userId, string digits, DateTimeOffset now, CancellationToken cancellation)
    {
        var methods = await db.TwoFactorMethods.AsNoTracking()
            .Where(row => row.UserId == userId && row.Kind == TwoFactorKind.Authenticator).ToListAsync(cancellation);
        foreach (var method in methods)
        {
            foreach (var step in Totp.StepsOf(secrets.Open(method.Secret!), digits, now, method.LastStep))
            {
                if (await db.TwoFactorMethods.Where(row => row.Id == method.Id && row.LastStep < step)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastStep, step).SetProperty(row => row.LastUsedAt, now), cancellation) == 1)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static Dictionary<string, string>? Data(IPAddress? address, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var data = new Dictionary<string, string>();
        foreach (var (name, value) in more)
        {
            data[name] = value;
        }

        if (address is not null)
        {
            data["address"] = address.ToString();
        }

        return data.Count > 0 ? data : null;
    }
}
