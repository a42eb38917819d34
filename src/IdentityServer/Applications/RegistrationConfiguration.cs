using System.Text.Json.Serialization;

namespace IdentityServer.Applications;

/// <summary>Section <c>registrationConfiguration</c>.</summary>
public sealed record RegistrationConfiguration
{
    /// <summary>Whether people may register themselves.</summary>
    public bool Enabled { get; init; }

    /// <summary>Whether by a form of the admin's (<see cref="FormId"/>) or by what this section says. Null, not set: the latter.</summary>
    public RegistrationType? Type { get; init; }

    /// <summary>The form.</summary>
    public Guid? FormId { get; init; }

    /// <summary>What people sign in with. Null, not set: the e-mail address.</summary>
    public LoginIdType? LoginIdType { get; init; }

    /// <summary>Whether the password is typed twice.</summary>
    public bool ConfirmPassword { get; init; }

    /// <summary>
    /// Whether people who are registered already are asked at sign-in for what became required since. Null, not set: where there is
    /// a form. Set, people who sign in without a registration are asked as well where there is none.
    /// </summary>
    public bool? CompleteRegistration { get; init; }

    /// <summary>Whether the birth date is asked for.</summary>
    public BasicField? BirthDate { get; init; }

    /// <summary>Whether the first name is asked for.</summary>
    public BasicField? FirstName { get; init; }

    /// <summary>Whether the full name is asked for. Where nothing is said about any name, it is.</summary>
    public BasicField? FullName { get; init; }

    /// <summary>Whether the last name is asked for.</summary>
    public BasicField? LastName { get; init; }

    /// <summary>Whether the middle name is asked for.</summary>
    public BasicField? MiddleName { get; init; }

    /// <summary>Whether the telephone number is asked for.</summary>
    public BasicField? MobilePhone { get; init; }

    /// <summary>Whether the language is asked for.</summary>
    public BasicField? PreferredLanguages { get; init; }
}

/// <summary>A field of basic registration.</summary>
/// <param name="Enabled">Whether it is asked for.</param>
/// <param name="Required">Whether it must be answered.</param>
public sealed record BasicField(bool Enabled, bool Required);

/// <summary>Values of <c>registrationConfiguration.type</c>.</summary>
public enum RegistrationType
{
    /// <summary>A form that the section itself describes.</summary>
    [JsonStringEnumMemberName("basic")]
    Basic,

    /// <summary>A form of the admin's.</summary>
    [JsonStringEnumMemberName("advanced")]
    Advanced,
}

/// <summary>Values of <c>registrationConfiguration.loginIdType</c>.</summary>
public enum LoginIdType
{
    /// <summary>The e-mail address.</summary>
    [JsonStringEnumMemberName("email")]
    Email,

    /// <summary>The user name.</summary>
    [JsonStringEnumMemberName("username")]
    Username,
}
