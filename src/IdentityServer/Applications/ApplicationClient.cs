using System.Collections.Frozen;
using IdentityServer.Protocol;

namespace IdentityServer.Applications;

/// <summary>Translates an application's settings into what the protocol's rules ask for.</summary>
internal static class ApplicationClient
{
    public static ClientSettings Settings(Application application)
    {
        var oauth = application.Settings.OauthConfiguration;
        return new ClientSettings
        {
            ClientId = application.ClientId,
            IsPublic = IsPublic(application),
            RequirePkce = oauth.ProofKeyForCodeExchangePolicy switch
            {
                // What works with FusionAuth unchanged may know no PKCE; whoever asks for its habits gets this one too.
                null => oauth.ScopeHandlingPolicy is not ScopeHandlingPolicy.Compatibility,
                var policy => policy is ProofKeyForCodeExchangePolicy.Required,
            },
            RedirectUris = oauth.AuthorizedRedirectUrls,
            PostLogoutRedirectUris = PostLogoutRedirectUris(application),
            AllowedGrantTypes = oauth.EnabledGrants.ToFrozenSet(StringComparer.Ordinal),
            ScopesAllowed = Scopes.Standard.Concat(application.Scopes.Select(scope => scope.Name)).ToFrozenSet(StringComparer.Ordinal),
            UnknownScopePolicy = oauth.UnknownScopePolicy,
            AllowedResources = oauth.AuthorizedResourceUris,
        };
    }

    // Checked when they were stored; what can't be read verifies nothing.
    public static JsonWebKeySet PublicKeys(Application application) =>
        application.Settings.ClientMetadata.Jwks is { } jwks && JsonWebKeySet.Parse(jwks).Succeeded(out var keys, out _) ? keys : JsonWebKeySet.Empty;

    // RFC 6749 §2.1: a public client has no way to authenticate. Registered as such, or by the policy of the admin.
    private static bool IsPublic(Application application) =>
        application.Settings.ClientMetadata.TokenEndpointAuthMethod is { } method
            ? method == ClientAuthenticationMethods.None
            : application.Settings.OauthConfiguration.ClientAuthenticationPolicy is ClientAuthenticationPolicy.NotRequired;

    // OpenID's own registration, and FusionAuth's habit of allowing the redirect URIs and the logout URL.
    private static List<string> PostLogoutRedirectUris(Application application)
    {
        var oauth = application.Settings.OauthConfiguration;
        List<string> uris = [.. application.Settings.ClientMetadata.PostLogoutRedirectUris ?? [], .. oauth.AuthorizedRedirectUrls];
        if (oauth.LogoutUrl is { } logoutUrl)
        {
            uris.Add(logoutUrl);
        }

        return uris;
    }
}
