using IdentityServer.Tests.Fixtures;

namespace IdentityServer.Tests;

/// <summary>Who may know whom, read from what the compiler made of the source: no reference can be hidden from it.</summary>
public class RoomTests
{
    private static readonly string[] FrontDoors = ["OpenId", "Steps", "Account", "Api", "Admin", "Federation"];

    // In this order: a room knows those before it.
    private static readonly string[] Domain =
    [
        "Keys", "ApiKeys", "Tenants", "Applications", "Forms", "Users", "Registrations", "Groups", "Browsers", "Authorizations", "Sessions", "Tokens",
        "Links", "Factors", "Passkeys", "Logins", "Recovery", "Interactions",
    ];

    private static readonly string[] Services = ["Data", "Themes", "Email", "Quotas", "Events", "Audit", "Outgoing"];

    // What stands at the root of the server, such as the URLs and the settings, is everybody's.
    private const string Root = "";

    private static readonly CompiledAssembly Server = new(typeof(PublicAddress).Assembly);
    private static readonly CompiledAssembly Protocol = new(typeof(Protocol.OAuthError).Assembly);

    public static TheoryData<string> Rooms => [.. Server.Types.Select(RoomOf).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_has_its_place_in_the_table(string room) => Assert.Contains(room, (string[])[Root, "Hosting", .. FrontDoors, .. Domain, .. Services]);

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_knows_only_those_that_it_may(string room)
    {
        var forbidden = (
            from type in Server.Types
            where RoomOf(type) == room
            from known in Server.ReferencesOf(type)
            let other = RoomOf(known)
            where other is not null && other != room && !MayKnow(type, room, other)
            select $"{type} knows {known}").Distinct().Order(StringComparer.Ordinal).ToList();

        Assert.True(forbidden.Count == 0, string.Join('\n', forbidden));
    }

    [Fact]
    public void The_protocol_knows_nobody() =>
        Assert.All(Protocol.AssemblyReferences, name => Assert.True(
            name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard" or "mscorlib", $"The protocol knows {name}."));

    [Fact]
    public void The_protocol_has_no_clock_and_no_files()
    {
        string[] outside = ["System.TimeProvider", "System.IO.File", "System.IO.FileStream", "System.Net.Http.HttpClient", "System.Console"];

        Assert.DoesNotContain(Protocol.Types.SelectMany(Protocol.ForeignMembersOf), member =>
            outside.Contains(member.Type) || member is { Type: "System.DateTimeOffset" or "System.DateTime", Name: "get_UtcNow" or "get_Now" });
    }

    [Fact]
    public void Http_goes_no_deeper_than_the_front_doors()
    {
        // The cookie, and the guard of posts beside it, are about the browser itself; pages and their addresses are what themes are for.
        // The framework's checks of passkeys want a context, and get an empty one.
        var deeper =
            from type in Server.Types
            where RoomOf(type) is { } room && (Domain.Contains(room) || Services.Contains(room)) && room is not ("Sessions" or "Themes") && type is not "IdentityServer.Passkeys.PasskeyCeremonies"
            where Server.ForeignMembersOf(type).Any(member => member.Type is "Microsoft.AspNetCore.Http.HttpContext" or "Microsoft.AspNetCore.Http.HttpRequest")
            select type;

        Assert.Empty(deeper);
    }

    [Fact]
    public void Nobody_asks_the_time_but_of_a_time_provider()
    {
        // Ids of rows that no test dates are the exception that the framework makes by itself.
        var askers =
            from type in Server.Types
            from member in Server.ForeignMembersOf(type)
            where member is { Type: "System.DateTimeOffset" or "System.DateTime", Name: "get_UtcNow" or "get_Now" or "get_Today" }
            select type;

        Assert.Empty(askers.Distinct());
    }

    [Fact]
    public void Reading_the_assembly_sees_fields_signatures_bodies_and_what_the_compiler_made_for_lambdas()
    {
        var known = Server.ReferencesOf("IdentityServer.OpenId.TokenEndpoint").ToHashSet(StringComparer.Ordinal);

        Assert.Contains("IdentityServer.Tokens.TokenIssuer", known);
        Assert.Contains("IdentityServer.Tokens.GrantedAccess", known);
        Assert.Contains("IdentityServer.Authorizations.Authorization", Server.ReferencesOf("IdentityServer.Tokens.RefreshTokens"));
        Assert.DoesNotContain("IdentityServer.OpenId.UserInfoEndpoint", known);
    }

    private static bool MayKnow(string type, string room, string other) =>
        other == Root
        || room is "Hosting"
        || (FrontDoors.Contains(room) && (Domain.Contains(other) || Services.Contains(other) || (room is "OpenId" && other is "Steps")))
        || (Domain.Contains(room) && (Services.Contains(other) || Array.IndexOf(Domain, other) is >= 0 and var place && place < Array.IndexOf(Domain, room)))
        || (Services.Contains(room) && Services.Contains(other))
        || (room is "Data" && Domain.Contains(other) && NamesEntities(type));

    // The context, and the mapping that it is built with, name the entities: the one allowed cycle.
    private static bool NamesEntities(string type) =>
        type is "IdentityServer.Data.ServerDbContext" or "IdentityServer.Data.ServerModel" || type.StartsWith("IdentityServer.Data.Migrations", StringComparison.Ordinal);

    // Null: not of any room, such as what the compiler keeps in the global namespace, and the program itself.
    private static string? RoomOf(string type)
    {
        const string Prefix = "IdentityServer.";
        if (!type.StartsWith(Prefix, StringComparison.Ordinal) || type.StartsWith("IdentityServer.Protocol.", StringComparison.Ordinal))
        {
            return null;
        }

        var rest = type[Prefix.Length..];
        var dot = rest.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? Root : rest[..dot];
    }
}
