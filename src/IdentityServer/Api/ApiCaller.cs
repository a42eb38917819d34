using IdentityServer.ApiKeys;

namespace IdentityServer.Api;

/// <summary>Who calls the management API, and what they may do.</summary>
internal sealed record ApiCaller(string Actor, ApiKeyPermissions Permissions, bool KeyManager)
{
    /// <summary>The server itself, which carries out a kickstart file. Set on a request that never came over the network.</summary>
    public static readonly ApiCaller Kickstart = new("kickstart", ApiKeyPermissions.All, KeyManager: true);

    /// <summary>Somebody without a key, at a call that needs none.</summary>
    public static readonly ApiCaller Nobody = new("nobody", ApiKeyPermissions.None, KeyManager: false);

    /// <summary>Whether the caller has no key.</summary>
    public bool IsNobody => ReferenceEquals(this, Nobody);

    /// <summary>
    /// Whether the caller may touch what administers this server: the admin application, its registrations, and the people in it.
    /// Only a key that may do everything, or a limited key could make its holder an administrator.
    /// </summary>
    public bool MayTouchAdministration => Permissions.AllowsEverything;

    /// <summary>The holder of a key.</summary>
    public static ApiCaller Holding(KnownApiKey key) => new(key.Id.ToString(), key.Permissions, key.KeyManager);
}
