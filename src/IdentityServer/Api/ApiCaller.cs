using IdentityServer.ApiKeys;
using IdentityServer.Audit;
using IdentityServer.Tokens;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>Who calls the management API, and what they may do.</summary>
internal sealed record ApiCaller(string Actor, ApiKeyPermissions Permissions, bool KeyManager)
{
    /// <summary>The server itself, which carries out a kickstart file. Set on a request that never came over the network.</summary>
    public static readonly ApiCaller Kickstart = new("kickstart", ApiKeyPermissions.All, KeyManager: true);

    /// <summary>Somebody without a key, at a call that needs none.</summary>
    public static readonly ApiCaller Nobody = new("nobody", ApiKeyPermissions.None, KeyManager: false);

    /// <summary>Whether the caller has no key, and no token either.</summary>
    public bool IsNobody => ReferenceEquals(this, Nobody);

    /// <summary>The access token by which a person calls about their own account; null: it is a key, or nobody.</summary>
    public LiveAccessToken? Token { get; private init; }

    /// <summary>Who calls about their own account.</summary>
    public User? Self => Token?.User;

    /// <summary>
    /// Whether the caller may touch what administers this server: the admin application, its registrations, and the people in it.
    /// Only a key that may do everything, or a limited key could make its holder an administrator.
    /// </summary>
    public bool MayTouchAdministration => Permissions.AllowsEverything;

    /// <summary>Who shows an access token. They hold no key, so no call but those about their own account knows them.</summary>
    public static ApiCaller Person(LiveAccessToken token) =>
        new(token.User is { } user ? AuditLog.User(user.Id) : token.Claims.Subject, ApiKeyPermissions.None, KeyManager: false) { Token = token };

    /// <summary>The holder of a key.</summary>
    public static ApiCaller Holding(KnownApiKey key) => new(key.Id.ToString(), key.Permissions, key.KeyManager);
}
