namespace IdentityServer.Protocol;

public sealed partial record OAuthError
{
    /// <summary>OpenID Connect RP-Initiated Logout 1.0 §3.</summary>
    public static readonly OAuthError UnregisteredPostLogoutRedirectUri = Invalid(
        Parameters.PostLogoutRedirectUri, "The post_logout_redirect_uri is not one of those registered for this application.");
}
