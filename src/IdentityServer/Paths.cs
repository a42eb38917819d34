namespace IdentityServer;

/// <summary>Every URL that the server answers outside the management API.</summary>
public static class Paths
{
    /// <summary>OpenID Connect Discovery §4.</summary>
    public const string OpenIdConfiguration = "/.well-known/openid-configuration";

    /// <summary>RFC 8414 §3.</summary>
    public const string AuthorizationServerMetadata = "/.well-known/oauth-authorization-server";

    /// <summary>The key set (RFC 7517 §5).</summary>
    public const string Jwks = "/.well-known/jwks.json";

    /// <summary>RFC 6749 §3.1.</summary>
    public const string Authorize = "/oauth2/authorize";

    /// <summary>The authorization endpoint, entered through self-registration.</summary>
    public const string Register = "/oauth2/register";

    /// <summary>RFC 6749 §3.2.</summary>
    public const string Token = "/oauth2/token";

    /// <summary>OpenID Connect Core §5.3.</summary>
    public const string UserInfo = "/oauth2/userinfo";

    /// <summary>RFC 7662 §2.</summary>
    public const string Introspect = "/oauth2/introspect";

    /// <summary>RFC 7009 §2.</summary>
    public const string Revoke = "/oauth2/revoke";

    /// <summary>OpenID Connect RP-Initiated Logout §2.</summary>
    public const string Logout = "/oauth2/logout";

    /// <summary>Creates the first administrator, while there is none.</summary>
    public const string Setup = "/setup";

    /// <summary>The account of the person who is signed in: where its pages begin.</summary>
    public const string Account = "/account";

    /// <summary>Leads to the choice among the accounts of the browser, and back to the account's pages.</summary>
    public const string AccountSwitch = "/account/switch";

    /// <summary>Where the authorization endpoint answers the account pages.</summary>
    public const string AccountSignedIn = "/account/signed-in";

    /// <summary>What is known of the person who is signed in, to see and to change.</summary>
    public const string Profile = "/account/profile";

    /// <summary>The second factors of the person who is signed in, and the browsers they trust.</summary>
    public const string TwoFactor = "/account/two-factor";

    /// <summary>The passkeys of the person who is signed in.</summary>
    public const string Passkeys = "/account/passkeys";

    /// <summary>A link that was mailed; its secret follows.</summary>
    public const string Link = "/link";

    /// <summary>Where the browser that asked for a mail waits; the link's id follows.</summary>
    public const string Waiting = "/waiting";

    /// <summary>Asks for a mail with a link for a new password; the query is the authorize request to come back to.</summary>
    public const string ForgotPassword = "/password/forgot";

    /// <summary>Takes the new password; the link's id follows.</summary>
    public const string NewPassword = "/password/new";

    /// <summary>A person's own e-mail address.</summary>
    public const string AccountEmail = "/account/email";

    /// <summary>The mails of a development server.</summary>
    public const string DevMail = "/dev/mail";

    /// <summary>A new password, or the first.</summary>
    public const string AccountPassword = "/account/password";

    /// <summary>Where the person is signed in.</summary>
    public const string AccountSessions = "/account/sessions";

    /// <summary>Which applications may see what.</summary>
    public const string AccountApplications = "/account/applications";

    /// <summary>Everything that is stored about the person, to take along.</summary>
    public const string AccountData = "/account/data";

    /// <summary>The end of the account.</summary>
    public const string AccountDelete = "/account/delete";

    /// <summary>The front page.</summary>
    public const string Home = "/";
}
