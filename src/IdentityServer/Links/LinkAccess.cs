using IdentityServer.Data;
using IdentityServer.Users;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Links;

/// <summary>When a person's access ends, because they were shut out or their password was changed, so does what was mailed to them before.</summary>
internal sealed class LinkAccess : IUserAccess
{
    /// <inheritdoc/>
    public Task EndAsync(ServerDbContext db, Guid userId, Guid? applicationId, DateTimeOffset now, CancellationToken cancellation) =>
        db.Links.Where(row => row.UserId == userId && row.SpentAt == null && (applicationId == null || row.ApplicationId == applicationId))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.SpentAt, now), cancellation);
}
