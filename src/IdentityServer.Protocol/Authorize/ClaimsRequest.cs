using System.Text;
using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>What the <c>claims</c> parameter asks for, claim by claim (OpenID Connect Core §5.5).</summary>
public sealed record ClaimsRequest(IReadOnlyDictionary<string, ClaimRequest> UserInfo, IReadOnlyDictionary<string, ClaimRequest> IdToken)
{
    private const int MaxClaims = 100;

    private static readonly Dictionary<string, ClaimRequest> Nothing = [];

    public static ClaimsRequest Empty { get; } = new(Nothing, Nothing);

    public static OAuthResult<ClaimsRequest> Parse(string? json)
    {
        if (json is null)
            return Empty;

        // "Other members MAY be present; members that are not understood MUST be ignored."
        return Json.TryParse(Encoding.UTF8.GetBytes(json), out var root)
            && root.ValueKind == JsonValueKind.Object
            && TryRead(root, "userinfo", out var userInfo)
            && TryRead(root, "id_token", out var idToken)
                ? new ClaimsRequest(userInfo, idToken)
                : OAuthError.InvalidClaims;
    }

    private static bool TryRead(JsonElement root, string member, out IReadOnlyDictionary<string, ClaimRequest> claims)
    {
        claims = Nothing;
        if (!root.TryGetProperty(member, out var requested) || requested.ValueKind == JsonValueKind.Null)
            return true;
        if (requested.ValueKind != JsonValueKind.Object || requested.GetPropertyCount() > MaxClaims)
            return false;

        var found = new Dictionary<string, ClaimRequest>(StringComparer.Ordinal);
        foreach (var property in requested.EnumerateObject())
        {
            if (!ClaimRequest.TryRead(property.Value, out var claim))
                return false;
            found.Add(property.Name, claim);
        }

        claims = found;
        return true;
    }
}

/// <summary>How one claim is wanted (OpenID Connect Core §5.5.1); no values means that any will do.</summary>
public sealed record ClaimRequest(bool Essential, IReadOnlyList<JsonElement> Values)
{
    private static readonly ClaimRequest Voluntary = new(false, []);

    /// <summary>Whether a value satisfies what was asked for.</summary>
    public bool Accepts(string value) =>
        Values.Count == 0 || Values.Any(wanted => wanted.ValueKind == JsonValueKind.String && wanted.ValueEquals(value));

    internal static bool TryRead(JsonElement element, out ClaimRequest claim)
    {
        claim = Voluntary;
        if (element.ValueKind == JsonValueKind.Null)
            return true;
        if (element.ValueKind != JsonValueKind.Object)
            return false;

        var essential = false;
        if (element.TryGetProperty("essential", out var flag))
        {
            if (flag.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                return false;
            essential = flag.GetBoolean();
        }

        IReadOnlyList<JsonElement> values = [];
        if (element.TryGetProperty("values", out var list))
        {
            if (list.ValueKind != JsonValueKind.Array)
                return false;
            values = [.. list.EnumerateArray()];
        }
        else if (element.TryGetProperty("value", out var single))
            values = [single];

        claim = new(essential, values);
        return true;
    }
}
