using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>A member of an object: where it stands, and whether it always does.</summary>
internal sealed record Member(string Name, Shape Shape, string? About = null)
{
    /// <summary>Whether requests hold it.</summary>
    public bool IsTaken { get; private init; } = true;

    /// <summary>Whether a request without it is refused.</summary>
    public bool IsNeeded { get; private init; }

    /// <summary>Whether answers hold it.</summary>
    public bool IsShown { get; private init; } = true;

    /// <summary>Whether every answer holds it.</summary>
    public bool IsAlwaysShown { get; private init; }

    /// <summary>Sent or not; shown where it has a value.</summary>
    public static Member Optional(string name, Shape shape, string? about = null) => new(name, shape, about);

    /// <summary>Sent or not; always shown, for it has a default.</summary>
    public static Member Kept(string name, Shape shape, string? about = null) => new(name, shape, about) { IsAlwaysShown = true };

    /// <summary>Always sent and always shown.</summary>
    public static Member Required(string name, Shape shape, string? about = null) => new(name, shape, about) { IsNeeded = true, IsAlwaysShown = true };

    /// <summary>Set by the server.</summary>
    public static Member Shown(string name, Shape shape, string? about = null) => new(name, shape, about) { IsTaken = false, IsAlwaysShown = true };

    /// <summary>Set by the server, and shown where it has a value.</summary>
    public static Member ShownIfSet(string name, Shape shape, string? about = null) => new(name, shape, about) { IsTaken = false };

    /// <summary>Sent or not, and never shown.</summary>
    public static Member Taken(string name, Shape shape, string? about = null) => new(name, shape, about) { IsShown = false };

    /// <summary>Always sent, and never shown.</summary>
    public static Member Needed(string name, Shape shape, string? about = null) => new(name, shape, about) { IsShown = false, IsNeeded = true };
}

/// <summary>An object, by its members, which are gathered when somebody asks: a server that starts has better to do.</summary>
internal sealed class ObjectShape(string? name, Lazy<IReadOnlyList<Member>> members, Shape? others = null) : Shape
{
    /// <summary>Its members.</summary>
    public IReadOnlyList<Member> Members => members.Value;

    /// <summary>The same with more members; those of the same name are replaced.</summary>
    public ObjectShape With(params IReadOnlyList<Member> more) =>
        new(name, new(() => [.. Members.Where(member => more.All(other => other.Name != member.Name)), .. more]), others);

    /// <summary>The same, keeping members of other names too.</summary>
    public ObjectShape WithOthers() => new(name, members, Any);

    /// <summary>The same under another name.</summary>
    public ObjectShape As(string other) => new(other, members, others);

    /// <inheritdoc/>
    public override JsonObject Write(Components components, ShapeUse use) => name is null
        ? WriteMembers(components, use)
        : components.Refer(NameFor(name, use), () => WriteMembers(components, use));

    private static string NameFor(string name, ShapeUse use) => use switch
    {
        ShapeUse.Request => name + "Input",
        ShapeUse.Patch => name + "Patch",
        _ => name,
    };

    private JsonObject WriteMembers(Components components, ShapeUse use)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var member in Members.Where(member => use is ShapeUse.Answer ? member.IsShown : member.IsTaken))
        {
            properties[member.Name] = WriteMember(components, member, use);

            // An envelope that is patched is there all the same; it has no name.
            if (use is ShapeUse.Answer ? member.IsAlwaysShown : member.IsNeeded && (use is ShapeUse.Request || name is null))
            {
                required.Add(member.Name);
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        if (others is not null)
        {
            schema["additionalProperties"] = others.Write(components, use);
        }

        return schema;
    }

    private JsonObject WriteMember(Components components, Member member, ShapeUse use)
    {
        var schema = member.Shape.Write(components, use);
        if (use is ShapeUse.Patch && name is not null && schema.Count > 0)
        {
            schema = new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
        }

        if (member.About is not null)
        {
            schema["description"] = member.About;
        }

        return schema;
    }
}
