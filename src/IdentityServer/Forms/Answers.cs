namespace IdentityServer.Forms;

/// <summary>
/// What was typed or chosen, by key, as text, so that it can be shown again. Under
/// <c>confirm.</c> and a key stands what was typed the second time.
/// </summary>
public sealed class Answers
{
    private readonly Dictionary<string, string[]> values;

    /// <summary>No answers.</summary>
    public Answers()
        : this([])
    {
    }

    /// <summary>These answers.</summary>
    public Answers(IEnumerable<KeyValuePair<string, string[]>> values) => this.values = new(values, StringComparer.Ordinal);

    /// <summary>What was answered; nothing, if nothing was.</summary>
    public IReadOnlyList<string> this[string key] => values.TryGetValue(key, out var found) ? found : [];

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<string, string[]> All => values;

    /// <summary>Whether the question was put and answered, be it by nothing.</summary>
    public bool Has(string key) => values.ContainsKey(key);

    /// <summary>Whether something other than white space was answered.</summary>
    public bool IsBlank(string key) => this[key].All(string.IsNullOrWhiteSpace);

    /// <summary>Notes an answer.</summary>
    public Answers Set(string key, params IEnumerable<string> answer)
    {
        values[key] = [.. answer];
        return this;
    }

    /// <summary>Forgets an answer.</summary>
    public void Remove(string key) => values.Remove(key);

    /// <summary>A copy to be changed.</summary>
    public Answers Copy() => new(values);
}
