using System.Text.Json;

namespace IdentityServer.Themes;

/// <summary>Turns a model into dictionaries, lists and primitives, so that a template can reach its data and no type behind it.</summary>
internal static class PlainModel
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static Dictionary<string, object?> Of<T>(T model) =>
        (Dictionary<string, object?>)Plain(JsonSerializer.SerializeToElement(model, Options))!;

    private static object? Plain(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(member => member.Name, member => Plain(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
