using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityServer.Applications;

/// <summary>Section <c>unverified</c>.</summary>
public sealed record UnverifiedConfiguration
{
    /// <summary>What people may do whose e-mail address is not proven.</summary>
    public UnverifiedBehavior Behavior { get; init; }

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>Values of <c>verificationStrategy</c>.</summary>
public enum VerificationStrategy
{
    /// <summary>They open the link in the mail.</summary>
    ClickableLink,

    /// <summary>They type the code in the mail into a page of the application, which got the id that belongs to it.</summary>
    FormField,
}

/// <summary>Values of <c>unverified.behavior</c>.</summary>
public enum UnverifiedBehavior
{
    /// <summary>All.</summary>
    Allow,

    /// <summary>Sign in only after proving it; who is signed in already stays.</summary>
    Gated,

    /// <summary>The same, and tokens that they have are refreshed, and answered, only after proving it. Not one of FusionAuth's values.</summary>
    GatedTokens,
}
