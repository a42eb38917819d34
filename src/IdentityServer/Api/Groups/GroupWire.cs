using System.Text.Json.Nodes;
using IdentityServer.Groups;

namespace IdentityServer.Api;

/// <summary>A group on the wire (§14). The ids of its roles stand beside it in requests; answers show the roles by application.</summary>
internal static class GroupWire
{
    public static GroupInput Read(JsonFields group, IReadOnlyList<Guid> roleIds) =>
        new(group.Text("name"), group.Free("data").ToJsonString(ApiJson.Options), roleIds);

    public static JsonObject Show(Group group)
    {
        var roles = new JsonObject();
        foreach (var application in group.Roles.Select(given => given.Role!).GroupBy(role => role.ApplicationId).OrderBy(roles => roles.Key))
        {
            roles[application.Key.ToString()] = ApiJson.List(application.OrderBy(role => role.Name, StringComparer.Ordinal).Select(RoleWire.Show));
        }

        return new JsonObject
        {
            ["id"] = group.Id,
            ["tenantId"] = group.TenantId,
            ["name"] = group.Name,
            ["data"] = JsonNode.Parse(group.Data),
            ["roles"] = roles,
            ["insertInstant"] = group.CreatedAt.ToUnixTimeMilliseconds(),
            ["lastUpdateInstant"] = group.UpdatedAt.ToUnixTimeMilliseconds(),
        };
    }
}

/// <summary>A membership on the wire (§14).</summary>
internal static class MemberWire
{
    public static NewMember Read(JsonFields member, Guid groupId, Guid userId) =>
        new(member.Id("id"), groupId, userId, member.Free("data").ToJsonString(ApiJson.Options), member.Path);

    public static JsonObject Show(GroupMember member) => new()
    {
        ["id"] = member.Id,
        ["groupId"] = member.GroupId,
        ["userId"] = member.UserId,
        ["data"] = JsonNode.Parse(member.Data),
        ["insertInstant"] = member.CreatedAt.ToUnixTimeMilliseconds(),
    };
}
