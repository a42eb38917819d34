using System.Net;
using IdentityServer.Applications;
using IdentityServer.Logins;
using IdentityServer.Sessions;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary><c>PUT /api/login</c> (§10.1): records a sign-in that happened elsewhere, such as by a session that a program keeps.</summary>
internal sealed class LoginReportApi(ApplicationCatalog applications, People people, ReportedLogins reported, LoginAnswers answers, TimeProvider clock)
{
    /// <summary>Maps the call.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<LoginReportApi>(routes.ServiceProvider);
        routes.MapApi("PUT", "/api/login/{userId}/{applicationId?}", LoginShape.Report, api.ReportAsync);
    }

    private async Task<ApiResult> ReportAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (userId, applicationId, ipAddress) = (request.PathId("userId"), request.PathId("applicationId"), request.Query("ipAddress"));
        IPAddress? address = null;
        if (ipAddress is not null && !IPAddress.TryParse(ipAddress, out address))
        {
            request.Errors.Add("ipAddress", "couldNotConvert", "This is no IP address.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var application = applicationId is { } id && applications.Find(id) is { Active: true } found ? found : null;
        if ((applicationId is not null && application is null) || await people.FindAsync(userId!.Value, cancellation) is not { } user)
        {
            return ApiResult.Missing;
        }

        return user.ExpiresAt <= clock.GetUtcNow() ? ApiResult.Of(StatusCodes.Status410Gone)
            : await reported.RecordAsync(
                new Proof(user, AuthenticationType.Password, string.Empty), application?.Id, address?.ToString(), request.Caller.Actor, cancellation)
                ? await answers.ShowAsync(user, application, cancellation)
            : ApiResult.Of(StatusCodes.Status423Locked);
    }
}
