using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityServer.Applications;

/// <summary>Section <c>jwtConfiguration</c>.</summary>
public sealed record JwtConfiguration
{
    /// <summary>Whether this section counts; the defaults do otherwise.</summary>
    public bool Enabled { get; init; }

    /// <summary>Life of an access and ID token, in seconds.</summary>
    public int TimeToLiveInSeconds { get; init; } = 3600;

    /// <summary>Absolute life of a refresh token and its successors, in minutes.</summary>
    public int RefreshTokenTimeToLiveInMinutes { get; init; } = 43200;

    /// <summary>The key that signs access tokens; null, those that the server makes by itself.</summary>
    public Guid? AccessTokenKeyId { get; init; }

    /// <summary>The key that signs ID tokens; null, those that the server makes by itself.</summary>
    public Guid? IdTokenKeyId { get; init; }

    /// <summary>Whether refresh tokens rotate. Null, not set: they do.</summary>
    public RefreshTokenUsagePolicy? RefreshTokenUsagePolicy { get; init; }

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>Values of <c>refreshTokenUsagePolicy</c>.</summary>
public enum RefreshTokenUsagePolicy
{
    /// <summary>The same refresh token works until it expires.</summary>
    Reusable,

    /// <summary>Each use gives a new refresh token and ends the old one.</summary>
    OneTimeUse,
}
