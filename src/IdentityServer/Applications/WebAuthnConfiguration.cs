using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityServer.Applications;

/// <summary>Section <c>webAuthnConfiguration</c>.</summary>
public sealed record WebAuthnConfiguration
{
    /// <summary>Whether people may sign in with a passkey.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Passkeys instead of a password. Null, not set: yes.</summary>
    public WebAuthnWorkflow? BootstrapWorkflow { get; init; }

    /// <summary>Passkeys for whoever signed in before in this browser. Null, not set: yes.</summary>
    public WebAuthnWorkflow? ReauthenticationWorkflow { get; init; }

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>One use of passkeys.</summary>
/// <param name="Enabled">Whether it is allowed.</param>
public sealed record WebAuthnWorkflow(bool Enabled);
