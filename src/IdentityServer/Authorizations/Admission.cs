using IdentityServer.Applications;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Authorizations;

/// <summary>
/// The one place that decides whether a person may receive tokens for an application. It is asked wherever something is issued
/// or answered: authorize, code, refresh, userinfo, introspection. A lock against password guessing ends no session and no token,
/// so it is not asked about here.
/// </summary>
public static class Admission
{
    /// <summary>The person wanted the account to be deleted, and may keep it, for which there is a page.</summary>
    public static readonly OAuthError Deletion = new(Errors.AccessDenied, "user_deletion_requested", "The user's account is to be deleted.");

    /// <summary>The person must change the password first, for which there is a page.</summary>
    public static readonly OAuthError PasswordChange =
        new(Errors.AccessDenied, "change_password_administrative", "The user must change the password first.");

    /// <summary>The person must prove their e-mail address first, for which there is a page.</summary>
    public static readonly OAuthError Unverified =
        new(Errors.AccessDenied, "email_unverified", "The user must prove the e-mail address first.");

    /// <summary>Whether the person has an address that nobody has proven to be theirs.</summary>
    public static bool IsUnproven(User user) => user is { Email: not null, Verified: false };

    /// <summary>Whether a sign-in to the application ends only with a proven address.</summary>
    public static bool MustProveAddress(Application application, User user) => application.Unverified is not UnverifiedBehavior.Allow && IsUnproven(user);

    /// <summary>Why not, or null if the person may.</summary>
    public static OAuthError? Check(Application application, User? user, Registration? registration, DateTimeOffset now) =>
        CheckApplication(application)
        ?? CheckUser(application, user, now)
        ?? CheckRegistration(application, registration);

    private static OAuthError? CheckApplication(Application application) =>
        application.Active ? null : new("unauthorized_client", "login_prevented", "The application is deactivated.");

    private static OAuthError? CheckUser(Application application, User? user, DateTimeOffset now) => user switch
    {
        null => new(Errors.AccessDenied, "user_not_found", "The user does not exist any more."),
        _ when user.TenantId != application.TenantId => new(Errors.AccessDenied, "user_not_found", "The user does not exist any more."),
        { Active: false } => new(Errors.AccessDenied, "user_locked", "The user is deactivated."),
        { ExpiresAt: { } end } when end <= now => new(Errors.AccessDenied, "user_expired", "The user's account has expired."),
        { DeletesAt: not null } => Deletion,
        { PasswordChangeRequired: true } => PasswordChange,
        _ when application.Unverified is UnverifiedBehavior.GatedTokens && IsUnproven(user) => Unverified,
        _ => null,
    };

    private static OAuthError? CheckRegistration(Application application, Registration? registration) =>
        registration is null && application.Settings.OauthConfiguration.RequireRegistration
        && !application.Settings.RegistrationConfiguration.Enabled
            ? new(Errors.AccessDenied, "registration_required", "The user is not registered for this application.")
            : null;
}
