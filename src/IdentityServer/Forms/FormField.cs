using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace IdentityServer.Forms;

/// <summary>A field as requests see it: immutable, in memory, everything worked out.</summary>
public sealed class FormField
{
    /// <summary>How long a value may take to be compared with the expression; the engine does not backtrack, so this is never near.</summary>
    private static readonly TimeSpan PatternTime = TimeSpan.FromSeconds(1);

    private readonly Lazy<Regex?> pattern;
    private readonly Lazy<FrozenSet<string>> optionSet;

    /// <summary>Works out a field.</summary>
    public FormField(Guid id, string name, FieldDefinition definition)
    {
        Id = id;
        Name = name;
        Definition = definition;
        Key = FieldKey.Parse(definition.Key) ?? throw new InvalidDataException($"Field {id} has no valid key.");
        optionSet = new(() => Options.ToFrozenSet(StringComparer.Ordinal));
        pattern = new(() => definition.Validator is { Enabled: true, Expression: { Length: > 0 } expression } ? Compile(expression) : null);
        Fingerprint = FingerprintOf(definition);
    }

    /// <summary>The id.</summary>
    public Guid Id { get; }

    /// <summary>The name by which admins know it, and the last resort for its label.</summary>
    public string Name { get; }

    /// <summary>The key.</summary>
    public FieldKey Key { get; }

    /// <summary>What the admin said.</summary>
    public FieldDefinition Definition { get; }

    /// <summary>The values to choose from; none where anything may be typed.</summary>
    public IReadOnlyList<string> Options => Definition.Options.Count > 0 ? Definition.Options : StandardOptions.For(Definition.Key);

    /// <summary>Changes with everything that decides which answers are right, and with nothing else.</summary>
    public string Fingerprint { get; }

    /// <summary>Whether its value must never be shown or kept in clear.</summary>
    public bool IsSecret => Definition.Control is FormControl.Password;

    /// <summary>Whether the person chooses, and so can't leave it blank by typing nothing.</summary>
    public bool IsChoice => Definition.Control is FormControl.Checkbox or FormControl.Radio or FormControl.Select or FormControl.Consent;

    /// <summary>Whether it stands for several values.</summary>
    public bool IsList => Definition.Control is FormControl.Checkbox && (Definition.Options.Count > 0 || Definition.Key is PredefinedFields.Roles);

    /// <summary>Whether it is one box to tick.</summary>
    public bool IsBox => Definition.Control is FormControl.Consent || (Definition.Control is FormControl.Checkbox && !IsList);

    /// <summary>The expression that a value must match as a whole.</summary>
    internal Regex? Pattern => pattern.Value;

    /// <summary>The name of the control into which the value is typed again.</summary>
    public string ConfirmName => "confirm." + Key.Text;

    /// <summary>Whether this is one of the values to choose from.</summary>
    public bool IsOption(string value) => optionSet.Value.Contains(value);

    /// <summary>Compiles an admin's expression, or refuses one that the engine can't run without backtracking.</summary>
    /// <exception cref="ArgumentException">It is not an expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking: it looks around or refers back.</exception>
    internal static Regex Compile(string expression) =>
        new($@"\A(?:{expression})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, PatternTime);

    private static string FingerprintOf(FieldDefinition definition)
    {
        var deciding = definition with
        {
            Description = null,
            Label = null,
            Placeholder = null,
            Default = [],
            OptionLabels = null,
            Texts = null,
            Data = new Dictionary<string, JsonElement>(),
        };
        return Short(JsonSerializer.SerializeToUtf8Bytes(deciding, FieldDefinition.Json));
    }

    /// <summary>A short mark of some bytes.</summary>
    internal static string Short(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(SHA256.HashData(bytes).AsSpan(0, 9));
}
