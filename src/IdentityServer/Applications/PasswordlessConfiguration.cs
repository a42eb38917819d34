using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityServer.Applications;

/// <summary>Section <c>passwordlessConfiguration</c>.</summary>
public sealed record PasswordlessConfiguration
{
    /// <summary>Whether people may sign in by a mailed link or code.</summary>
    public bool Enabled { get; init; }

    /// <summary>Whether they may sign in with a password, too. Counts where <see cref="Enabled"/> is true.</summary>
    public bool AllowPassword { get; init; } = true;

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}
