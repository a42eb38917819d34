using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>
/// Reads named members of an object that was sent; nothing is bound that is not asked for by name, so unknown members are
/// ignored (C12). Null counts as absent (§1.4). What has the wrong type is noted under its dotted path and read as absent.
/// </summary>
internal sealed class JsonFields(JsonObject? node, string path, FieldErrors errors)
{
    private const int MaxItems = 1000;

    /// <summary>The length of most columns.</summary>
    public const int Short = 191;

    /// <summary>The length of descriptions.</summary>
    public const int Long = 1024;

    /// <summary>The length of a text whose real limit is a domain room's to tell.</summary>
    public const int Any = 4096;

    /// <summary>The object of an envelope, such as <c>user</c>; noted as missing when it is not there (§1.7).</summary>
    public static JsonFields OfEnvelope(JsonObject envelope, string name, FieldErrors errors)
    {
        if (envelope[name] is null)
        {
            errors.Add(name, "missing", $"The body has no object '{name}'.");
        }

        return new JsonFields(envelope, string.Empty, errors).Section(name);
    }

    /// <summary>The dotted path of the object.</summary>
    public string Path => path;

    /// <summary>Whether the member was sent.</summary>
    public bool Has(string name) => node?[name] is not null;

    /// <summary>A text of bounded length.</summary>
    public string? Text(string name, int max = Short)
    {
        if (!Read<string>(name, "a text", out var text))
        {
            return null;
        }

        if (text.Length > max)
        {
            TooLong(name, max);
            return null;
        }

        return text;
    }

    /// <summary>A switch.</summary>
    public bool Flag(string name, bool otherwise = false) => Read<bool>(name, "true or false", out var value) ? value : otherwise;

    /// <summary>A switch that may be left open.</summary>
    public bool? OptionalFlag(string name) => Read<bool>(name, "true or false", out var value) ? value : null;

    /// <summary>A whole number.</summary>
    public int? Number(string name) => Read<int>(name, "a whole number", out var value) ? value : null;

    /// <summary>An id.</summary>
    public Guid? Id(string name)
    {
        if (!Read<string>(name, "a UUID", out var text))
        {
            return null;
        }

        return Guid.TryParseExact(text, "D", out var id) ? id : NotConverted<Guid>(name, "An id is a UUID.");
    }

    /// <summary>An instant in milliseconds since 1970 (§1.2).</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (!Read<long>(name, "a number of milliseconds", out var value))
        {
            return null;
        }

