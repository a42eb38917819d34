namespace IdentityServer.Forms;

/// <summary>What a page of a form tells besides its fields.</summary>
public enum FormNotice
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The form was changed meanwhile; this is the first step that is not as it was.</summary>
    Changed,

    /// <summary>The answers of earlier steps are gone: too old, or not of this request.</summary>
    Expired,

    /// <summary>What was answered asks for more.</summary>
    More,
}

/// <summary>A page of a form: where somebody stands, and all that is to be shown there.</summary>
public sealed record FormProgress
{
    /// <summary>The form.</summary>
    public required Form Form { get; init; }

    /// <summary>The step, from 0.</summary>
    public required int Step { get; init; }

    /// <summary>What was answered so far.</summary>
    public required Answers Answers { get; init; }

    /// <summary>What the form makes of it.</summary>
    public required FormFindings Findings { get; init; }

    /// <summary>What is wrong, as far as it is to be told.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>What else is to be told.</summary>
    public FormNotice Notice { get; init; }

    /// <summary>The mail by which the address is proven, once there is one.</summary>
    public MailedProof? Mailed { get; init; }

    /// <summary>Whether the address is to be proven on this page.</summary>
    public bool Verifies => Form.Steps[Step].Type is FormStepType.VerifyEmail;

    /// <summary>The same, sealed for the page.</summary>
    public required string Sealed { get; init; }

    /// <summary>The fields of the page.</summary>
    public IEnumerable<FormField> Fields => Form.Steps[Step].Fields.Where(shown => Findings.Visible.Contains(shown.Key.Text));

    /// <summary>The step before this one that shows anything, or null.</summary>
    public int? Previous => Enumerable.Range(0, Step).Reverse().Cast<int?>().FirstOrDefault(step => Findings.HasSomething(Form.Steps[step!.Value]));

    /// <summary>This step's number among those that show anything, from 1.</summary>
    public int Number => Form.Steps.Take(Step).Count(Findings.Shows) + 1;

    /// <summary>How many steps show anything.</summary>
    public int Count => Math.Max(Number, Form.Steps.Count(Findings.Shows));
}

/// <summary>What came of a post.</summary>
public abstract record FormMove
{
    private FormMove()
    {
    }

    /// <summary>A page is shown: the next step, an earlier one, or the same again.</summary>
    public sealed record Show(FormProgress Page) : FormMove;

    /// <summary>
    /// The address must be proven before it goes on: the surface sees to that, and goes on with <paramref name="Then"/> once it is.
    /// </summary>
    /// <param name="Page">The page on which that is done.</param>
    /// <param name="Address">The address.</param>
    /// <param name="Here">Whether that page itself was posted.</param>
    /// <param name="Then">What comes then.</param>
    public sealed record Verify(FormProgress Page, string Address, bool Here, FormMove Then) : FormMove;

    /// <summary>Every step is answered and right.</summary>
    public sealed record Complete(FormProgress Last) : FormMove
    {
        /// <summary>The values.</summary>
        public IReadOnlyList<FieldValue> Values => Last.Findings.Values;
    }
}
