using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Sessions;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary><c>/api/system/login-record/search</c> (§18) and <c>/api/user/recent-login</c> (§4.2): who signed in, newest first.</summary>
internal sealed class LoginRecordsApi(Database database, ApplicationCatalog applications)
{
    private const int MaxRecent = 1000;

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<LoginRecordsApi>(routes.ServiceProvider);
        routes.MapApi("GET", "/api/user/recent-login", LoginRecordShape.Recent, api.ListRecentAsync);
        routes.MapApi("GET", "/api/system/login-record/search", LoginRecordShape.SearchByGet, api.SearchAsync);
        routes.MapApi("POST", "/api/system/login-record/search", LoginRecordShape.SearchByPost, api.SearchAsync);
    }

    private async Task<ApiResult> ListRecentAsync(ApiRequest request, CancellationToken cancellation)
    {
        var userId = request.QueryId("userId");
        var (offset, limit) = (request.QueryNumber("offset") ?? 0, request.QueryNumber("limit") ?? 10);
        if (offset < 0 || limit is < 0 or > MaxRecent)
        {
            request.Errors.Add(offset < 0 ? "offset" : "limit", "invalid", $"The offset is not negative, and the limit at most {MaxRecent}.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        await using var db = database.Open();
        return ApiResult.Ok(await ShowAsync(db.LoginRecords.Where(row => userId == null || row.UserId == userId), offset, limit, cancellation));
    }

    private async Task<ApiResult> SearchAsync(ApiRequest request, CancellationToken cancellation)
    {
        var criteria = SearchCriteria.Of(request);
        var (applicationId, userId) = (criteria.Id("applicationId"), criteria.Id("userId"));
        var (start, end, first, count) = (criteria.Instant("start"), criteria.Instant("end"), criteria.StartRow(), criteria.NumberOfResults());
        var withTotal = request.IsGet ? request.QueryFlag("retrieveTotal") : request.Beside().Flag("retrieveTotal");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        await using var db = database.Open();
        var matching = db.LoginRecords.Where(row =>
            (applicationId == null || row.ApplicationId == applicationId) && (userId == null || row.UserId == userId)
            && (start == null || row.Instant >= start) && (end == null || row.Instant < end));
        var answer = await ShowAsync(matching, first, count, cancellation);
        if (withTotal)
        {
            answer["total"] = await matching.CountAsync(cancellation);
        }

        return ApiResult.Ok(answer);
    }

    private async Task<JsonObject> ShowAsync(IQueryable<LoginRecord> matching, int skip, int take, CancellationToken cancellation)
    {
        var found = await matching.OrderByDescending(row => row.Instant).ThenByDescending(row => row.Id).Skip(skip).Take(take).ToListAsync(cancellation);
        return new JsonObject { ["logins"] = ApiJson.List(found.Select(Show)) };
    }

    private JsonObject Show(LoginRecord row) => ApiJson.WithoutNulls(new()
    {
        ["applicationId"] = row.ApplicationId,
        ["applicationName"] = row.ApplicationId is { } id ? applications.Find(id)?.Name : null,
        ["userId"] = row.UserId,
        ["loginId"] = row.LoginId,
        // User names never look like e-mail addresses.
        ["loginIdType"] = row.LoginId is null ? null : row.LoginId.Contains('@', StringComparison.Ordinal) ? "email" : "username",
        ["instant"] = row.Instant.ToUnixTimeMilliseconds(),
        ["ipAddress"] = row.Address,
    });
}
