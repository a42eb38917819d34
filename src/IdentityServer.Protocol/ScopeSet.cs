using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace IdentityServer.Protocol;

/// <summary>Scope names in the order they came, each once, compared ordinally (RFC 6749 §3.3).</summary>
[SuppressMessage("Naming", "CA1710", Justification = "A set is what it is.")]
public sealed class ScopeSet : IReadOnlyList<string>
{
    // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create([.. Enumerable.Range(0x21, 0x7E - 0x20).Select(c => (char)c).Except(['"', '\\'])]);

    private readonly string[] _names;
    private string? _text;

    private ScopeSet(string[] names) => _names = names;

    public static ScopeSet Empty { get; } = new([]);

    public int Count => _names.Length;

    public string this[int index] => _names[index];

    public bool Contains(string scope) => Array.IndexOf(_names, scope) >= 0;

    public bool IsSubsetOf(ScopeSet other) => Array.TrueForAll(_names, other.Contains);

    /// <summary>Those that are also allowed, in the same order.</summary>
    public ScopeSet Only(Func<string, bool> allowed) => Of(_names.Where(allowed));

    /// <summary>Names that are known to be well-formed: from configuration or from what we stored ourselves.</summary>
    public static ScopeSet Of(params IEnumerable<string> names)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).ToArray();
        return distinct.Length == 0 ? Empty : new(distinct);
    }

    public static OAuthResult<ScopeSet> Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Empty;

        var names = text.Split(' ');
        return Array.TrueForAll(names, IsWellFormed) ? Of(names) : OAuthError.MalformedScope;
    }

    /// <summary>Whether a name can be a scope at all.</summary>
    public static bool IsWellFormed(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenCharacters);

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _names.GetEnumerator();

    /// <summary>As it stands on the wire: separated by spaces.</summary>
    public override string ToString() => _text ??= string.Join(' ', _names);
}
