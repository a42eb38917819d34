using static IdentityServer.Api.Member;

namespace IdentityServer.Api;

/// <summary>What the OpenAPI document says of roles (§8).</summary>
internal static class RoleShape
{
    /// <summary>A role.</summary>
    public static readonly ObjectShape Role = Shape.Object(
        "Role",
        Kept("id", Shape.Uuid, "Taken where roles are created together with their application."),
        Required("name", Shape.Text),
        Optional("description", Shape.Text),
        Kept("isDefault", Shape.Flag, "Whether people who register themselves get it."),
        Kept("isSuperRole", Shape.Flag),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Applications", "ApplicationRole", "a role", "role", Role)
    {
        Example = """{ "role": { "name": "buyer", "isDefault": true } }""",
        PatchExample = """{ "role": { "description": "Looks for a house" } }""",
    };

    /// <summary>DELETE by name.</summary>
    public static ApiCall DeleteByName => Noun.Delete with
    {
        Id = "deleteApplicationRoleByName",
        Summary = "Deletes the role of this name",
        Query = [Needed("name", Shape.Text)],
    };
}

/// <summary>What the OpenAPI document says of scopes (§8).</summary>
internal static class ScopeShape
{
    /// <summary>A scope.</summary>
    public static readonly ObjectShape Scope = Shape.Object(
        "Scope",
        Shown("id", Shape.Uuid),
        Shown("applicationId", Shape.Uuid),
        Required("name", Shape.Text),
        Optional("description", Shape.Text),
        Optional("defaultConsentMessage", Shape.Text, "How it is called where people are asked."),
        Optional("defaultConsentDetail", Shape.Text),
        Kept("required", Shape.Flag, "Whether people can't leave it out."),
        Kept("data", Shape.Free),
        Shown("insertInstant", Shape.Instant),
        Shown("lastUpdateInstant", Shape.Instant));

    /// <summary>The usual calls.</summary>
    public static readonly ApiNoun Noun = new("Applications", "OAuthScope", "a scope", "scope", Scope)
    {
        Example = """{ "scope": { "name": "listings", "defaultConsentMessage": "See your listings" } }""",
    };
}
