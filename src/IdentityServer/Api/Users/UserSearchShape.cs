using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of the search for users and of bulk deletes (§6.1, §6.2).</summary>
internal static class UserSearchShape
{
    private const string Heading = "Users";

    private static readonly Shape Answer = Shape.Object(
        null, Required("users", Shape.List(UserShape.User)), Required("total", Shape.Whole, "Counted to 10,000, unless accurateTotal is set."));

    private static readonly IReadOnlyList<Member> Criteria =
    [
        Taken("ids", Shape.List(Shape.Uuid)),
        Taken("queryString", Shape.Text, "A word, field:value, AND, OR, NOT, brackets; * for anything."),
        Taken("accurateTotal", Shape.Flag),
    ];

    private static readonly Shape SortField = Shape.Object("SortField", Needed("name", Shape.Text), Taken("order", Shape.Words("asc", "desc")));

    private static readonly ApiSearch Search = new(Heading, "User", "users", Criteria) { Answer = Answer };

    /// <summary>With the criteria in the address.</summary>
    public static ApiCall ByGet => Search.ByGet with { Query = [.. Search.ByGet.Query, Taken("sortFields[0].name", Shape.Text), Taken("sortFields[0].order", Shape.Words("asc", "desc"))] };

    /// <summary>With the criteria in the body.</summary>
    public static ApiCall ByPost => (Search with { Criteria = [.. Criteria, Taken("sortFields", Shape.List(SortField))] }).ByPost with
    {
        Example = """{ "search": { "queryString": "email:ada*", "sortFields": [{ "name": "email", "order": "asc" }] } }""",
    };

    /// <summary>PUT.</summary>
    public static ApiCall Flush => new(Heading, "refreshUserSearchIndex", "Does nothing: what is found is never behind what is stored");

    /// <summary>DELETE of many.</summary>
    public static ApiCall BulkDelete => new(Heading, "deleteUsersInBulk", "Deactivates or deletes many users")
    {
        Remarks = "They are named by their ids or by a query, in the address or in the body.",
        Query =
        [
            Taken("userId", Shape.List(Shape.Uuid)),
            Taken("queryString", Shape.Text),
            Taken("dryRun", Shape.Flag, "Whether to tell only who it would be."),
            Taken("hardDelete", Shape.Flag),
            Taken("limit", Shape.Whole, "At most 10000."),
        ],
        Body = Shape.Object(
            "UserBulkDelete",
            Taken("userIds", Shape.List(Shape.Uuid)),
            Taken("queryString", Shape.Text),
            Taken("dryRun", Shape.Flag),
            Taken("hardDelete", Shape.Flag),
            Taken("limit", Shape.Whole)),
        BodyIsOptional = true,
        Answer = Shape.Object(
            null,
            Shown("dryRun", Shape.Flag),
            Shown("hardDelete", Shape.Flag),
            Shown("total", Shape.Whole),
            Shown("userIds", Shape.List(Shape.Uuid))),
    };
}

/// <summary>What the OpenAPI document says of imports (§6.3).</summary>
internal static class UserImportShape
{
    private static readonly Shape ImportedUser = UserShape.User.As("ImportedUser").With(
        Taken("id", Shape.Uuid),
        Taken("active", Shape.Flag, "False if left out."),
        Taken("verified", Shape.Flag),
        Taken("insertInstant", Shape.Instant),
        Taken("passwordLastUpdateInstant", Shape.Instant),
        Taken("encryptionScheme", Shape.Text, "With it, password is a hash."),
        Taken("factor", Shape.Whole),
        Taken("salt", Shape.Text),
        Taken("registrations", Shape.List(RegistrationShape.Registration)),
        Taken("memberships", Shape.List(MemberShape.Membership.As("ImportedGroupMember").With(
            Needed("groupId", Shape.Uuid),
            Taken("userId", Shape.Uuid)))));

    /// <summary>POST.</summary>
    public static ApiCall Import => new("Users", "importUsers", "Imports up to 10,000 users, all or nobody")
    {
        Body = Shape.Object(null, Needed("users", Shape.List(ImportedUser))),
        Example = """
            {
              "users": [
                {
                  "email": "ada@example.com",
                  "active": true,
                  "encryptionScheme": "werkzeug",
                  "password": "pbkdf2:sha256:600000$…"
                }
              ]
            }
            """,
    };
}
