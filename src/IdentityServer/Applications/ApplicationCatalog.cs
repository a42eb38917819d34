using System.Collections.Frozen;
using IdentityServer.Data;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Applications;

/// <summary>All applications, in memory. Reloaded when <see cref="CatalogVersion"/> says that they changed.</summary>
public sealed class ApplicationCatalog(Database database) : ICatalog
{
    private volatile Snapshot current = new([]);

    /// <summary>The application with this <c>client_id</c>, active or not.</summary>
    public Application? Find(string clientId) => current.ByClientId.GetValueOrDefault(clientId);

    /// <summary>The application with this id, active or not.</summary>
    public Application? Find(Guid id) => current.ById.GetValueOrDefault(id);

    /// <summary>Whether some active application registered this origin for calls from a browser.</summary>
    public bool IsAllowedOrigin(string origin) => current.Origins.Contains(origin);

    /// <summary>Every application.</summary>
    public IEnumerable<Application> All => current.ById.Values;

    /// <inheritdoc/>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var stored = await database.ReadAsync(
            (db, token) => db.Applications
                .Include(row => row.Roles).Include(row => row.Scopes).Include(row => row.Secrets)
                .AsSplitQuery()
                .ToListAsync(token),
            cancellation);
        current = new Snapshot([.. stored.Select(row => new Application(row))]);
    }

    private sealed class Snapshot(Application[] applications)
    {
        public FrozenDictionary<string, Application> ByClientId { get; } =
            applications.ToFrozenDictionary(application => application.ClientId, StringComparer.Ordinal);

        public FrozenDictionary<Guid, Application> ById { get; } = applications.ToFrozenDictionary(application => application.Id);

        public FrozenSet<string> Origins { get; } = applications
            .Where(application => application.Active)
            .SelectMany(application => application.Settings.OauthConfiguration.AuthorizedOriginUrls)
            .ToFrozenSet(StringComparer.Ordinal);
    }
}
