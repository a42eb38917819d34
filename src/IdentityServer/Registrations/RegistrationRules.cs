using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Users;

namespace IdentityServer.Registrations;

/// <summary>What must hold for a registration, whoever makes it.</summary>
public static class RegistrationRules
{
    private const int MaxName = 191;
    private const int MaxTimezone = 64;

    /// <summary>Notes everything that is wrong; <paramref name="application"/> is null if it is unknown.</summary>
    public static FieldErrors Check(RegistrationDetails details, Application? application)
    {
        var errors = new FieldErrors();
        if (application is not { Active: true })
        {
            errors.Add("registration.applicationId", "invalid", "There is no such application.");
        }
        else if (details.Roles?.Except(application.Roles, StringComparer.Ordinal).Any() == true)
        {
            errors.Add("registration.roles", "invalid", "The application has no such role.");
        }

        UserRules.CheckText("registration.username", details.Username, MaxName, errors);
        UserRules.CheckText("registration.timezone", details.Timezone, MaxTimezone, errors);
        UserRules.CheckLanguages("registration.preferredLanguages", details.PreferredLanguages, errors);
        UserRules.CheckData("registration.data", details.Data, errors);
        return errors;
    }

    /// <summary>Reads from a refused write that the person, or the registration, was there already; null if it was refused for something else.</summary>
    public static FieldErrors? Duplicate(Exception exception) =>
        UserRules.Duplicate(exception) is { } user ? user
        : !DatabaseErrors.IsDuplicate(exception, out var constraint) ? null
        : constraint.Contains(nameof(Registration.ApplicationId), StringComparison.Ordinal)
            ? new FieldErrors().Add("registration", "duplicate", "The person is registered there already.")
        : constraint.Contains("Registrations.Id", StringComparison.Ordinal) || constraint.Contains("PK_Registrations", StringComparison.Ordinal)
            ? new FieldErrors().Add("registration.id", "duplicate", "There is a registration with this id.")
        : null;
}
