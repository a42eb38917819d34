namespace IdentityServer.Protocol;

/// <summary>The scopes of OpenID Connect Core §3.1.2.1, §5.4 and §11.</summary>
public static class Scopes
{
    public const string Address = "address";
    public const string Email = "email";
    public const string OfflineAccess = "offline_access";
    public const string OpenId = "openid";
    public const string Phone = "phone";
    public const string Profile = "profile";

    /// <summary>Those every application has without defining them.</summary>
    public static IReadOnlyList<string> Standard { get; } = [OpenId, Profile, Email, Phone, Address, OfflineAccess];
}
