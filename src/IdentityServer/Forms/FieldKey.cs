using System.Text.Json.Nodes;

namespace IdentityServer.Forms;

/// <summary>Where the value of a field is kept.</summary>
public enum FieldPlace
{
    /// <summary>A property of the person.</summary>
    User,

    /// <summary>A property of the person's registration in the application.</summary>
    Registration,

    /// <summary>The person's free data.</summary>
    UserData,

    /// <summary>The registration's free data.</summary>
    RegistrationData,
}

/// <summary>
/// Names what a field sets, and is the name under which pages post it: a property that the server knows (<c>user.email</c>), or a
/// place in free data (<c>registration.data.search.areas[0]</c>, <c>user.data['x-y']</c>). What is no such key can't be set by a form.
/// </summary>
public sealed class FieldKey
{
    /// <summary>The longest key.</summary>
    public const int MaxLength = 120;

    private const string UserData = "user.data";
    private const string RegistrationData = "registration.data";
    private const int MaxParts = 8;
    private const int MaxIndex = 99;

    private readonly Part[] path;

    private FieldKey(string text, FieldPlace place, Part[] path) => (Text, Place, this.path) = (text, place, path);

    /// <summary>The key as it is written.</summary>
    public string Text { get; }

    /// <summary>Where the value is kept.</summary>
    public FieldPlace Place { get; }

    /// <summary>Whether the key is one that the server knows by itself.</summary>
    public bool IsPredefined => Place is FieldPlace.User or FieldPlace.Registration;

    /// <summary>Whether the value belongs to a registration, not to the person.</summary>
    public bool OfRegistration => Place is FieldPlace.Registration or FieldPlace.RegistrationData;

    /// <summary>Reads a key; null if it is none.</summary>
    public static FieldKey? Parse(string text)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        if (PredefinedFields.Find(text) is not null)
        {
            return new FieldKey(text, text.StartsWith("user.", StringComparison.Ordinal) ? FieldPlace.User : FieldPlace.Registration, []);
        }

        foreach (var (prefix, place) in new[] { (UserData, FieldPlace.UserData), (RegistrationData, FieldPlace.RegistrationData) })
        {
            // The data is an object, so a list can't be its first level.
            if (text.StartsWith(prefix, StringComparison.Ordinal) && ParsePath(text.AsSpan(prefix.Length)) is [{ Name: not null }, ..] path)
            {
                return new FieldKey(text, place, path);
            }
        }

        return null;
    }

    /// <summary>Whether both name the same place, or one lies inside the other: then they can't stand in one form.</summary>
    public bool Overlaps(FieldKey other)
    {
        if (Place != other.Place || IsPredefined)
        {
            return Text == other.Text;
        }

        var common = Math.Min(path.Length, other.path.Length);
        for (var index = 0; index < common; index++)
        {
            // A list and an object at one place exclude each other too.
            if ((path[index].Name is null) != (other.path[index].Name is null))
            {
                return true;
            }

            if (path[index] != other.path[index])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The value at this place of free data, or null.</summary>
    public JsonNode? Read(JsonObject data)
    {
        JsonNode? node = data;
        foreach (var (name, index) in path)
        {
            node = name is not null ? (node as JsonObject)?[name]
                : node is JsonArray items && index < items.Count ? items[index]
                : null;
        }

        return node;
    }

    /// <summary>Puts a value at this place of free data; null removes what is there. What stands in the way is replaced.</summary>
    public void Write(JsonObject data, JsonNode? value)
    {
        JsonNode node = data;
        for (var depth = 0; depth < path.Length - 1; depth++)
        {
            var wantsList = path[depth + 1].Name is null;
            var next = Child(node, path[depth]);
            if (wantsList ? next is not JsonArray : next is not JsonObject)
            {
                if (value is null)
                {
                    return; // There is nothing to remove.
                }

                next = wantsList ? new JsonArray() : new JsonObject();
                SetChild(node, path[depth], next);
            }

            node = next!;
        }

        SetChild(node, path[^1], value);
    }

    /// <summary>The names on the way to the value, for the shape of the answers.</summary>
    internal IReadOnlyList<(string? Name, int Index)> Path => [.. path.Select(part => (part.Name, part.Index))];

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static JsonNode? Child(JsonNode node, Part part) =>
        part.Name is { } name ? ((JsonObject)node)[name] : node is JsonArray items && part.Index < items.Count ? items[part.Index] : null;

    private static void SetChild(JsonNode node, Part part, JsonNode? value)
    {
        if (part.Name is { } name)
        {
            var members = (JsonObject)node;
            members.Remove(name);
            if (value is not null)
            {
                members[name] = value;
            }

            return;
        }

        var items = (JsonArray)node;
        if (value is null && part.Index >= items.Count)
        {
            return;
        }

        while (items.Count <= part.Index)
        {
            items.Add(null);
        }

        items[part.Index] = value;
    }

    private static Part[]? ParsePath(ReadOnlySpan<char> rest)
    {
        var parts = new List<Part>();
        while (!rest.IsEmpty)
        {
            if (parts.Count == MaxParts || ParsePart(rest, out var length) is not { } part)
            {
                return null;
            }

            parts.Add(part);
            rest = rest[length..];
        }

        return parts.Count == 0 ? null : [.. parts];
    }

    // .name, ['name'], ["name"] or [0]
    private static Part? ParsePart(ReadOnlySpan<char> rest, out int length)
    {
        length = 0;
        if (rest[0] == '.')
        {
            var end = rest[1..].IndexOfAny('.', '[');
            length = end < 0 ? rest.Length : end + 1;
            return NamePart(rest[1..length]);
        }

        if (rest is not ['[', _, ..])
        {
            return null;
        }

        if (rest[1] is '\'' or '"')
        {
            var end = rest[2..].IndexOf(rest[1]);
            if (end < 0 || end + 3 >= rest.Length || rest[end + 3] != ']')
            {
                return null;
            }

            length = end + 4;
            return NamePart(rest.Slice(2, end));
        }

        var close = rest.IndexOf(']');
        length = close + 1;
        return close > 1 && int.TryParse(rest[1..close], System.Globalization.NumberStyles.None, null, out var index) && index <= MaxIndex
            ? new Part(null, index)
            : null;
    }

    // A key is also the id of an element, which must not hold white space, and part of messages.
    private static Part? NamePart(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
        {
            return null;
        }

        foreach (var character in name)
        {
            if (!char.IsLetterOrDigit(character) && character is not ('_' or '-' or '$' or ':' or '/' or '.' or '@'))
            {
                return null;
            }
        }

        return new Part(name.ToString(), 0);
    }

    private readonly record struct Part(string? Name, int Index);
}
