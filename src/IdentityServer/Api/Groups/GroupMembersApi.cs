using System.Text.Json.Nodes;
using IdentityServer.Applications;
using IdentityServer.Data;
using IdentityServer.Groups;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Api;

/// <summary><c>/api/group/member</c> (§14).</summary>
internal sealed class GroupMembersApi(Database database, GroupCatalog groups, ApiChanges changes)
{
    private const string Envelope = "members";
    private const int MaxMembers = 1000;

    /// <summary>Maps the calls.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = ActivatorUtilities.CreateInstance<GroupMembersApi>(routes.ServiceProvider);
        const string All = "/api/group/member";
        routes.MapApi("POST", All, MemberShape.Add, (request, cancellation) => api.AddAsync(request, replace: false, cancellation));
        routes.MapApi("PUT", All, MemberShape.Replace, (request, cancellation) => api.AddAsync(request, replace: true, cancellation));
        routes.MapApi("DELETE", All, MemberShape.RemoveMany, api.DeleteAsync);
        routes.MapApi("DELETE", "/api/group/member/{memberId}", MemberShape.Remove, api.DeleteAsync);
        routes.MapApi("GET", "/api/group/member/search", MemberShape.Search.ByGet, api.SearchAsync);
        routes.MapApi("POST", "/api/group/member/search", MemberShape.Search.ByPost, api.SearchAsync);
    }

    private async Task<ApiResult> AddAsync(ApiRequest request, bool replace, CancellationToken cancellation)
    {
        var byGroup = request.Envelope(Envelope);
        var wanted = byGroup.Names.SelectMany(name => (byGroup.Sections(name) ?? []).Select(member =>
            MemberWire.Read(member, ParseGroup(request, name), member.Id("userId") ?? Guid.Empty))).ToList();
        if (wanted.Count > MaxMembers)
        {
            request.Errors.Add(Envelope, "tooMany", $"At most {MaxMembers} members at once.");
        }

        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        if (IsDenied(request, wanted.Select(row => row.GroupId)))
        {
            return ApiResult.Denied;
        }

        return ApiResult.From(
            await changes.RunAsync<List<GroupMember>>(
                request,
                async change =>
                {
                    var outcome = await Members.AddAsync(change.Db, wanted, replace, change.Now, change.Cancellation);
                    if (!outcome.Failed(out _, out var added))
                    {
                        Audit(change, replace ? "Replaced members of a group" : "Added members to a group", added);
                    }

                    return outcome;
                },
                cancellation),
            added =>
            {
                var shown = new JsonObject();
                foreach (var group in added.GroupBy(row => row.GroupId))
                {
                    shown[group.Key.ToString()] = ApiJson.List(group.Select(MemberWire.Show));
                }

                return new JsonObject { [Envelope] = shown };
            });
    }

    private async Task<ApiResult> DeleteAsync(ApiRequest request, CancellationToken cancellation)
    {
        var (memberId, groupId, userId) = (request.PathId("memberId"), request.QueryId("groupId"), request.QueryId("userId"));
        var ids = request.Beside().Ids("memberIds");
        var byGroup = request.Beside().Section(Envelope);
        var pairs = byGroup.Names.SelectMany(name => byGroup.Ids(name).Select(user => (Group: ParseGroup(request, name), User: user))).ToHashSet();
        if (memberId is null && groupId is null && ids.Count + pairs.Count == 0 && !request.Errors.Any)
        {
            request.Errors.Add("memberIds", "missing", "Name the members by id, by group and user, or by group.");
        }

        if (pairs.Count > MaxMembers)
        {
            request.Errors.Add(Envelope, "tooMany", $"At most {MaxMembers} members at once.");
        }

        var (groupIds, userIds) = (pairs.Select(pair => pair.Group).Distinct().ToList(), pairs.Select(pair => pair.User).Distinct().ToList());
        return ApiResult.From(await changes.RunAsync<List<GroupMember>>(
            request,
            async change =>
            {
                var rows = change.Db.GroupMembers.AsNoTracking();
                var found = await (memberId is not null ? rows.Where(row => row.Id == memberId)
                    : groupId is not null ? rows.Where(row => row.GroupId == groupId && (userId == null || row.UserId == userId))
                    : ids.Count > 0 ? rows.Where(row => ids.Contains(row.Id))
                    : rows.Where(row => groupIds.Contains(row.GroupId) && userIds.Contains(row.UserId))).ToListAsync(change.Cancellation);
                if (memberId is null && groupId is null && ids.Count == 0)
                {
                    found.RemoveAll(row => !pairs.Contains((row.GroupId, row.UserId)));
                }

                if (found.Count == 0)
                {
                    return null;
                }

                await Members.RemoveAsync(change.Db, found, change.Cancellation);
                Audit(change, "Removed members from a group", found);
                return found;
            },
            cancellation));
    }

    private async Task<ApiResult> SearchAsync(ApiRequest request, CancellationToken cancellation)
    {
        var criteria = SearchCriteria.Of(request);
        var (groupId, userId, start, count) = (criteria.Id("groupId"), criteria.Id("userId"), criteria.StartRow(), criteria.NumberOfResults());
        var (_, descending) = criteria.OrderBy("insertInstant");
        if (request.Errors.Any)
        {
            return ApiResult.Refused(request.Errors);
        }

        await using var db = database.Open();
        var matching = db.GroupMembers.Where(row => (groupId == null || row.GroupId == groupId) && (userId == null || row.UserId == userId));
        var sorted = descending
            ? matching.OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Id)
            : matching.OrderBy(row => row.CreatedAt).ThenBy(row => row.Id);
        return ApiResult.Ok(new JsonObject
        {
            [Envelope] = ApiJson.List((await sorted.Skip(start).Take(count).ToListAsync(cancellation)).Select(MemberWire.Show)),
            ["total"] = await matching.CountAsync(cancellation),
        });
    }

    // Who is put into a group that gives the administrators' role becomes one (see AdminGuard).
    private bool IsDenied(ApiRequest request, IEnumerable<Guid> groupIds) =>
        !request.Caller.MayTouchAdministration && groupIds.Any(id => groups.Gives(id, AdminApplication.Id));

    private static Guid ParseGroup(ApiRequest request, string text)
    {
        if (!Guid.TryParseExact(text, "D", out var id))
        {
            request.Errors.Add($"{Envelope}.{text}", "couldNotConvert", "The members stand under the id of their group.");
        }

        return id;
    }

    private static void Audit(ApiChange change, string what, List<GroupMember> rows)
    {
        foreach (var group in rows.Select(row => row.GroupId).Distinct())
        {
            change.Audit(what, group, null, null);
        }
    }
}
