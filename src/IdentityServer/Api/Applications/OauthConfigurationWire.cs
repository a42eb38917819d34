using IdentityServer.Applications;
using IdentityServer.Protocol;

namespace IdentityServer.Api;

/// <summary>Section <c>oauthConfiguration</c> of an application, as it is read.</summary>
internal static class OauthConfigurationWire
{
    /// <summary>Reads the section; where it names no policy, the registered <paramref name="method"/> of client authentication decides.</summary>
    public static OauthConfiguration Read(JsonFields fields, string? method)
    {
        var defaults = new OauthConfiguration();
        return new()
        {
            AuthorizedRedirectUrls = fields.Texts("authorizedRedirectURLs") ?? defaults.AuthorizedRedirectUrls,
            AuthorizedOriginUrls = fields.Texts("authorizedOriginURLs") ?? defaults.AuthorizedOriginUrls,
            LogoutUrl = fields.Text("logoutURL", 2048),
            EnabledGrants = [.. (fields.Texts("enabledGrants") ?? defaults.EnabledGrants).Distinct(StringComparer.Ordinal)],
            GenerateRefreshTokens = fields.Flag("generateRefreshTokens", defaults.GenerateRefreshTokens),
            ClientAuthenticationPolicy = fields.Choice<ClientAuthenticationPolicy>("clientAuthenticationPolicy") ?? ImpliedPolicy(fields, method),
            ProofKeyForCodeExchangePolicy = fields.Choice<ProofKeyForCodeExchangePolicy>("proofKeyForCodeExchangePolicy"),
            RequireRegistration = fields.Flag("requireRegistration", defaults.RequireRegistration),
            ScopeHandlingPolicy = fields.Choice<ScopeHandlingPolicy>("scopeHandlingPolicy") ?? defaults.ScopeHandlingPolicy,
            UnknownScopePolicy = fields.Choice<UnknownScopePolicy>("unknownScopePolicy") ?? defaults.UnknownScopePolicy,
            Relationship = fields.Choice<Relationship>("relationship") ?? defaults.Relationship,
            ConsentMode = fields.Choice<ConsentMode>("consentMode"),
            AuthorizedResourceUris = fields.Texts("authorizedResourceUris") ?? defaults.AuthorizedResourceUris,
            Others = fields.Others(["authorizedURLValidationPolicy", "logoutBehavior", "providedScopePolicy", "deviceVerificationURL", "debug"]),
        };
    }

    // requireClientAuthentication is the old mirror of the policy.
    private static ClientAuthenticationPolicy ImpliedPolicy(JsonFields fields, string? method) =>
        method == "none" || fields.OptionalFlag("requireClientAuthentication") == false
            ? ClientAuthenticationPolicy.NotRequired
            : ClientAuthenticationPolicy.Required;
}
