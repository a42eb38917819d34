using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Groups;
using IdentityServer.Tenants;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary><c>/api/group</c> (§14).</summary>
internal sealed class GroupsApi(Database database, TenantCatalog tenants, GroupStore store, ApiChanges changes)
{
    private const string Envelope = "group";
    private const string RoleIds = "roleIds";

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<GroupsApi>(routes.ServiceProvider);
        const string Many = "/api/group/{groupId?}";
        const string One = "/api/group/{groupId}";
        var noun = GroupShape.Noun;
        routes.MapApi("POST", Many, noun.Create, api.CreateAsync);
        routes.MapApi("GET", "/api/group", GroupShape.List, api.GetAsync);
        routes.MapApi("GET", One, noun.Get, api.GetAsync);
        routes.MapApi("PUT", One, noun.Replace, api.PutAsync);
        routes.MapApi("PATCH", One, noun.Patch, api.PatchAsync);
        routes.MapApi("DELETE", One, noun.Delete, api.DeleteAsync);
        routes.MapApi("GET", "/api/group/search", GroupShape.Search.ByGet, api.SearchAsync);
        routes.MapApi("POST", "/api/group/search", GroupShape.Search.ByPost, api.SearchAsync);
    }

    private async Task<ApiResult> CreateAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("groupId");
        var input = Read(request);
        if (await IsDeniedAsync(request, input.RoleIds, cancellation))
        {
            return ApiResult.Denied;
        }

        return ApiResult.From(
            await changes.RunAsync<Group>(
                request,
                async change =>
                {
                    var outcome = await store.CreateAsync(change.Db, id, input, change.Now, change.Cancellation);
                    if (!outcome.Failed(out _, out var group))
                    {
                        change.Audit("Created a group", group.Id, null, GroupWire.Show(group));
                    }

                    return outcome;
                },
                cancellation),
            Answer);
    }

    private async Task<ApiResult> GetAsync(ApiRequest request, CancellationToken cancellation)
    {
        var id = request.PathId("groupId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var tenant = tenants.Default.Id;
        var found = await database.ReadAsync(
            (db, token) => WithRoles(db).Where(row => row.TenantId == tenant && (id == null || row.Id == id)).OrderBy(row => row.Name).ToListAsync(token),
            cancellation);
        return id is null ? ApiResult.Ok(new JsonObject { ["groups"] = ApiJson.List(found.Select(GroupWire.Show)) })
            : found is [var one] ? ApiResult.Ok(Answer(one))
            : ApiResult.Missing;
    }

    private async Task<ApiResult> SearchAsync(ApiRequest request, CancellationToken cancellation)
    {
        var criteria = SearchCriteria.Of(request);
        var (name, start, count) = (criteria.Text("name"), criteria.StartRow(), criteria.NumberOfResults());
        var (_, descending) = criteria.OrderBy("name");
        var wanted = criteria.Id("tenantId");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        var tenant = tenants.Default.Id;
        await using var db = database.Open();
        var matching = WithRoles(db).Where(row => row.TenantId == tenant && (wanted == null || row.TenantId == wanted)).Filter(row => row.Name, name);
        var sorted = descending ? matching.OrderByDescending(row => row.Name) : matching.OrderBy(row => row.Name);
        return ApiResult.Ok(new JsonObject
        {
            ["groups"] = ApiJson.List((await sorted.Skip(start).Take(count).ToListAsync(cancellation)).Select(GroupWire.Show)),
            ["total"] = await matching.CountAsync(cancellation),
        });
    }

    private async Task<ApiResult> PutAsync(ApiRequest request, CancellationToken cancellation)
    {
        var input = Read(request);
        return await ReplaceAsync(request, _ => input, cancellation);
    }

    private Task<ApiResult> PatchAsync(ApiRequest request, CancellationToken cancellation) => ReplaceAsync(
        request,
        group => Patch.Apply(
            request,
            Envelope,
            new JsonObject
            {
                [Envelope] = GroupWire.Show(group),
                [RoleIds] = new JsonArray([.. group.Roles.Select(given => JsonValue.Create(given.RoleId))]),
            },
            Read,
            RoleIds),
        cancellation);

    private async Task<ApiResult> ReplaceAsync(ApiRequest request, Func<Group, FieldResult<GroupInput>> read, CancellationToken cancellation)
    {
        var denied = false;
        var outcome = await ChangeAsync(
            request,
            async (change, group) =>
            {
                var before = GroupWire.Show(group);
                if (read(group).Failed(out var errors, out var input))
                {
                    return errors;
                }

                var touched = input.RoleIds.Concat(group.Roles.Select(given => given.RoleId)).ToList();
                if (denied = await IsDeniedAsync(request, touched, change.Cancellation))
                {
                    return new FieldErrors().AddGeneral("denied", "The key may not do this.");
                }

                var replaced = await store.ReplaceAsync(change.Db, group, input, change.Now, change.Cancellation);
                if (!replaced.Failed(out _, out _))
                {
                    change.Audit("Updated a group", group.Id, before, GroupWire.Show(group));
                }

                return replaced;
            },
            cancellation);
        return denied ? ApiResult.Denied : ApiResult.From(outcome, Answer);
    }

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation) => ApiResult.From(await ChangeAsync(
        request,
        async (change, group) =>
        {
            var before = GroupWire.Show(group);
            await GroupStore.DeleteAsync(change.Db, group, change.Cancellation);
            change.Audit("Deleted a group", group.Id, before, null);
            return group;
        },
        cancellation));

    private async Task<FieldResult<Group>?> ChangeAsync(
        ApiRequest request, Func<ApiChange, Group, Task<FieldResult<Group>?>> change, CancellationToken cancellation)
    {
        var id = request.PathId("groupId");
        return await changes.RunAsync<Group>(
            request, async run => await store.LockAsync(run.Db, id!.Value, run.Cancellation) is { } group ? await change(run, group) : null, cancellation);
    }

    // A group that gives the administrators' role makes administrators (see AdminGuard).
    private async Task<bool> IsDeniedAsync(ApiRequest request, IReadOnlyList<Guid> roleIds, CancellationToken cancellation) =>
        !request.Caller.MayTouchAdministration && roleIds.Count > 0
        && await database.ReadAsync(
            (db, token) => db.Roles.AnyAsync(row => row.ApplicationId == AdminApplication.Id && roleIds.Contains(row.Id), token), cancellation);

    private static GroupInput Read(ApiRequest request) => Read(JsonFields.OfEnvelope(request.Body, Envelope, request.Errors), request.Beside());

    private static GroupInput Read(JsonFields group, JsonFields beside) => GroupWire.Read(group, beside.Ids(RoleIds));

    private static IQueryable<Group> WithRoles(ServerDbContext db) => db.Groups.Include(row => row.Roles).ThenInclude(row => row.Role);

    private static JsonObject Answer(Group group) => new() { [Envelope] = GroupWire.Show(group) };
}
