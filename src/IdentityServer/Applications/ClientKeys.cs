using System.Collections.Concurrent;
using IdentityServer.Outgoing;
using IdentityServer.Protocol;

namespace IdentityServer.Applications;

/// <summary>
/// The public keys of clients: those on record, or those that the client publishes at its <c>jwks_uri</c> (OpenID Connect
/// Core §10.1.1), fetched when they are needed and kept for a while.
/// </summary>
public sealed class ClientKeys(OutgoingHttp outgoing, TimeProvider clock)
{
    /// <summary>After this, keys are fetched again.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);

    /// <summary>Until then, keys serve on while the client's server can't be reached.</summary>
    private static readonly TimeSpan Usable = TimeSpan.FromHours(24);

    /// <summary>No address is asked more often, whatever is presented to us.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Published> known = new(StringComparer.Ordinal);

    /// <summary>The client's keys; none if they can't be had.</summary>
    public async ValueTask<JsonWebKeySet> GetAsync(Application application)
    {
        if (Find(application) is not { } published)
        {
            return application.PublicKeys;
        }

        if (published.Latest.At < clock.GetUtcNow() - Fresh)
        {
            await FetchAsync(published);
        }

        var latest = published.Latest;
        return latest.At >= clock.GetUtcNow() - Usable ? latest.Keys : JsonWebKeySet.Empty;
    }

    /// <summary>
    /// Newer keys, for a signature that the known ones do not verify: the client may have changed its keys. Null if there is no
    /// newer set, or it is too early to ask again.
    /// </summary>
    public async ValueTask<JsonWebKeySet?> RefreshAsync(Application application)
    {
        if (Find(application) is not { } published)
        {
            return null;
        }

        var before = published.Latest;
        await FetchAsync(published);
        return published.Latest == before ? null : published.Latest.Keys;
    }

    private Published? Find(Application application) =>
        application.Settings.ClientMetadata.JwksUri is { } address ? known.GetOrAdd(address, key => new Published(key)) : null;

    private async Task FetchAsync(Published published)
    {
        await published.Gate.WaitAsync();
        try
        {
            var now = clock.GetUtcNow();
            if (now < published.TriedAt + Pause)
            {
                return; // Somebody else asked while we waited, or a moment ago.
            }

            published.TriedAt = now;
            if (await outgoing.GetAsync(published.Address) is { } document && JsonWebKeySet.Parse(document).Succeeded(out var keys, out _))
            {
                published.Latest = new Fetched(keys, now);
            }
        }
        finally
        {
            published.Gate.Release();
        }
    }

    private sealed record Fetched(JsonWebKeySet Keys, DateTimeOffset At);

    private sealed class Published(string address)
    {
        private volatile Fetched latest = new(JsonWebKeySet.Empty, DateTimeOffset.MinValue);

        public string Address { get; } = address;

        public SemaphoreSlim Gate { get; } = new(1, 1);

        public Fetched Latest
        {
            get => latest;
            set => latest = value;
        }

        /// <summary>Read and written inside the gate.</summary>
        public DateTimeOffset TriedAt { get; set; } = DateTimeOffset.MinValue;
    }
}
