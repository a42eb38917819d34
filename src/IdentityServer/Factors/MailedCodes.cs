using System.Net;
using System.Security.Cryptography;
using System.Text;
using IdentityServer.Data;
using IdentityServer.Email;
using IdentityServer.Links;
using IdentityServer.Themes;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Factors;

/// <summary>
/// Codes by mail. A code counts once, for ten minutes, in the sign-in that asked for it and as long as the account has the address;
/// a newer one takes its place. It is kept as a keyed hash.
/// </summary>
public sealed class MailedCodes(
    Database database, Mailer mailer, MailLimits limits, MailAvailability mail, LinkStore links, MasterKey masterKey, TimeProvider clock)
{
    private readonly byte[] key = masterKey.Derive("second-factor-codes");

    /// <summary>Whether this person can get codes: mail goes out, and the address is proven theirs.</summary>
    public bool CanReach(User user) => mail.IsOn && user is { Email: not null, EmailKey: not null, Verified: true };

    /// <summary>
    /// Mails a code that counts in the sign-in, or set-up, that <paramref name="transaction"/> names. False: there were too many of
    /// late, or the person can't be reached.
    /// </summary>
    public Task<bool> SendAsync(User user, string transaction, IPAddress? address, IReadOnlyList<string> languages, CancellationToken cancellation)
    {
        if (!CanReach(user))
        {
            return Task.FromResult(false);
        }

        var now = clock.GetUtcNow();
        return database.WriteAsync(
            async (db, token) =>
            {
                if (!await limits.TryCountAsync(
                    db, new MailWish(MailPurpose.SecondFactor, user.EmailKey!) { UserId = user.Id, RemoteAddress = address }, token))
                {
                    return false;
                }

                await links.EndAsync(db, user.Id, LinkPurpose.SecondFactor, token);
                var code = RandomNumberGenerator.GetString("0123456789", Totp.Digits);
                var life = LinkLifetimes.Of(LinkPurpose.SecondFactor);
                db.Links.Add(new Link
                {
                    Id = Guid.CreateVersion7(now),
                    TenantId = user.TenantId,
                    Purpose = LinkPurpose.SecondFactor,
                    UserId = user.Id,
                    EmailKey = user.EmailKey,
                    SecretHash = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes), // There is no link, so nobody has its secret.
                    CodeHash = Hash(user.Id, transaction, code),
                    CreatedAt = now,
                    ExpiresAt = now + life,
                });
                mailer.Queue(db, new MailDraft(new SecondFactorMail(code, (int)life.TotalMinutes))
                {
                    To = user.Email!,
                    TenantId = user.TenantId,
                    UserId = user.Id,
                    Languages = [.. user.PreferredLanguages, .. languages],
                    UsefulUntil = now + life,
                });
                return true;
            },
            cancellation);
    }

    /// <summary>Spends a code in the caller's transaction: one statement, whose row count is the answer.</summary>
    public async Task<bool> SpendAsync(ServerDbContext db, Guid userId, string transaction, string digits, DateTimeOffset now, CancellationToken cancellation)
    {
        var hash = Hash(userId, transaction, digits);
        return await db.Links
            .Where(row => row.UserId == userId && row.Purpose == LinkPurpose.SecondFactor && row.CodeHash == hash && row.SpentAt == null && row.ExpiresAt > now
                && db.Users.Any(user => user.Id == userId && user.EmailKey == row.EmailKey))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.SpentAt, now), cancellation) == 1;
    }

    /// <summary>An address as its owner knows it again and others do not learn it.</summary>
    public static string Mask(string email)
    {
        var at = email.LastIndexOf('@');
        return at < 1 ? "•••" : $"{email[0]}•••{email[at..]}";
    }

    private byte[] Hash(Guid userId, string transaction, string code) =>
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{userId:N}\n{transaction}\n{code}"));
}

/// <summary>The mail with a code that is a second factor.</summary>
/// <param name="Code">The code.</param>
/// <param name="Minutes">How long it lives.</param>
public sealed record SecondFactorMail(string Code, int Minutes) : IMail<SecondFactorMail>
{
    /// <inheritdoc/>
    public static string Template => "second-factor";

    /// <inheritdoc/>
    public static IReadOnlyList<SecondFactorMail> Samples => [new("123456", 10)];
}
