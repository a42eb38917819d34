using System.Collections.Frozen;

namespace IdentityServer.Protocol;

/// <summary>What happens to a scope that a client may not have.</summary>
public enum UnknownScopePolicy
{
    /// <summary>The request is refused.</summary>
    Reject,

    /// <summary>It is granted all the same.</summary>
    Allow,

    /// <summary>It is left out of what is granted (RFC 6749 §3.3 permits it).</summary>
    Remove,
}

/// <summary>What the rules need to know of a registered client.</summary>
public sealed record ClientSettings
{
    public required string ClientId { get; init; }

    /// <summary>A client that can keep no secret (RFC 6749 §2.1); PKCE is not negotiable for it.</summary>
    public bool IsPublic { get; init; }

    public bool RequirePkce { get; init; } = true;
    public IReadOnlyList<string> RedirectUris { get; init; } = [];
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];
    public IReadOnlySet<string> AllowedGrantTypes { get; init; } = FrozenSet<string>.Empty;
    public IReadOnlySet<string> ScopesAllowed { get; init; } = FrozenSet<string>.Empty;
    public UnknownScopePolicy UnknownScopePolicy { get; init; }

    /// <summary>Resources that tokens may be asked for (RFC 8707); with none listed, the parameter is ignored.</summary>
    public IReadOnlyList<string> AllowedResources { get; init; } = [];

    /// <summary>RFC 6749 §3.3: whether a request for these scopes may go on.</summary>
    public OAuthError? CheckScope(ScopeSet requested) =>
        UnknownScopePolicy == UnknownScopePolicy.Reject && !requested.All(ScopesAllowed.Contains) ? OAuthError.UnknownScope : null;

    /// <summary>What remains of the requested scopes once the policy has been applied.</summary>
    public ScopeSet NarrowScope(ScopeSet requested) =>
        UnknownScopePolicy == UnknownScopePolicy.Allow ? requested : requested.Only(ScopesAllowed.Contains);

    /// <summary>RFC 8707 §2: an absolute URI without fragment, and one of those listed.</summary>
    public OAuthError? CheckResources(IReadOnlyList<string> requested) =>
        !requested.All(IsResource) ? OAuthError.MalformedResource
        : AllowedResources.Count > 0 && !requested.All(AllowedResources.Contains) ? OAuthError.UnknownResource
        : null;

    /// <summary>The resources that become the audience; none means the client itself.</summary>
    public IReadOnlyList<string> NarrowResources(IReadOnlyList<string> requested) =>
        [.. requested.Where(AllowedResources.Contains).Distinct(StringComparer.Ordinal)];

    private static bool IsResource(string text) =>
        !text.Contains('#', StringComparison.Ordinal) && text.Contains(':', StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out _);
}