        return value >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && value <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(value)
            : NotConverted<DateTimeOffset>(name, "The instant lies outside the calendar.");
    }

    /// <summary>A date as <c>YYYY-MM-DD</c>.</summary>
    public DateOnly? Date(string name)
    {
        if (!Read<string>(name, "a date", out var text))
        {
            return null;
        }

        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : NotConverted<DateOnly>(name, "A date has the form YYYY-MM-DD.");
    }

    /// <summary>One of a list of words, case-sensitive (§1.2).</summary>
    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        if (!Read<string>(name, "a text", out var text))
        {
            return null;
        }

        if (Enum.GetNames<T>().Contains(text, StringComparer.Ordinal))
        {
            return Enum.Parse<T>(text);
        }

        errors.Add(At(name), "invalid", "One of: " + string.Join(", ", Enum.GetNames<T>()) + ".");
        return null;
    }

    /// <summary>One of a list of words that begin with a small letter, case-sensitive.</summary>
    public T? CamelChoice<T>(string name)
        where T : struct, Enum
    {
        if (!Read<string>(name, "a text", out var text))
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (text == JsonNamingPolicy.CamelCase.ConvertName(value.ToString()))
            {
                return value;
            }
        }

        errors.Add(At(name), "invalid", "One of: " + string.Join(", ", Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName)) + ".");
        return null;
    }

    /// <summary>A number.</summary>
    public decimal? Decimal(string name) => Read<decimal>(name, "a number", out var value) ? value : null;

    /// <summary>An object whose members are texts, null when absent.</summary>
    public IReadOnlyDictionary<string, string>? TextMap(string name, int max = Short) => Has(name)
        ? Section(name).Names.Select(member => (member, Text: Section(name).Text(member, max)))
            .Where(pair => pair.Text is not null).ToDictionary(pair => pair.member, pair => pair.Text!, StringComparer.Ordinal)
        : null;

    /// <summary>A list of texts, null when absent.</summary>
    public IReadOnlyList<string>? Texts(string name, int max = 2048)
    {
        if (Items(name) is not { } items)
        {
            return null;
        }

        var texts = new List<string>(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index] is not JsonValue value || !value.TryGetValue<string>(out var text))
            {
                WrongTypeAt($"{At(name)}[{index}]", "a text");
            }
            else if (text.Length > max)
            {
                errors.Add($"{At(name)}[{index}]", "tooLong", $"At most {max} characters.");
            }
            else
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>A list of ids; empty when absent.</summary>
    public List<Guid> Ids(string name) => SearchCriteria.ParseIds(Texts(name) ?? [], At(name), errors);

    /// <summary>A list of objects, null when absent.</summary>
    public IReadOnlyList<JsonFields>? Sections(string name, int most = MaxItems)
    {
        if (Items(name, most) is not { } items)
        {
            return null;
        }

        var sections = new List<JsonFields>(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index] is not JsonObject section)
            {
                WrongTypeAt($"{At(name)}[{index}]", "an object");
            }
            else
            {
                sections.Add(new JsonFields(section, $"{At(name)}[{index}]", errors));
            }
        }

        return sections;
    }

    /// <summary>An object inside this one; empty when absent.</summary>
    public JsonFields Section(string name) => new(Object(name), At(name), errors);

    /// <summary>An object taken as it is, or null.</summary>
    public JsonObject? Object(string name)
    {
        switch (node?[name])
        {
            case null:
                return null;
            case JsonObject value:
                return value;
            default:
                WrongType(name, "an object");
                return null;
        }
    }

    /// <summary>A free object without null members, to be stored (§1.4).</summary>
    public JsonObject Free(string name)
    {
        var copy = Object(name)?.DeepClone().AsObject() ?? [];
        ApiJson.RemoveNulls(copy);
        return copy;
    }

    /// <summary>Members that are stored as they are: those of <paramref name="names"/> that were sent, or null.</summary>
    public Dictionary<string, JsonElement>? Others(IEnumerable<string> names)
    {
        var others = names
            .Where(Has)
            .ToDictionary(name => name, name => Element(node![name]!.DeepClone()), StringComparer.Ordinal);
        return others.Count == 0 ? null : others;
    }

    /// <summary>A member of any type, or null.</summary>
    public JsonNode? Anything(string name) => node?[name];

    /// <summary>Notes that a member is too long.</summary>
    public void TooLong(string name, int max) =>
        errors.Add(At(name), "tooLong", $"At most {max} characters.", new Dictionary<string, object> { ["max"] = max });

    /// <summary>The names of all members that were sent.</summary>
    public IEnumerable<string> Names => node is null ? [] : node.Where(member => member.Value is not null).Select(member => member.Key);

    /// <summary>The names of all members that were sent as null.</summary>
    public IEnumerable<string> Nulls => node is null ? [] : node.Where(member => member.Value is null).Select(member => member.Key);

    /// <summary>Notes that a member has the wrong type: [invalidJSON] at the property (§1.7).</summary>
    public void WrongType(string name, string kind) => WrongTypeAt(At(name), kind);

    private static JsonElement Element(JsonNode value)
    {
        ApiJson.RemoveNulls(value);
        return JsonSerializer.SerializeToElement(value);
    }

    private JsonArray? Items(string name, int most = MaxItems)
    {
        switch (node?[name])
        {
            case null:
                return null;
            case JsonArray items when items.Count <= most:
                return items;
            case JsonArray:
                errors.Add(At(name), "tooMany", $"At most {most} entries.");
                return null;
            default:
                WrongType(name, "a list");
                return null;
        }
    }

    private bool Read<T>(string name, string kind, [NotNullWhen(true)] out T? value)
        where T : notnull
    {
        value = default;
        switch (node?[name])
        {
            case null:
                return false;
            case JsonValue found when found.TryGetValue(out value):
                return true;
            default:
                WrongType(name, kind);
                return false;
        }
    }

    private void WrongTypeAt(string field, string kind) => errors.Add(field, "invalidJSON", $"Must be {kind}.");

    private T? NotConverted<T>(string name, string message)
        where T : struct
    {
        errors.Add(At(name), "couldNotConvert", message);
        return null;
    }

    private string At(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
