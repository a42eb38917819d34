using System.Buffers;
using System.Collections.Frozen;

namespace IdentityServer.Protocol;

/// <summary>
/// The parameters of one request, parsed once: what is validated is what is used. Each has one value; an empty value
/// is an omitted one (RFC 6749 §3.1, §3.2); <c>resource</c> alone may repeat (RFC 8707 §2). Unknown names are kept and
/// ignored, but they too may not repeat.
/// </summary>
public sealed class RequestParameters
{
    public const int MaxCount = 100;
    public const int MaxNameLength = 128;
    public const int MaxValueLength = 16 * 1024;

    // A pretty-printed claims parameter holds tabs and line breaks; nothing legitimate holds the others.
    private static readonly SearchValues<char> Refused =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c).Except(['\t', '\n', '\r']), '\x7f']);

    private readonly Dictionary<string, string> _values;

    private RequestParameters(Dictionary<string, string> values, IReadOnlyList<string> resources, IReadOnlySet<string> repeated)
    {
        _values = values;
        Resources = resources;
        Repeated = repeated;
    }

    /// <summary>The one value of a parameter; null where it is omitted, empty or repeated.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Every <c>resource</c>, in order (RFC 8707 §2).</summary>
    public IReadOnlyList<string> Resources { get; }

    /// <summary>Names that came more than once; empty after <see cref="Parse"/>.</summary>
    public IReadOnlySet<string> Repeated { get; }

    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The parameters as they can be sent on, for instance in the address of the next page.</summary>
    public IEnumerable<KeyValuePair<string, string>> Pairs =>
        _values.Concat(Resources.Select(resource => KeyValuePair.Create(Parameters.Resource, resource)));

    /// <summary>Refuses repeats: for every endpoint that answers its caller directly.</summary>
    public static OAuthResult<RequestParameters> Parse(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        if (ParseForRedirect(pairs).Failed(out var error, out var parameters))
            return error;

        return parameters.Repeated.Count == 0
            ? parameters
            : OAuthError.RepeatedParameter.Because("repeated: " + string.Join(' ', parameters.Repeated.Order(StringComparer.Ordinal)));
    }

    /// <summary>
    /// Records repeats in <see cref="Repeated"/>: for the endpoints that must know client, redirect address and state
    /// before they can say what is wrong. <see cref="AuthorizeRules"/> then refuses.
    /// </summary>
    public static OAuthResult<RequestParameters> ParseForRedirect(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        List<string>? resources = null;
        HashSet<string>? repeated = null;
        HashSet<string>? empty = null;
        var count = 0;

        foreach (var (name, value) in pairs)
        {
            if (++count > MaxCount)
                return OAuthError.TooManyParameters;
            if (name.Length > MaxNameLength || value.Length > MaxValueLength)
                return OAuthError.ParameterTooLong;
            if (name.AsSpan().ContainsAny(Refused) || value.AsSpan().ContainsAny(Refused))
                return OAuthError.ParameterCharacters;

            if (name == Parameters.Resource)
            {
                if (value.Length > 0)
                    (resources ??= []).Add(value);
            }
            else if (values.ContainsKey(name) || empty?.Contains(name) == true)
                (repeated ??= new(StringComparer.Ordinal)).Add(name);
            else if (value.Length > 0)
                values.Add(name, value);
            else
                (empty ??= new(StringComparer.Ordinal)).Add(name);
        }

        foreach (var name in repeated ?? [])
            values.Remove(name);

        return new RequestParameters(values, resources ?? [], (IReadOnlySet<string>?)repeated ?? FrozenSet<string>.Empty);
    }
}
