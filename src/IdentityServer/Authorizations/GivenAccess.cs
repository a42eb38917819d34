using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Authorizations;

/// <summary>What a person lets an application see.</summary>
/// <param name="ApplicationId">The application.</param>
/// <param name="Scopes">What it may see.</param>
/// <param name="Since">Since when.</param>
public sealed record ApplicationAccess(Guid ApplicationId, IReadOnlyList<string> Scopes, DateTimeOffset Since);

/// <summary>What a person lets applications see, for them to look through and to take back.</summary>
public sealed class GivenAccess(Database database, IEnumerable<IUserAccess> access, TimeProvider clock)
{
    /// <summary>Every application that may see something: it has tokens, or would get them without asking again.</summary>
    public async Task<IReadOnlyList<ApplicationAccess>> ListAsync(Guid userId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var (consents, authorizations) = await database.ReadAsync(
            async (db, token) => (
                await db.Consents.Where(row => row.UserId == userId)
                    .Select(row => new { row.ApplicationId, row.Scopes, Since = row.GivenAt }).ToListAsync(token),
                await db.Authorizations.Where(row => row.UserId == userId && row.Status == AuthorizationStatus.Valid && row.ExpiresAt > now)
                    .GroupBy(row => new { row.ApplicationId, row.Scopes })
                    .Select(group => new { group.Key.ApplicationId, group.Key.Scopes, Since = group.Min(row => row.CreatedAt) }).ToListAsync(token)),
            cancellation);
        return
        [
            .. consents.Concat(authorizations)
                .Where(row => row.ApplicationId != AccountApplication.Id)
                .GroupBy(row => row.ApplicationId)
                .Select(group => new ApplicationAccess(
                    group.Key,
                    [.. group.SelectMany(row => row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Distinct()],
                    group.Min(row => row.Since))),
        ];
    }

    /// <summary>Takes back what an application may see: it asks again next time, and its tokens are dead. False: it could see nothing.</summary>
    public Task<bool> RevokeAsync(Guid userId, Guid applicationId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return database.WriteAsync(
            async (db, token) =>
            {
                var remembered = await db.Consents.Where(row => row.UserId == userId && row.ApplicationId == applicationId).ExecuteDeleteAsync(token);
                if (remembered == 0 && !await db.Authorizations.AnyAsync(row => row.UserId == userId && row.ApplicationId == applicationId, token))
                {
                    return false;
                }

                foreach (var kind in access)
                {
                    await kind.EndAsync(db, userId, applicationId, now, token);
                }

                AuditLog.Add(
                    db,
                    AuditLog.User(userId),
                    "access of an application revoked",
                    new Dictionary<string, string> { ["applicationId"] = applicationId.ToString() },
                    now);
                return true;
            },
            cancellation);
    }
}
