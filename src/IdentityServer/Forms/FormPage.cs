using IdentityServer.Themes;

namespace IdentityServer.Forms;

/// <summary>
/// A step of a form, whatever the form is for. Posts the fields by their keys, what is typed twice also under <c>confirm.</c> and
/// the key, the sealed <c>answers</c>, and <c>go</c>: <c>next</c>, <c>back</c> or <c>refresh</c>. Where the address is proven, <c>code</c>
/// and also <c>resend</c>.
/// </summary>
public sealed record FormPage : IPage<FormPage>, IPostsBack, IKeepsAnswers, INavigable
{
    /// <summary>Self-registration.</summary>
    public const string Register = "register";

    /// <summary>What is missing at sign-in.</summary>
    public const string Complete = "complete";

    /// <summary>The person's own profile.</summary>
    public const string Profile = "profile";

    /// <inheritdoc/>
    public static string Template => "form";

    /// <inheritdoc/>
    public static FormPage Sample => FormSamples.All[0];

    /// <inheritdoc/>
    public static IReadOnlyList<FormPage> Samples => FormSamples.All;

    /// <summary>Where the form posts to once a language was picked on it.</summary>
    public static string ActionIn(string action, FormPost? post) => post?.Locale is { } locale && locale.All(character => char.IsAsciiLetterOrDigit(character) || character == '-')
        ? LanguageNegotiation.WithLocale(action, locale)
        : action;

    /// <inheritdoc/>
    public required string Action { get; init; }

    /// <summary>What the form is for.</summary>
    public required string Surface { get; init; }

    /// <summary>What is remembered between pages of the request, sealed.</summary>
    public string? Interaction { get; init; }

    /// <summary>What was answered so far, sealed.</summary>
    public required string Answers { get; init; }

    /// <summary>The application that asks.</summary>
    public ApplicationView? Application { get; init; }

    /// <summary>Who is signed in.</summary>
    public AccountView? Account { get; init; }

    /// <inheritdoc/>
    public NavigationView? Navigation { get; init; }

    /// <summary>The same request, for those who have an account.</summary>
    public string? LoginUrl { get; init; }

    /// <summary>The step's title.</summary>
    public string? StepTitle { get; init; }

    /// <summary>The step's number.</summary>
    public int Number { get; init; } = 1;

    /// <summary>How many steps there are.</summary>
    public int Count { get; init; } = 1;

    /// <summary>What is to be told: <c>changed</c>, <c>expired</c>, <c>more</c>, <c>saved</c>, or nothing.</summary>
    public string? Notice { get; init; }

    /// <summary>The fields.</summary>
    public required IReadOnlyList<FormFieldView> Fields { get; init; }

    /// <summary>The mail that proves the address, where this is the step for it; then there are no fields.</summary>
    public FormVerificationView? Verification { get; init; }

    /// <summary>How it stands with that; empty at other steps.</summary>
    public string VerificationState => Verification?.State ?? string.Empty;

    /// <summary>The rule told below a new password.</summary>
    public required int PasswordMinLength { get; init; }

    /// <summary>What was wrong.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Whether there is more than one step.</summary>
    public bool HasSteps => Count > 1;

    /// <summary>The steps, for the bar that shows how far one is.</summary>
    public IEnumerable<bool> Bar => Enumerable.Range(1, Count).Select(step => step <= Number);

    /// <summary>Whether there is a step before.</summary>
    public bool HasPrevious { get; init; }

    /// <summary>Whether this is the last step.</summary>
    public bool IsLast => Number >= Count;

    /// <summary>What is wrong, by field, for the summary above the form.</summary>
    public IEnumerable<FormFinding> Summary => Errors.Fields.Select(error =>
        new FormFinding(error, Fields.FirstOrDefault(shown => shown.Key == error.Field) is { Predefined: false } own ? own : null));

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => Verification is { State: "waiting" } ? "code" : Fields.FirstOrDefault(shown => Errors.Has(shown.Key))?.Key
        ?? (Surface == Profile ? null : Fields.FirstOrDefault(shown => shown is { Group: false, ReadOnly: false } && string.IsNullOrEmpty(shown.Value))?.Key);
}

/// <summary>Where a form waits for a mail to be read.</summary>
/// <param name="Address">Where the mail went, as far as this browser knows.</param>
/// <param name="State"><c>waiting</c>, <c>confirmed</c>, <c>gone</c>.</param>
/// <param name="StateUrl">Where the script asks how things stand.</param>
/// <param name="WaitingCode">The code for whoever opens the link on another device.</param>
/// <param name="Resent">Whether another mail was just sent.</param>
public sealed record FormVerificationView(string Address, string State, string? StateUrl = null, string? WaitingCode = null, bool Resent = false);

/// <summary>One line of the summary; a field of the admin's own is named, because the sentence about it can't name it.</summary>
public sealed record FormFinding(FieldError Error, FormFieldView? Field);

/// <summary>A field of a form as a page shows it.</summary>
public sealed record FormFieldView
{
    /// <summary>The key: name and id of the control.</summary>
    public required string Key { get; init; }

    /// <summary>Which partial shows it: <c>input</c>, <c>password</c>, <c>textarea</c>, <c>select</c>, <c>radio</c>, <c>checkboxes</c>, <c>checkbox</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The type of an input.</summary>
    public string Type { get; init; } = "text";

    /// <summary>The message that holds the label, if the theme has one; empty where the admin gave a label.</summary>
    public string LabelKey { get; init; } = string.Empty;

    /// <summary>The label otherwise.</summary>
    public required string Label { get; init; }

    /// <summary>The help text.</summary>
    public string Hint { get; init; } = string.Empty;

    /// <summary>An example.</summary>
    public string Placeholder { get; init; } = string.Empty;

    /// <summary>What was typed; never of a password.</summary>
    public string Value { get; init; } = string.Empty;

    /// <summary>What was typed the second time.</summary>
    public string ConfirmValue { get; init; } = string.Empty;

    /// <summary>The name of the second control.</summary>
    public string ConfirmName => "confirm." + Key;

    /// <summary>The choices.</summary>
    public IReadOnlyList<FormOptionView> Options { get; init; } = [];

    /// <summary>Whether a box is ticked.</summary>
    public bool Checked { get; init; }

    /// <summary>Whether it must be answered.</summary>
    public bool Required { get; init; }

    /// <summary>Whether it is said that it may be left blank.</summary>
    public bool Optional { get; init; }

    /// <summary>Whether it is typed twice.</summary>
    public bool Confirm { get; init; }

    /// <summary>Whether a password was chosen before, and stays if this is left blank.</summary>
    public bool Kept { get; init; }

    /// <summary>Whether it can be seen only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether other fields depend on it.</summary>
    public bool Decides { get; init; }

    /// <summary>Whether the key is one that the server knows by itself.</summary>
    public bool Predefined { get; init; }

    /// <summary>Whether letters are not to be corrected.</summary>
    public bool Spelled { get; init; }

    /// <summary>The keyboard of a telephone.</summary>
    public string InputMode { get; init; } = string.Empty;

    /// <summary>What browsers fill it in from.</summary>
    public string Autocomplete { get; init; } = "on";

    /// <summary>Whether it consists of several controls.</summary>
    public bool Group => Kind is "radio" or "checkboxes";
}

/// <summary>One of the choices.</summary>
/// <param name="Name">The field's key.</param>
/// <param name="Id">The id of its control.</param>
/// <param name="Value">What it stands for.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Selected">Whether it is chosen.</param>
public sealed record FormOptionView(string Name, string Id, string Value, string Label, bool Selected);
