using IdentityServer.Data;

namespace IdentityServer.Users;

/// <summary>
/// Access that was given to a person (sessions, authorizations) and must end with the reason for it. Rooms that give access
/// implement this, so that <see cref="People"/> can end it all without knowing who gave it.
/// </summary>
public interface IUserAccess
{
    /// <summary>Ends, in the caller's transaction, the person's access to one application, or to everything.</summary>
    Task EndAsync(ServerDbContext db, Guid userId, Guid? applicationId, DateTimeOffset now, CancellationToken cancellation);
}
