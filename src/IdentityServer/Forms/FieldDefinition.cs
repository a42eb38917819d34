using System.Text.Json;
using System.Text.Json.Serialization;

namespace IdentityServer.Forms;

/// <summary>How a field is shown.</summary>
public enum FormControl
{
    /// <summary>One line.</summary>
    Text,

    /// <summary>One line that is not shown.</summary>
    Password,

    /// <summary>Several lines.</summary>
    Textarea,

    /// <summary>A number.</summary>
    Number,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A telephone number.</summary>
    Tel,

    /// <summary>A web address.</summary>
    Url,

    /// <summary>A day.</summary>
    Date,

    /// <summary>One box to tick, or, with options, several.</summary>
    Checkbox,

    /// <summary>One of several, all shown.</summary>
    Radio,

    /// <summary>One of several, in a list.</summary>
    Select,

    /// <summary>One box that gives a consent.</summary>
    Consent,
}

/// <summary>What a field's value is stored as.</summary>
public enum FormDataType
{
    /// <summary>A JSON string.</summary>
    String,

    /// <summary>A JSON number.</summary>
    Number,

    /// <summary>A JSON boolean.</summary>
    Bool,

    /// <summary>A day as <c>YYYY-MM-DD</c>.</summary>
    Date,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>A telephone number.</summary>
    PhoneNumber,

    /// <summary>A consent that is given or not; nothing of it goes into data.</summary>
    Consent,
}

/// <summary>What an admin says about a field beside its name. Texts without a language are those of every language that has none.</summary>
public sealed record FieldDefinition
{
    /// <summary>How definitions are written to the database and read back.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        MaxDepth = 32,
    };

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>How it is shown.</summary>
    public FormControl Control { get; init; }

    /// <summary>What it is stored as.</summary>
    public FormDataType Type { get; init; }

    /// <summary>Whether it must be answered.</summary>
    public bool Required { get; init; }

    /// <summary>Whether it is typed twice.</summary>
    public bool Confirm { get; init; }

    /// <summary>The help text.</summary>
    public string? Description { get; init; }

    /// <summary>The label; where there is none, the theme's word for the key or the field's name.</summary>
    public string? Label { get; init; }

    /// <summary>An example inside the control.</summary>
    public string? Placeholder { get; init; }

    /// <summary>What is filled in at first.</summary>
    public IReadOnlyList<string> Default { get; init; } = [];

    /// <summary>The values to choose from.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>How those values are called, where it is not by themselves.</summary>
    public IReadOnlyDictionary<string, string>? OptionLabels { get; init; }

    /// <summary>The texts by language tag.</summary>
    public IReadOnlyDictionary<string, FieldTexts>? Texts { get; init; }

    /// <summary>What a value must fulfil.</summary>
    public FieldValidator Validator { get; init; } = new();

    /// <summary>The consent that it gives.</summary>
    public Guid? ConsentId { get; init; }

    /// <summary>When it is there at all; always, if null.</summary>
    public FieldCondition? VisibleIf { get; init; }

    /// <summary>When it must be answered though <see cref="Required"/> does not say so.</summary>
    public FieldCondition? RequiredIf { get; init; }

    /// <summary>Free data.</summary>
    public IReadOnlyDictionary<string, JsonElement> Data { get; init; } = new Dictionary<string, JsonElement>();
}

/// <summary>A field's texts in one language; what is null is taken from the field itself.</summary>
public sealed record FieldTexts
{
    /// <summary>The label.</summary>
    public string? Label { get; init; }

    /// <summary>The help text.</summary>
    public string? Description { get; init; }

    /// <summary>An example inside the control.</summary>
    public string? Placeholder { get; init; }

    /// <summary>How the options are called.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; init; }
}

/// <summary>What a value must fulfil. Nothing, unless it is enabled.</summary>
public sealed record FieldValidator
{
    /// <summary>Whether it counts.</summary>
    public bool Enabled { get; init; }

    /// <summary>A regular expression for the whole value.</summary>
    public string? Expression { get; init; }

    /// <summary>The fewest characters.</summary>
    public int? MinLength { get; init; }

    /// <summary>The most characters.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The least number.</summary>
    public decimal? MinValue { get; init; }

    /// <summary>The greatest number.</summary>
    public decimal? MaxValue { get; init; }
}

/// <summary>
/// A condition on another field of the form. It holds when that field has been answered, with one of <see cref="Values"/> if any
/// are named.
/// </summary>
public sealed record FieldCondition
{
    /// <summary>The key of the other field.</summary>
    public required string Key { get; init; }

    /// <summary>The answers that fulfil it; any, if empty.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];
}
