using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of groups (§14).</summary>
internal static class GroupShape
{
    private static readonly ObjectShape Group = Shape.Object(
        "Group",
        Shown("id", Shape.Uuid),
        Shown("tenantId", Shape.Uuid),
        Required("name", Shape.Text),
        Kept("data", Shape.Free),
        Shown("roles", Shape.Map(Shape.List(RoleShape.Role)), "By the id of their application."),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Groups", "Group", "a group", "group", Group)
    {
        Beside = [Taken("roleIds", Shape.List(Shape.Uuid), "Roles that members have wherever they are registered.")],
        Example = """{ "group": { "name": "Staff" }, "roleIds": [] }""",
    };

    /// <summary>GET of all.</summary>
    public static ApiCall List => Noun.List("groups", "all groups");

    /// <summary>The search.</summary>
    public static ApiSearch Search => Noun.Search(
        "groups", "groups",
        Taken("name", Shape.Text, "With * for anything; without one, the text may stand anywhere."),
        Taken("tenantId", Shape.Uuid),
        Taken("orderBy", Shape.Text, "name, with ASC or DESC behind it."));
}

/// <summary>What the OpenAPI document says of memberships (§14).</summary>
internal static class MemberShape
{
    private const string Heading = "Groups";

    /// <summary>A membership.</summary>
    public static readonly ObjectShape Membership = Shape.Object(
        "GroupMember",
        Kept("id", Shape.Uuid),
        Shown("groupId", Shape.Uuid),
        Required("userId", Shape.Uuid),
        Kept("data", Shape.Free),
        Shown("insertInstant", Shape.Instant));

    private static readonly ObjectShape ByGroup = Shape.Object(null, Required("members", Shape.Map(Shape.List(Membership)), "By the id of their group."));

    private const string Example = """
        { "members": { "7d0c8d2e-6f0b-4e7c-8b36-2a4f6c1d9e55": [{ "userId": "8ffee38d-48c3-48c9-b386-9c3c114c7bc9" }] } }
        """;

    /// <summary>POST.</summary>
    public static ApiCall Add => new(Heading, "createGroupMembers", "Adds members") { Body = ByGroup, Answer = ByGroup, Example = Example };

    /// <summary>PUT.</summary>
    public static ApiCall Replace => new(Heading, "updateGroupMembers", "Replaces the members of each group that is named")
    {
        Body = ByGroup,
        Answer = ByGroup,
        Example = Example,
    };

    /// <summary>DELETE of one.</summary>
    public static ApiCall Remove => new(Heading, "deleteGroupMember", "Removes a member");

    /// <summary>DELETE of several.</summary>
    public static ApiCall RemoveMany => new(Heading, "deleteGroupMembers", "Removes members, by their ids, by group and user, or all of a group")
    {
        Query = [Taken("groupId", Shape.Uuid), Taken("userId", Shape.Uuid)],
        Body = Shape.Object(
            null,
            Taken("memberIds", Shape.List(Shape.Uuid)),
            Taken("members", Shape.Map(Shape.List(Shape.Uuid)), "The ids of users, by the id of their group.")),
        BodyIsOptional = true,
        Example = """{ "memberIds": ["01a1fd1d-3879-7e3f-8db6-c4dca5a072ff"] }""",
        MayMiss = true,
    };

    /// <summary>The search.</summary>
    public static ApiSearch Search => new(
        Heading, "GroupMember", "members",
        [Taken("groupId", Shape.Uuid), Taken("userId", Shape.Uuid), Taken("orderBy", Shape.Text, "insertInstant, with ASC or DESC behind it.")])
    {
        Answer = Shape.Object(null, Required("members", Shape.List(Membership)), Required("total", Shape.Whole)),
    };
}
