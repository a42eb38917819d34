using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>Which fields two states of an object differ in, by name alone: the audit log holds no values.</summary>
internal static class ChangedFields
{
    private const int MaxDepth = 3;
    private static readonly string[] Always = ["insertInstant", "lastUpdateInstant"];

    /// <summary>Dotted paths of what differs; nothing before or nothing after counts as an empty object.</summary>
    public static IEnumerable<string> Between(JsonObject? before, JsonObject? after) =>
        Between(before ?? [], after ?? [], string.Empty, MaxDepth).Except(Always);

    private static IEnumerable<string> Between(JsonObject before, JsonObject after, string path, int depth)
    {
        foreach (var name in before.Select(member => member.Key).Union(after.Select(member => member.Key)))
        {
            var (old, now, here) = (before[name], after[name], path + name);
            if (depth > 1 && (old ?? now) is JsonObject && (now ?? old) is JsonObject)
            {
                foreach (var inner in Between(old as JsonObject ?? [], now as JsonObject ?? [], here + ".", depth - 1))
                {
                    yield return inner;
                }
            }
            else if (!JsonNode.DeepEquals(old, now))
            {
                yield return here;
            }
        }
    }
}
