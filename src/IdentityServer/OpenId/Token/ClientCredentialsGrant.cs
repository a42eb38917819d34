using IdentityServer.Protocol;
using IdentityServer.Tokens;

namespace IdentityServer.OpenId;

/// <summary>grant_type=client_credentials (RFC 6749 §4.4): no person, no scopes about people, nothing stored.</summary>
internal static class ClientCredentialsGrant
{
    /// <summary>Access for the client itself.</summary>
    public static OAuthResult<GrantedAccess> Redeem(TokenRequest request, RequestingClient client)
    {
        // RFC 6749 §4.4: must only be used by confidential clients.
        var application = client.Application;
        if (!client.Proven)
        {
            return OAuthError.GrantTypeDisabled.Because("a public client has no credentials");
        }

        var requested = request.Scope ?? ScopeSet.Empty;
        if (requested.Any(Scopes.Standard.Contains) || application.Client.CheckScope(requested) is not null)
        {
            return OAuthError.UnknownScope.Because("scopes about people are for people");
        }

        if (GrantedResources.Narrow(request.Resources, null, application).Failed(out var error, out var resources))
        {
            return error;
        }

        return new GrantedAccess { Application = application, Scopes = application.Client.NarrowScope(requested), Resources = resources };
    }
}
