using System.Text.Json;

namespace IdentityServer.Protocol;

/// <summary>Claims about a user in the order they were added, each of its own JSON type: for ID token, userinfo and introspection.</summary>
public sealed class ClaimSet
{
    private readonly List<Claim> _claims = [];

    public IEnumerable<string> Names => _claims.Select(claim => claim.Name);

    public int Count => _claims.Count;

    /// <summary>A claim without a value is left out (OpenID Connect Core §5.3.2).</summary>
    public ClaimSet Add(string name, string? value) => string.IsNullOrEmpty(value) ? this : Add(new Claim(name, ClaimKind.Text) { Text = value });

    public ClaimSet Add(string name, bool? value) => value is null ? this : Add(new Claim(name, ClaimKind.Flag) { Number = value.Value ? 1 : 0 });

    public ClaimSet Add(string name, long? value) => value is null ? this : Add(new Claim(name, ClaimKind.Number) { Number = value.Value });

    public ClaimSet Add(string name, DateTimeOffset? value) => Add(name, value?.ToUnixTimeSeconds());

    public ClaimSet Add(string name, IReadOnlyList<string>? values) => values is null ? this : Add(new Claim(name, ClaimKind.List) { List = values });

    /// <summary>A value that cannot be written as JSON, such as half a character, is left out too.</summary>
    public ClaimSet Add(string name, JsonElement value) =>
        value.ValueKind != JsonValueKind.Null && Protocol.Json.TryParse(value, out var json) ? Add(new Claim(name, ClaimKind.Json) { Json = json }) : this;

    public bool Has(string name) => _claims.Exists(claim => claim.Name == name);

    /// <summary>Writes the members, without braces.</summary>
    public void WriteTo(Utf8JsonWriter writer) => WriteTo(writer, []);

    /// <summary>Writes the members, leaving out those that the protocol alone may set.</summary>
    internal void WriteTo(Utf8JsonWriter writer, ReadOnlySpan<string> reserved)
    {
        foreach (var claim in _claims)
        {
            if (!reserved.Contains(claim.Name))
                claim.WriteTo(writer);
        }
    }

    // The first of a name wins: no JSON object may hold one twice.
    private ClaimSet Add(in Claim claim)
    {
        if (!Has(claim.Name))
            _claims.Add(claim);
        return this;
    }

    private enum ClaimKind
    {
        Text,
        Flag,
        Number,
        List,
        Json,
    }

    private readonly record struct Claim(string Name, ClaimKind Kind)
    {
        public string? Text { get; init; }
        public long Number { get; init; }
        public IReadOnlyList<string>? List { get; init; }
        public JsonElement Json { get; init; }

        public void WriteTo(Utf8JsonWriter writer)
        {
            switch (Kind)
            {
                case ClaimKind.Text: writer.WriteString(Name, Text); break;
                case ClaimKind.Flag: writer.WriteBoolean(Name, Number == 1); break;
                case ClaimKind.Number: writer.WriteNumber(Name, Number); break;
                case ClaimKind.List: ClaimWriter.WriteList(writer, Name, List!); break;
                default:
                    writer.WritePropertyName(Name);
                    Json.WriteTo(writer);
                    break;
            }
        }
    }
}
