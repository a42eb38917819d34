using IdentityServer.Data;

namespace IdentityServer.Links;

/// <summary>Deletes links that have expired, spent or not.</summary>
internal sealed class ExpiredLinks : IExpiring
{
    /// <inheritdoc/>
    public Task<int> PruneAsync(ExpiredRows expired, DateTimeOffset due, CancellationToken cancellation) =>
        expired.DeleteAsync(db => db.Links, row => row.ExpiresAt < due, row => row.Id, cancellation);
}
