using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tenants;

/// <summary>The tenant, in memory.</summary>
public sealed class TenantCatalog(Database database, TimeProvider clock) : ICatalog
{
    private const string DefaultName = "Default";

    private volatile Tenant? current;

    /// <summary>The one tenant.</summary>
    public Tenant Default => current ?? throw new InvalidOperationException("The tenant is read before the server has started.");

    /// <inheritdoc/>
    public async Task LoadAsync(CancellationToken cancellation) =>
        current = await database.ReadAsync((db, token) => db.Tenants.FirstOrDefaultAsync(token), cancellation);

    /// <summary>Makes the default tenant if the database is new.</summary>
    public Task EnsureDefaultAsync(CancellationToken cancellation) =>
        database.WriteAsync(
            async (db, token) =>
            {
                if (!await db.Tenants.AnyAsync(token))
                {
                    await CatalogVersion.BumpAsync(db, token); // From here on another node that starts in the same moment waits.
                    if (!await db.Tenants.AnyAsync(token))
                    {
                        db.Tenants.Add(new Tenant { Id = DefaultId, Name = DefaultName, CreatedAt = clock.GetUtcNow() });
                    }
                }
            },
            cancellation);

    // Fixed, so that two nodes that start at once on an empty database can't make two tenants: the second insert is refused.
    private static readonly Guid DefaultId = new("0197a0c0-0000-7000-8000-000000000001");
}
