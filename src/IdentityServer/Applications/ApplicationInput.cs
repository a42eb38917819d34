namespace IdentityServer.Applications;

/// <summary>What an admin asks an application to be.</summary>
public sealed record ApplicationInput
{
    /// <summary>The name, unique in the tenant.</summary>
    public string? Name { get; init; }

    /// <summary>A <c>client_id</c> other than the id; counts at creation only.</summary>
    public string? ClientId { get; init; }

    /// <summary>A secret of the admin's choice; absent, one is made where the client needs one and has none.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>The settings.</summary>
    public required ApplicationSettings Settings { get; init; }

    /// <summary>The first roles; count at creation only.</summary>
    public IReadOnlyList<RoleInput> Roles { get; init; } = [];
}

/// <summary>What an admin asks a role to be.</summary>
public sealed record RoleInput(Guid? Id, string? Name, string? Description, bool IsDefault, bool IsSuperRole);

/// <summary>What an admin asks a scope to be.</summary>
public sealed record ScopeInput(
    string? Name, string? Description, string? DefaultConsentMessage, string? DefaultConsentDetail, bool Required, string Data);

/// <summary>An application after a change, and the secret if this change set one: it is not told again.</summary>
public sealed record ChangedApplication(StoredApplication Application, ApplicationSettings Settings, string? NewSecret);
