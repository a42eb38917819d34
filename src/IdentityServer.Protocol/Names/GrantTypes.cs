namespace IdentityServer.Protocol;

/// <summary>Values of <c>grant_type</c>.</summary>
public static class GrantTypes
{
    public const string AuthorizationCode = "authorization_code";
    public const string ClientCredentials = "client_credentials";
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";
    public const string Password = "password";
    public const string RefreshToken = "refresh_token";
}
