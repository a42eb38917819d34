using IdentityServer.Applications;
using IdentityServer.Authorizations;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Tokens;

/// <summary>What a grant proved that the client may have; the issuer makes tokens of it, the same way for all grants.</summary>
internal sealed record GrantedAccess
{
    /// <summary>The client.</summary>
    public required Application Application { get; init; }

    /// <summary>The scopes of this access token.</summary>
    public required ScopeSet Scopes { get; init; }

    /// <summary>The resources of this access token; none means the client itself.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [];

    /// <summary>What FusionAuth calls the way in: <c>PASSWORD</c>, <c>REFRESH_TOKEN</c>.</summary>
    public string? AuthenticationType { get; init; }

    /// <summary>The person, if there is one.</summary>
    public User? User { get; init; }

    /// <summary>What the person is in the application.</summary>
    public Registration? Registration { get; init; }

    /// <summary>What stands behind the tokens; null with client_credentials.</summary>
    public Authorization? Authorization { get; init; }

    /// <summary>The refresh token that goes with it, if any.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>The longest life of the access token, where that is less than the application's.</summary>
    public TimeSpan? MaxLifetime { get; init; }

    /// <summary>The <c>nonce</c> of the authorization request; not repeated on refresh (OpenID Connect Core §12.2).</summary>
    public string? Nonce { get; init; }
}
