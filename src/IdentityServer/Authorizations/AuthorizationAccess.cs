using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Authorizations;

/// <summary>Revokes a person's authorizations, and with them every token that came of them.</summary>
internal sealed class AuthorizationAccess : IUserAccess
{
    /// <inheritdoc/>
    public Task EndAsync(ServerDbContext db, Guid userId, Guid? applicationId, DateTimeOffset now, CancellationToken cancellation) =>
        RevokeAsync(
            db.Authorizations.Where(row => row.UserId == userId && (applicationId == null || row.ApplicationId == applicationId)),
            cancellation);

    /// <summary>Revokes what came of a session that ends.</summary>
    public static Task RevokeOfSessionAsync(ServerDbContext db, Guid sessionId, CancellationToken cancellation) =>
        RevokeAsync(db.Authorizations.Where(row => row.SessionId == sessionId), cancellation);

    /// <summary>Revokes what a person allowed one application in a session, whether or not that is live.</summary>
    public static Task RevokeAsync(ServerDbContext db, Guid userId, Guid applicationId, Guid sessionId, CancellationToken cancellation) =>
        RevokeAsync(db.Authorizations.Where(row => row.UserId == userId && row.ApplicationId == applicationId && row.SessionId == sessionId), cancellation);

    /// <summary>Revokes all that a person allowed, except in the session that goes on.</summary>
    public static Task RevokeOfOtherSessionsAsync(ServerDbContext db, Guid userId, Guid kept, CancellationToken cancellation) =>
        RevokeAsync(db.Authorizations.Where(row => row.UserId == userId && (row.SessionId == null || row.SessionId != kept)), cancellation);

    /// <summary>Hands the authorizations of a session over to the one that takes its place in the same browser.</summary>
    public static Task MoveToSessionAsync(ServerDbContext db, Guid from, Guid to, CancellationToken cancellation) =>
        db.Authorizations.Where(row => row.SessionId == from).ExecuteUpdateAsync(set => set.SetProperty(row => row.SessionId, to), cancellation);

    private static Task<int> RevokeAsync(IQueryable<Authorization> rows, CancellationToken cancellation) =>
        rows.Where(row => row.Status == AuthorizationStatus.Valid)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Status, AuthorizationStatus.Revoked), cancellation);
}
