using IdentityServer.Applications;
using IdentityServer.Registrations;

namespace IdentityServer.Api;

/// <summary>
/// Keeps limited keys away from what administers this server (see <see cref="ApiCaller.MayTouchAdministration"/>). They are
/// denied as they are for a missing permission.
/// </summary>
internal static class AdminGuard
{
    /// <summary>Whether the caller must leave this person alone.</summary>
    public static bool Denies(ApiRequest request, IEnumerable<Registration> registrations) =>
        !request.Caller.MayTouchAdministration && registrations.Any(row => row.ApplicationId == AdminApplication.Id);

    /// <summary>Whether the caller must leave this application, which the server is itself, alone.</summary>
    public static bool Denies(ApiRequest request, Guid? applicationId) =>
        !request.Caller.MayTouchAdministration && (applicationId == AdminApplication.Id || applicationId == AccountApplication.Id);

    /// <summary>Guards a change of the application in the path.</summary>
    public static ApiHandler ForApplication(ApiHandler handler) => (request, cancellation) =>
        Denies(request, request.PathId("applicationId"))
            ? Task.FromResult(ApiResult.Denied)
            : handler(request, cancellation);
}
