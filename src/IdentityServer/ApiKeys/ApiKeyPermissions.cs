using System.Collections.Frozen;
using System.Text.Json;

namespace IdentityServer.ApiKeys;

/// <summary>
/// What a key may do: methods by endpoint, compared exactly, so that <c>/api/user</c> does not cover
/// <c>/api/user/registration</c>. None listed means everything.
/// </summary>
public sealed class ApiKeyPermissions
{
    private readonly FrozenDictionary<string, FrozenSet<string>> endpoints;

    /// <summary>Everything.</summary>
    public static readonly ApiKeyPermissions All = new(new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>Nothing.</summary>
    public static readonly ApiKeyPermissions None = new(new Dictionary<string, IReadOnlyList<string>> { [string.Empty] = [] });

    /// <summary>These methods at these endpoints.</summary>
    public ApiKeyPermissions(IReadOnlyDictionary<string, IReadOnlyList<string>> endpoints) =>
        this.endpoints = endpoints.ToFrozenDictionary(
            entry => entry.Key, entry => entry.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Whether nothing is forbidden.</summary>
    public bool AllowsEverything => endpoints.Count == 0;

    /// <summary>The methods by endpoint.</summary>
    public IEnumerable<KeyValuePair<string, FrozenSet<string>>> Endpoints => endpoints;

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static ApiKeyPermissions Parse(string json) =>
        new(JsonSerializer.Deserialize<Dictionary<string, IReadOnlyList<string>>>(json)
            ?? throw new InvalidDataException("The permissions of an API key are not a JSON object."));

    /// <summary>Whether this method may be called at this endpoint.</summary>
    public bool Allow(string endpoint, string method) =>
        AllowsEverything || (endpoints.TryGetValue(endpoint, out var methods) && methods.Contains(method));

    /// <summary>Whether all that <paramref name="other"/> may do is allowed here too: nobody grants more than they have.</summary>
    public bool Cover(ApiKeyPermissions other) =>
        AllowsEverything
        || (!other.AllowsEverything && other.endpoints.All(entry => entry.Value.All(method => Allow(entry.Key, method))));

    /// <summary>The form in which permissions are stored.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(endpoints
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ToDictionary(entry => entry.Key, entry => entry.Value.Order(StringComparer.Ordinal).ToArray()));
}
