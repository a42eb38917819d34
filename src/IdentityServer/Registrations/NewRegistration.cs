namespace IdentityServer.Registrations;

/// <summary>What can be said about a registration when one is created or changed.</summary>
public record RegistrationDetails
{
    /// <summary>Names of the application's roles. Null on creation: the application's default roles.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>A display name in this application.</summary>
    public string? Username { get; init; }

    /// <summary>Free data as a JSON object.</summary>
    public string Data { get; init; } = "{}";

    /// <summary>An IANA time zone.</summary>
    public string? Timezone { get; init; }

    /// <summary>Languages in order of preference.</summary>
    public IReadOnlyList<string> PreferredLanguages { get; init; } = [];

    /// <summary>What is said about this registration now.</summary>
    public static RegistrationDetails Of(Registration registration) => new()
    {
        Roles = registration.Roles,
        Username = registration.Username,
        Data = registration.Data,
        Timezone = registration.Timezone,
        PreferredLanguages = registration.PreferredLanguages,
    };

    /// <summary>Writes the details, already checked, to the registration.</summary>
    internal void ApplyTo(Registration registration, IReadOnlyList<string> defaultRoles)
    {
        registration.Roles = [.. (Roles ?? defaultRoles).Distinct(StringComparer.Ordinal)];
        registration.Username = string.IsNullOrWhiteSpace(Username) ? null : Username.Trim();
        registration.Data = Data;
        registration.Timezone = string.IsNullOrWhiteSpace(Timezone) ? null : Timezone.Trim();
        registration.PreferredLanguages = [.. PreferredLanguages];
    }
}

/// <summary>A registration to be created.</summary>
public sealed record NewRegistration : RegistrationDetails
{
    /// <summary>A registration about which nothing is said yet.</summary>
    public NewRegistration()
    {
    }

    /// <summary>A registration about which this is said.</summary>
    public NewRegistration(RegistrationDetails details)
        : base(details)
    {
    }

    /// <summary>The application.</summary>
    public required Guid ApplicationId { get; init; }

    /// <summary>An id of the caller's choice; left out, a random one.</summary>
    public Guid? Id { get; init; }

    /// <summary>Whether the registration counts as verified.</summary>
    public bool Verified { get; init; }
}
