using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>Something small and hot that is served from memory and loaded as a whole.</summary>
public interface ICatalog
{
    /// <summary>Loads the current state from the database and puts it in place of the old.</summary>
    Task LoadAsync(CancellationToken cancellation);
}

/// <summary>
/// Counts the changes to what catalogs hold. A write that changes an application, key, scope or API key calls
/// <see cref="BumpAsync"/> in its transaction; <see cref="CatalogRefresh"/> reloads where the number moved.
/// </summary>
public static class CatalogVersion
{
    private const string Name = "catalog";

    /// <summary>Says, in the transaction of the change, that catalogs must be loaded again.</summary>
    public static async Task BumpAsync(ServerDbContext db, CancellationToken cancellation)
    {
        await Marker.CountAsync(db, Name, cancellation);
        if (db.Database.IsNpgsql())
        {
            await db.Database.ExecuteSqlRawAsync("NOTIFY " + CatalogRefresh.Channel, cancellation);
        }
    }

    /// <summary>The number now.</summary>
    public static Task<long> ReadAsync(ServerDbContext db, CancellationToken cancellation) =>
        db.Markers.Where(marker => marker.Name == Name).Select(marker => marker.Value).FirstOrDefaultAsync(cancellation);
}
