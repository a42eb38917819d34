using System.Collections.Frozen;

namespace IdentityServer.Protocol;

/// <summary>Which claims about the user a client may read (OpenID Connect Core §5.4, §5.5).</summary>
public static class ClaimsByScope
{
    private static readonly FrozenDictionary<string, string[]> Released = new Dictionary<string, string[]>
    {
        [Scopes.Profile] =
        [
            Claims.Name, Claims.FamilyName, Claims.GivenName, Claims.MiddleName, Claims.Nickname, Claims.PreferredUsername, Claims.Profile,
            Claims.Picture, Claims.Website, Claims.Gender, Claims.Birthdate, Claims.ZoneInfo, Claims.Locale, Claims.UpdatedAt,
        ],
        [Scopes.Email] = [Claims.Email, Claims.EmailVerified],
        [Scopes.Address] = [Claims.Address],
        [Scopes.Phone] = [Claims.PhoneNumber, Claims.PhoneNumberVerified],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every claim that a scope can release; the <c>claims</c> parameter can ask for no other.</summary>
    public static IReadOnlySet<string> All { get; } = Released.Values.SelectMany(names => names).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>
    /// The names that the granted scopes release, and those that the <c>claims</c> parameter asks for one by one
    /// (<see cref="ClaimsRequest.UserInfo"/> or <see cref="ClaimsRequest.IdToken"/>, whichever is being answered).
    /// </summary>
    public static IReadOnlySet<string> Select(ScopeSet scope, IReadOnlyDictionary<string, ClaimRequest> requested)
    {
        var names = new HashSet<string>(requested.Keys.Where(All.Contains), StringComparer.Ordinal);
        foreach (var name in scope)
            names.UnionWith(Released.GetValueOrDefault(name, []));
        return names;
    }
}
