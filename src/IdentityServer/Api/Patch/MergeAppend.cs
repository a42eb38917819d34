using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>
/// PATCH as <c>application/json</c>, which all published clients send: objects merge, scalars replace, null removes, and lists
/// are appended to; lists that are sets unite. To shrink a list, clients set it to null first, or use PUT (§1.5).
/// </summary>
internal static class MergeAppend
{
    /// <summary>Applies <paramref name="patch"/>; <paramref name="sets"/> names lists by path, <c>*</c> standing for any one name.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch, IReadOnlyList<string> sets) => Apply(target, patch, sets, []);

    private static JsonObject Apply(JsonObject target, JsonObject patch, IReadOnlyList<string> sets, string[] path)
    {
        foreach (var (name, value) in patch)
        {
            string[] here = [.. path, name];
            switch (value)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject inner:
                    var existing = target[name] as JsonObject;
                    if (existing is null)
                    {
                        target[name] = existing = [];
                    }

                    Apply(existing, inner, sets, here);
                    break;
                case JsonArray added when target[name] is JsonArray list:
                    Append(list, added, sets.Any(set => IsAt(here, set)));
                    break;
                default:
                    target[name] = value.DeepClone();
                    break;
            }
        }

        return target;
    }

    private static void Append(JsonArray list, JsonArray added, bool isSet)
    {
        foreach (var item in added)
        {
            if (!isSet || !list.Any(present => JsonNode.DeepEquals(present, item)))
            {
                list.Add(item?.DeepClone());
            }
        }
    }

    private static bool IsAt(string[] path, string set)
    {
        var names = set.Split('.');
        return names.Length == path.Length && names.Zip(path).All(pair => pair.First == "*" || pair.First == pair.Second);
    }
}
