using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>Claims as they must be typed; a claim of another type is no claim.</summary>
internal static class ClaimReader
{
    // 9999-12-31, the last day that DateTimeOffset has.
    private const double MaxSeconds = 253402300799;

    public static string? GetString(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static DateTimeOffset? GetTime(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= MaxSeconds
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;

    public static Guid? GetGuid(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id) ? id : null;

    public static IReadOnlyList<string> GetStrings(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var value))
            return [];
        if (value.ValueKind == JsonValueKind.String)
            return [value.GetString()!];
        if (value.ValueKind != JsonValueKind.Array)
            return [];

        var found = new string[value.GetArrayLength()];
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
                return [];
            found[index++] = item.GetString()!;
        }

        return found;
    }
}
