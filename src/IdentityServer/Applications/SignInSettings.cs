using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityServer.Applications;

/// <summary>Section <c>loginConfiguration</c>: sign-in by the management API, without our pages.</summary>
public sealed record LoginConfiguration
{
    /// <summary>Whether <c>/api/login</c> asks for an API key.</summary>
    public bool RequireAuthentication { get; init; } = true;

    /// <summary>Whether a sign-in by the API gives a refresh token to people who are registered.</summary>
    public bool GenerateRefreshTokens { get; init; }

    /// <summary>Whether <c>/api/jwt/refresh</c> takes them.</summary>
    public bool AllowTokenRefresh { get; init; }
}

/// <summary>Section <c>multiFactorConfiguration</c>.</summary>
public sealed record MultiFactorConfiguration
{
    /// <summary>Who is asked for a second factor. Null, not set: those who have one.</summary>
    public MultiFactorLoginPolicy? LoginPolicy { get; init; }

    /// <summary>Where a browser must have become trusted to count as such here. Null, not set: anywhere.</summary>
    public MultiFactorTrustPolicy? TrustPolicy { get; init; }

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>Values of <c>multiFactorConfiguration.loginPolicy</c>.</summary>
public enum MultiFactorLoginPolicy
{
    /// <summary>Those who have a second factor are asked for it.</summary>
    Enabled,

    /// <summary>Nobody is asked, unless the request itself wants it.</summary>
    Disabled,

    /// <summary>Everybody is; who has none sets one up first.</summary>
    Required,
}

/// <summary>Values of <c>multiFactorConfiguration.trustPolicy</c>.</summary>
public enum MultiFactorTrustPolicy
{
    /// <summary>A browser that is trusted by the server as a whole is trusted here.</summary>
    Any,

    /// <summary>Only a browser that became trusted in this very application.</summary>
    This,

    /// <summary>None is.</summary>
    None,
}
