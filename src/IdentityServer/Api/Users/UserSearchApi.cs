using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Groups;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary><c>/api/user/search</c> and <c>/api/user/bulk</c> (§6.1, §6.2): people found by what is said about them.</summary>
internal sealed class UserSearchApi(PeopleSearch search, People people, Registrar registrar, Members members)
{
    private const int MaxResults = 10_000;
    private const int MaxStart = 100_000_000;
    private const int MaxIds = 1000;
    private const int MaxQuery = 4096;

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<UserSearchApi>(routes.ServiceProvider);
        routes.MapApi("GET", "/api/user/search", UserSearchShape.ByGet, api.SearchAsync);
        routes.MapApi("POST", "/api/user/search", UserSearchShape.ByPost, api.SearchAsync);
        routes.MapApi("PUT", "/api/user/search", UserSearchShape.Flush, (_, _) => Task.FromResult(ApiResult.Empty)); // What is found is never behind what is stored.
        routes.MapApi("DELETE", "/api/user/bulk", UserSearchShape.BulkDelete, api.DeleteAsync);
    }

    private async Task<ApiResult> SearchAsync(ApiRequest request, CancellationToken cancellation)
    {
        var criteria = SearchCriteria.Of(request);
        if (criteria.Text("query", MaxQuery) is not null)
        {
            request.Errors.Add("search.query", "invalid", "Queries in Elasticsearch's JSON are not understood. Use queryString.");
        }

        var input = new PeopleSearchInput
        {
            Ids = criteria.Ids("ids", MaxIds),
            Query = criteria.Text("queryString", MaxQuery),
            StartRow = criteria.Number("startRow", 0, MaxStart),
            NumberOfResults = criteria.Number("numberOfResults", 25, MaxResults),
            AccurateTotal = criteria.Flag("accurateTotal"),
            OrderBy = criteria.SortFields(),
        };
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if ((await search.FindAsync(input, cancellation)).Failed(out var errors, out var found))
        {
            return ApiResult.Refused(errors);
        }

        var memberships = await members.OfUsersAsync([.. found.People.Where(person => person.User.GroupIds.Count > 0).Select(person => person.User.Id)], cancellation);
        return ApiResult.Ok(new JsonObject
        {
            ["users"] = ApiJson.List(found.People.Select(person => UserWire.Show(person.User, person.Registrations, memberships[person.User.Id]))),
            ["total"] = found.Total,
        });
    }

    // Clients send the list in the address or everything in the body (C9).
    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation)
    {
        var body = request.Beside();
        var ids = request.QueryList("userId").Count > 0 ? SearchCriteria.ParseIds(request.QueryList("userId"), "userId", request.Errors)
            : SearchCriteria.ParseIds(body.Texts("userIds") ?? [], "userIds", request.Errors);
        var query = request.Query("queryString") ?? body.Text("queryString", MaxQuery);
        var dryRun = request.QueryFlag("dryRun") | body.Flag("dryRun");
        var hard = request.HardDelete();
        var limit = request.QueryNumber("limit") ?? body.Number("limit") ?? MaxResults;
        if (limit is < 0 or > MaxResults)
        {
            request.Errors.Add("limit", "invalid", $"The limit is at most {MaxResults}.");
        }

        if ((request.Query("query") ?? body.Text("query", MaxQuery)) is not null)
        {
            request.Errors.Add("query", "invalid", "Queries in Elasticsearch's JSON are not understood. Use queryString.");
        }
        else if (ids.Count == 0 && string.IsNullOrWhiteSpace(query) && !request.Errors.Any)
        {
            request.Errors.Add("userIds", "missing", "Name the users by id or by a query.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (ids.Count == 0)
        {
            if ((await search.FindIdsAsync(query!, limit, cancellation)).Failed(out var errors, out var matching))
            {
                return ApiResult.Refused(errors);
            }

            ids = matching;
        }

        // Who administers this server is passed over, not refused: a query for everybody must stay possible.
        var untouchable = request.Caller.MayTouchAdministration ? [] : await registrar.OfApplicationAsync(AdminApplication.Id, cancellation);
        var gone = new List<Guid>();
        foreach (var id in ids.Distinct().Where(id => !untouchable.Contains(id)).Take(limit))
        {
            if (dryRun ? await people.FindAsync(id, cancellation) is not null
                : hard ? await people.DeleteAsync(id, request.Caller.Actor, cancellation)
                : await people.DeactivateAsync(id, request.Caller.Actor, cancellation))
            {
                gone.Add(id);
            }
        }

        return ApiResult.Ok(new JsonObject
        {
            ["dryRun"] = dryRun,
            ["hardDelete"] = hard,
            ["total"] = gone.Count,
            ["userIds"] = new JsonArray([.. gone.Select(id => JsonValue.Create(id))]),
        });
    }
}
