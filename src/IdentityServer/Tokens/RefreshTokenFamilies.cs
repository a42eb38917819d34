using System.Globalization;
using IdentityServer.Applications;
using IdentityServer.Audit;
using IdentityServer.Authorizations;
using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tokens;

/// <summary>Which families are meant. What is null restricts nothing.</summary>
/// <param name="Id">The one family.</param>
/// <param name="UserId">Those of a person.</param>
/// <param name="ApplicationId">Those of an application.</param>
public sealed record RefreshTokenFilter(Guid? Id = null, Guid? UserId = null, Guid? ApplicationId = null);

/// <summary>
/// Refresh tokens as administrators and their owners see them: a family, from the sign-in to its last rotation, is one token, and its
/// id is the authorization's. With a family its access tokens end.
/// </summary>
public sealed class RefreshTokenFamilies(Database database, TimeProvider clock)
{
    private const int Most = 1000;

    /// <summary>Those that can still be used, the newest first.</summary>
    public Task<List<Authorization>> ListAsync(RefreshTokenFilter filter, CancellationToken cancellation) => database.ReadAsync(
        (db, token) => Live(db, filter).OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id).Take(Most).ToListAsync(token), cancellation);

    /// <summary>Revokes those that can still be used; returns how many.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="administrators">Whether those of administrators of this server are meant too.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="cancellation">Cancels.</param>
    public Task<int> RevokeAsync(RefreshTokenFilter filter, bool administrators, string actor, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            var families = Live(db, filter);
            if (!administrators)
            {
                families = families.Where(row =>
                    row.ApplicationId != AdminApplication.Id
                    && !db.Registrations.Any(registration => registration.UserId == row.UserId && registration.ApplicationId == AdminApplication.Id));
            }

            var revoked = await families.ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, AuthorizationStatus.Revoked), token);
            if (revoked > 0)
            {
                AuditLog.Add(db, actor, "refresh tokens revoked", Data(filter, revoked), clock.GetUtcNow());
            }

            return revoked;
        },
        cancellation);

    /// <summary>Revokes a family, whatever its refresh token is worth, because whoever holds one of its tokens signs out.</summary>
    public Task SignOutAsync(Guid id, User user, CancellationToken cancellation) => database.WriteAsync(
        async (db, token) =>
        {
            if (await RefreshTokens.RevokeFamilyAsync(db, id, token) > 0)
            {
                AuditLog.Add(db, AuditLog.User(user.Id), "signed out", Data(new(id), null), clock.GetUtcNow());
            }
        },
        cancellation);

    private IQueryable<Authorization> Live(ServerDbContext db, RefreshTokenFilter filter)
    {
        var now = clock.GetUtcNow();
        var rows = db.Authorizations.Where(row => row.Status == AuthorizationStatus.Valid && db.Tokens.Any(
            token => token.AuthorizationId == row.Id && token.Type == TokenType.Refresh && token.Status == TokenStatus.Valid && token.ExpiresAt > now));
        rows = filter.Id is { } id ? rows.Where(row => row.Id == id) : rows;
        rows = filter.UserId is { } user ? rows.Where(row => row.UserId == user) : rows;
        return filter.ApplicationId is { } application ? rows.Where(row => row.ApplicationId == application) : rows;
    }

    private static Dictionary<string, string> Data(RefreshTokenFilter filter, int? revoked)
    {
        var data = new Dictionary<string, string>();
        foreach (var (name, value) in new[] { ("tokenId", filter.Id), ("userId", filter.UserId), ("applicationId", filter.ApplicationId) })
        {
            if (value is { } id)
            {
                data[name] = id.ToString();
            }
        }

        if (revoked is { } count)
        {
            data["tokens"] = count.ToString(CultureInfo.InvariantCulture);
        }

        return data;
    }
}
