using IdentityServer.Users;

namespace IdentityServer.Registrations;

/// <summary>A person to be taken over from another system, with their registrations and what is known of their past.</summary>
public sealed record ImportedUser(UserDetails Details)
{
    /// <summary>An id of the caller's choice; null, a random one.</summary>
    public Guid? Id { get; init; }

    /// <summary>Whether the person may sign in.</summary>
    public bool Active { get; init; }

    /// <summary>Whether the e-mail address counts as proven.</summary>
    public bool Verified { get; init; }

    /// <summary>The password's hash, as the other system had it.</summary>
    public ImportedHash? Hash { get; init; }

    /// <summary>The password itself, where there is no hash. Hashing takes its time: <see cref="PeopleImport.MaxPasswords"/>.</summary>
    public string? Password { get; init; }

    /// <summary>When the password was set.</summary>
    public DateTimeOffset? PasswordChangedAt { get; init; }

    /// <summary>Since when there is the person.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Where the person is registered.</summary>
    public IReadOnlyList<NewRegistration> Registrations { get; init; } = [];
}

/// <summary>What an import comes to: rows, checked as far as that is possible without the database.</summary>
/// <param name="Users">The people, in the order they came.</param>
/// <param name="Registrations">Their registrations.</param>
public sealed record PreparedImport(IReadOnlyList<User> Users, IReadOnlyList<Registration> Registrations);
