using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityServer.Applications;

/// <summary>
/// What an admin sets on an application, in FusionAuth's names, which are also the management API's. Sections and members that
/// this server does not act on are kept as they came in <c>Others</c> and returned unchanged.
/// </summary>
public sealed record ApplicationSettings
{
    /// <summary>How settings are written to the database and read back.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(allowIntegerValues: false) },
        MaxDepth = 32,
    };

    /// <summary>OAuth settings.</summary>
    public OauthConfiguration OauthConfiguration { get; init; } = new();

    /// <summary>Self-registration.</summary>
    public RegistrationConfiguration RegistrationConfiguration { get; init; } = new();

    /// <summary>Which forms edit what belongs to this application.</summary>
    public FormConfiguration? FormConfiguration { get; init; }

    /// <summary>Passkeys. Null, not set: people may use them.</summary>
    public WebAuthnConfiguration? WebAuthnConfiguration { get; init; }

    /// <summary>What people may do whose e-mail address is not proven. Null, not set: all.</summary>
    public UnverifiedConfiguration? Unverified { get; init; }

    /// <summary>Whether a sign-in by the management API tells that a registration is not proven. Null, not set: no.</summary>
    public bool? VerifyRegistration { get; init; }

    /// <summary>How people prove address and registration where the application has pages of its own. Null, not set: by a link.</summary>
    public VerificationStrategy? VerificationStrategy { get; init; }

    /// <summary>Token lifetimes and keys.</summary>
    public JwtConfiguration JwtConfiguration { get; init; } = new();

    /// <summary>Sign-in by mail.</summary>
    public PasswordlessConfiguration PasswordlessConfiguration { get; init; } = new();

    /// <summary>Sign-in by the management API.</summary>
    public LoginConfiguration LoginConfiguration { get; init; } = new();

    /// <summary>Second factors.</summary>
    public MultiFactorConfiguration MultiFactorConfiguration { get; init; } = new();

    /// <summary>How long a sign-in counts here. Null, not set: as long as it lasts.</summary>
    public SessionConfiguration? SessionConfiguration { get; init; }

    /// <summary>What FusionAuth's shape cannot say, in the names of RFC 7591 and OpenID Connect registration.</summary>
    public ClientMetadata ClientMetadata { get; init; } = new();

    /// <summary>Free data.</summary>
    public Dictionary<string, JsonElement> Data { get; init; } = [];

    /// <summary>Sections that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}

/// <summary>Section <c>formConfiguration</c>.</summary>
public sealed record FormConfiguration
{
    /// <summary>The form by which admins edit a registration.</summary>
    public Guid? AdminRegistrationFormId { get; init; }

    /// <summary>The form by which people edit their own profile.</summary>
    public Guid? SelfServiceFormId { get; init; }

    /// <summary>Members that this server stores and returns without acting on them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }
}
