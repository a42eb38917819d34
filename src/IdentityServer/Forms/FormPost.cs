namespace IdentityServer.Forms;

/// <summary>What the person wants with the page they posted.</summary>
public enum FormWish
{
    /// <summary>To go on.</summary>
    Next,

    /// <summary>To go back a step.</summary>
    Back,

    /// <summary>To see the same page again, with what depends on the answers.</summary>
    Refresh,

    /// <summary>To be mailed once more.</summary>
    Resend,
}

/// <summary>The post of a form's page: the answers, and what the page carried unseen.</summary>
public sealed class FormPost
{
    /// <summary>The hidden field that holds the <see cref="FormState"/>.</summary>
    public const string StateField = "answers";

    /// <summary>The buttons' name.</summary>
    public const string WishField = "go";

    /// <summary>The buttons that change the language.</summary>
    public const string LocaleField = "locale";

    private readonly ILookup<string, string> typed;

    /// <summary>Takes a post as it came.</summary>
    public FormPost(IEnumerable<KeyValuePair<string, string>> pairs) =>
        typed = pairs.ToLookup(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);

    /// <summary>The seal, if the page had one.</summary>
    public string? State => typed[StateField].FirstOrDefault() is { Length: > 0 } state ? state : null;

    /// <summary>The language that was picked, if one was.</summary>
    public string? Locale => typed[LocaleField].FirstOrDefault() is { Length: > 0 } locale ? locale : null;

    /// <summary>What the person wants; without a button, to go on.</summary>
    public FormWish Wish => Locale is not null ? FormWish.Refresh : typed[WishField].FirstOrDefault() switch
    {
        "back" => FormWish.Back,
        "refresh" => FormWish.Refresh,
        "resend" => FormWish.Resend,
        _ => FormWish.Next,
    };

    /// <summary>The names of everything that was posted.</summary>
    public IEnumerable<string> Names => typed.Select(group => group.Key);

    /// <summary>What was posted under a name.</summary>
    public IEnumerable<string> this[string name] => typed[name];

    /// <summary>Whether anything was posted under a name.</summary>
    public bool Has(string name) => typed.Contains(name);

    /// <summary>Whether a posted name is an answer or the seal, and so no parameter of the page's own.</summary>
    public static bool IsAnswer(string name) =>
        name is StateField
        || name.StartsWith("user.", StringComparison.Ordinal)
        || name.StartsWith("registration.", StringComparison.Ordinal)
        || name.StartsWith("confirm.", StringComparison.Ordinal);
}
